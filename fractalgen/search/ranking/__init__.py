"""Which trials are better than which, with one objective or several."""
