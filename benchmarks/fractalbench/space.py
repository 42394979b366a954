"""The space of the table, and its networks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fractalgen.ir.graph import Graph
from fractalgen.passes import expand, facts
from fractalgen.spec import Spec, load
from fractalgen.spec.holes import Values

SPACE = Path(__file__).parents[1] / "specs" / "fractalbench.yaml"
FIGURES = ("parameters", "macs", "depth", "shortest_path", "nodes", "joins", "activations", "receptive_field")


@dataclass
class Network:
    """One network of the space.

    Attributes:
        fingerprint: Of its graph.
        spec: The plain spec of its first point.
        graph: Its graph of ops.
        figures: What is known of the graph.
        points: Every point that gives it.
    """

    fingerprint: str
    spec: Spec
    graph: Graph
    figures: Mapping[str, int]
    points: list[Values]


def networks(spec: Spec) -> list[Network]:
    """Return the distinct networks of `spec`, in the order of their first points."""
    found: dict[str, Network] = {}
    for values in spec.space.points():
        plain = spec.fill(values)
        graph = expand(plain)
        costs = facts(graph)
        figures = {name: getattr(costs, name) for name in FIGURES}
        network = Network(costs.fingerprint, plain, graph, figures, [])
        found.setdefault(costs.fingerprint, network).points.append(values)
    return list(found.values())


def digest(spec: Spec, data_digest: str) -> str:
    """Return a hash of all that the scores depend on: networks, recipe, drop-path and data."""
    parts = [spec.to_yaml(), spec.train.model_dump_json(), spec.drop_path.model_dump_json(), data_digest]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_space() -> Spec:
    """Return the spec with holes."""
    return load(SPACE)
