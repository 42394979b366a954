"""Where trials run and how many at once."""
