"""Torch parts that ops and joins build; they know nothing of graphs."""
