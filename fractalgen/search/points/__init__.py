"""Points of a space: where they come from and how they are kept."""
