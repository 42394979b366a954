"""A table of trainings, in which searches are compared in seconds: every network of one space, trained three times."""

from .table import FILE, Architecture, Reading, Table, load

__all__ = ["FILE", "Architecture", "Reading", "Table", "load"]
