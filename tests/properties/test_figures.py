"""Pictures of every network: nothing is lost, nothing lies over anything else."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fractalgen.errors import GraphError, SpecError
from fractalgen.passes import expand
from fractalgen.spec import load, load_text
from fractalgen.spec.tree import dump
from fractalgen.visualize import LEVELS, Look, figure, svg

ROOT = Path(__file__).parents[2]
NETWORKS = sorted([*(ROOT / "search_spaces").rglob("*.yaml"), *(ROOT / "docs").glob("*.yaml")])
MOST_BYTES = 2_000_000

MODES = st.sampled_from(
    [
        *("mean", "sum", "max", "learned", "gate", "hyper_connection", "manifold"),
        {"hyper_connection": {"dynamic": True}},
        {"concat": {"project": True}},
    ]
)
LEAVES = st.one_of(
    st.builds(lambda out: {"conv": {"out": out}}, st.sampled_from([2, 4])),
    st.builds(lambda out: {"conv_bn_relu": {"out": out, "dropout": 0.1}}, st.sampled_from([2, 4])),
    st.sampled_from(["batch_norm", "relu", "max_pool", "identity", "layer_norm", "upsample"]),
)


def bigger(inner):
    return st.one_of(
        st.builds(lambda parts: {"sequence": parts}, st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda n, body: {"repeat": {"times": n, "body": body}}, st.integers(0, 3), inner),
        st.builds(
            lambda mode, parts, drop: {
                "join": {"mode": mode, "branches": parts, "droppable": drop, "adapt": "project"}
            },
            MODES,
            st.lists(inner, min_size=1, max_size=4),
            st.booleans(),
        ),
        st.builds(
            lambda columns, unit, mode: {
                "fractal": {"columns": columns, "unit": unit, "join": mode, "adapt": "project", "end": "relu"}
            },
            st.integers(1, 4),
            inner,
            MODES,
        ),
        st.builds(lambda inner, out: {"csp": {"inner": inner, "out": out}}, inner, st.sampled_from([2, 4])),
        st.builds(lambda inner: {"residual": {"inner": inner, "shortcut": {"conv": {"out": 4}}}}, inner),
    )


def check(graph, picture):
    """Every node and edge once, boxes and grounds apart, columns from left to right, all inside the page."""
    boxes = picture.boxes
    assert sorted(index for box in boxes for index in box.cell.nodes) == list(range(len(graph.nodes)))
    owner = {index: number for number, box in enumerate(boxes) for index in box.cell.nodes}
    edges = ((source, i, at) for i, node in enumerate(graph.nodes) for at, source in enumerate(node.inputs))
    between = Counter(edge for edge in edges if owner[edge[0]] != owner[edge[1]])
    assert Counter(edge for arrow in picture.arrows for edge in arrow.link.edges) == between
    rows = sorted((box.rect for box in boxes), key=lambda rect: rect.y)
    for number, rect in enumerate(rows):
        assert rect.x >= 0
        assert rect.right <= picture.width
        assert rect.bottom <= picture.height
        for other in rows[number + 1 :]:
            if other.y >= rect.bottom:
                break
            assert not rect.overlaps(other)
    assert [column.index for column in picture.columns] == list(range(1, len(picture.columns) + 1))
    assert [column.x for column in picture.columns] == sorted(column.x for column in picture.columns)
    for box in boxes:
        if box.columns and picture.columns:
            low, high = box.columns
            assert box.rect.x == pytest.approx(picture.columns[low].x)
            assert box.rect.right == pytest.approx(picture.columns[high - 1].x + picture.columns[high - 1].width)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(LEAVES, bigger, max_leaves=8), st.sampled_from(LEVELS))
def test_random_specs(body, level):
    try:
        graph = expand(load_text(dump({"network": {"input": [4, 8, 8], "body": body}})))
    except (SpecError, GraphError):
        return
    check(graph, figure(graph, Look(level=level)))


@pytest.mark.parametrize("file", NETWORKS, ids=lambda file: file.stem)
def test_every_network_that_comes_with_it(file):
    graph = expand(load(file).first())
    picture = figure(graph)
    check(graph, picture)
    assert len(svg(picture).encode()) < MOST_BYTES


@pytest.mark.parametrize("columns", [6, 9], ids=["160 layers", "2,555 convolutions"])
def test_large_networks_are_collapsed_and_small_files(columns):
    setting = f"network.body.sequence[0].foreach.body.fractal.columns={columns}"
    graph = expand(load(ROOT / "search_spaces" / "cifar10" / "fractalnet20.yaml", [setting]))
    picture = figure(graph)
    check(graph, picture)
    assert len(svg(picture).encode()) < MOST_BYTES
