"""Small networks to look into."""

from __future__ import annotations

import pytest

from fractalgen.analyses.subject import Subject
from fractalgen.compiler import compile_graph
from fractalgen.passes import expand
from fractalgen.spec import load_text


@pytest.fixture
def subject_of():
    """Return a function that makes an untrained subject of the body of a network for digits."""

    def make(body, *, data=True, seed=0):
        source = "data: {source: digits}" if data else ""
        spec = load_text(f"name: small\nnetwork: {{input: [1, 8, 8], body: {body}}}\n{source}\n")
        return Subject(spec, compile_graph(expand(spec), seed=seed), seed)

    return make
