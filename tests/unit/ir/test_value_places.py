"""An error about a parameter points at its value, wherever that was written."""

import pytest

from fractalgen.errors import ParameterError
from fractalgen.passes import expand
from fractalgen.spec.load import load_text

HEAD = "network:\n  input: [3, 8, 8]\n  body:\n    "
RULE = """
rules:
  own:
    parameters: {k: {type: int, default: 0}, n: {type: int, default: 1}}
    levels: $n
    base: {inner: {size: $k}}
    step: {recurse: {k: 0}}
  inner:
    parameters: {size: {type: int}}
    body: {conv: {kernel: $size}}
"""


@pytest.mark.parametrize(
    ("body", "line", "column", "path"),
    [
        ("conv:\n      out: 4\n      kernel: 0", 6, 15, "network.body.conv.kernel"),
        ("conv: {out: '${channels + 1}', kernel: 0}", 4, 44, "network.body.conv.kernel"),
        ("conv: {kernel: '${channels - 3}'}", 4, 20, "network.body.conv.kernel"),
        ("fractal: {columns: 2, unit: {conv: {kernel: 0}}}", 4, 49, "network.body.fractal.unit.conv.kernel"),
        ("own: {k: 0}", 4, 14, "network.body.own.k"),
        ("own: {k: '${1 - 1}'}", 4, 14, "network.body.own.k"),
        ("own: {}", 9, 26, "rules.own.base.inner.size"),
        ("own: {k: 3, n: 2}", 13, 27, "rules.inner.body.conv.kernel"),
        ("repeat: {times: 2, as: i, body: {conv: {kernel: $i}}}", 4, 53, "network.body.repeat.body.conv.kernel"),
        ("join: {mode: {concat: {out: 0, project: true}}, branches: [relu]}", 4, 33, "network.body.join.mode.concat.out"),
        ("join: {mode: sum, adapt: pad, branches: [relu]}", 4, 30, "network.body.join.adapt"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_has_the_place_of_its_value(body, line, column, path):
    with pytest.raises(ParameterError, match="must be") as caught:
        expand(load_text(HEAD + body + RULE, "f.yaml"))
    place = caught.value.place
    assert (place.line, place.column, place.path) == (line, column, path)


def test_a_value_of_a_builtin_rule_has_the_place_of_the_call():
    with pytest.raises(
        ParameterError, match=r"^f.yaml:4:5: network.body: in rule 'fractal' \(fractalgen/rules/fractal.yaml"
    ):
        expand(load_text(HEAD + "fractal: {columns: 2, unit: relu, join: {concat: {out: 0, project: true}}}", "f.yaml"))
