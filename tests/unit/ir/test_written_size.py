"""Work that no node shows: rounds and calls that hold nothing, and evaluations that make nothing."""

import pytest

from fractalgen.errors import GraphError
from fractalgen.passes import expand
from fractalgen.spec import load_text

RULES = "rules: {none: {body: identity}, given: {parameters: {n: {type: int}}, body: identity}}\n"


def graph_of(body):
    return expand(load_text(f"{RULES}network:\n  input: [3, 8, 8]\n  body: {body}\n"))


def loops(times, body):
    for index in "kji":
        body = f"{{repeat: {{times: {times}, as: {index}, body: {body}}}}}"
    return body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (loops(1_000, "none"), "would take 2,001,001,001 steps to write out, the limit is 1,000,000"),
        (loops(10_000, "{sequence: [none, none]}"), "5,000,100,010,001 steps to write out"),
        (loops(1_000, "{given: {n: '${i + j + k}'}}"), r"would take 2,\d+,\d+,\d+ evaluations, the limit is 2,000,000"),
        (
            "{repeat: {times: 2000, body: {join: {mode: sum, branches: {repeat: {times: 2000, body: identity}}}}}}",
            "4,002,001 steps to write out",
        ),
    ],
)
def test_work_that_makes_no_node_is_refused_with_the_figure(body, message):
    with pytest.raises(GraphError, match=message):
        graph_of(body)


@pytest.mark.parametrize("body", [loops(20, "none"), loops(20, "{given: {n: '${i + j + k}'}}")])
def test_a_little_of_it_is_no_network_and_no_error(body):
    assert len(graph_of(body).nodes) == 1


@pytest.mark.parametrize(
    "inner",
    [
        "{repeat: {times: '${1 + 0 * i * j}', body: none}}",
        "{foreach: {over: {w: [" + "1, " * 500 + "'${i * j}']}, body: none}}",
        "{join: {mode: sum, branches: {repeat: {times: '${500 + 0 * i * j}', body: identity}}}}",
        "{repeat: {times: '${1 + 0 * i * j " + "+ 0 " * 100 + "}', body: none}}",
    ],
)
def test_what_is_counted_round_by_round_is_work_by_its_formulas_lists_and_branches(inner):
    body = f"{{repeat: {{times: 250, as: i, body: {{repeat: {{times: 250, as: j, body: {inner}}}}}}}}}"
    with pytest.raises(GraphError, match="too large to count: more than 75,000 evaluations"):
        graph_of(body)
