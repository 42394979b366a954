"""Spec -> Graph of rules.

Tensor types, parts (ops and joins), the graph, its printed form and its canonical form. No torch here: parts import it
when they build.
"""
