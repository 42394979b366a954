"""What is wrong with a field of an op or join is said with its name, what was found and what is allowed."""

import pytest

from fractalgen.errors import FractalGenError
from fractalgen.passes import expand
from fractalgen.passes.check import check_file
from fractalgen.spec import load_text

CASES = [
    ("{leaky_relu: {slope: 1}}", "leaky_relu.slope must be below 1, found 1"),
    ("{leaky_relu: {slope: -0.1}}", "leaky_relu.slope must be at least 0, found -0.1"),
    ("{leaky_relu: {slope: steep}}", "leaky_relu.slope must be a number, found 'steep'"),
    ("{leaky_relu: {slope: .inf}}", "leaky_relu.slope must be a number, found .inf"),
    (f"{{leaky_relu: {{slope: 1{'0' * 400}}}}}", "leaky_relu.slope must be a number, found '1000"),
    ("{leaky_relu: {alpha: 0.1}}", "'leaky_relu' has no parameter 'alpha'"),
    ("{conv_transpose: {out: 0}}", "conv_transpose.out must be at least 1, found 0"),
    ("{conv_transpose: {kernel: 0}}", "conv_transpose.kernel must be at least 1, found 0"),
    ("{conv_transpose: {stride: [2, 0]}}", "conv_transpose.stride must be at least 1, found 0"),
    ("{conv_transpose: {padding: -1}}", "conv_transpose.padding must be at least 0, found -1"),
    ("{conv_transpose: {padding: 8}}", "conv_transpose.padding cuts off all of the 3x8x8 that comes in, found 8"),
    ("{conv_transpose: {bias: 1}}", "conv_transpose.bias must be true or false, found 1"),
    ("{sequence: [flatten, conv_transpose]}", "conv_transpose needs an image (channels, height, width), found 192"),
    ("{pad: {height: 1.5}}", "pad.height must be a whole number or a list of 2, found 1.5"),
    ("{pad: {width: 20000}}", "pad.width must be at most 10000, found 20000"),
    ("{pad: {channels: [0, -20000]}}", "pad.channels must be at least -10000, found -20000"),
    ("{pad: {height: -4}}", "pad.height takes 4 and 4 of 8 away, found 3x8x8"),
    ("{pad: {height: [9, -9]}}", "pad.height takes 0 and 9 of 8 away, found 3x8x8"),
    ("{pad: {channels: [-3, 0]}}", "pad.channels takes 3 and 0 of 3 away, found 3x8x8"),
    ("{sequence: [flatten, pad]}", "pad needs an image (channels, height, width), found 192"),
    ("{join: {mode: {shake: {forward: keep}}, branches: [relu, mish]}}", "shake.forward must be one of shake, even, found 'keep'"),
    ("{join: {mode: {shake: {backward: odd}}, branches: [relu, mish]}}", "shake.backward must be one of shake, even, keep, found 'odd'"),
    ("{join: {mode: {shake: {per: pixel}}, branches: [relu, mish]}}", "shake.per must be one of sample, batch, found 'pixel'"),
    ("{join: {mode: shake, branches: [relu, {conv: {out: 4}}]}}", "shake join needs one number of channels from its branches"),
    ("{join: {mode: shake, branches: [relu, max_pool]}}", "shake join needs one height and width from its branches"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), CASES)
def test_a_bad_field_is_named_with_what_was_found(body, message):
    with pytest.raises(FractalGenError) as caught:
        expand(load_text(f"network: {{input: [3, 8, 8], body: {body}}}"))
    assert message in str(caught.value)


MANY = """
network:
  input: [3, 8, 8]
  body:
    sequence:
      - embedding: {out: 4}
      - fractal: {unit: {embedding: {tokens: 9}}}
      - join: {mode: men, branches: [relu, {join: {mode: {concat: {projekt: true}}, branches: [relu, {needy: {a: 1}}]}}]}
      - graph: {nodes: {n: {of: {join: {mode: {sums: {}}}}, from: [input, input]}}, output: n}
      - join: {mode: {mean: {}, sum: {}}, branches: [relu]}
rules:
  needy: {body: relu, parameters: {a: {type: int}, b: {type: int}, c: {type: int, default: 1}}}
  unused: {body: {join: {mode: $how, branches: [relu, mish]}}, parameters: {how: {type: join}}}
"""


def test_one_check_tells_of_all_joins_and_all_that_calls_leave_out(tmp_path):
    (tmp_path / "f.yaml").write_text(MANY)
    found = {(error.message, error.place.line) for error in check_file(tmp_path / "f.yaml")}
    assert found == {
        ("'embedding' needs a value for 'tokens'", 6),
        ("the rule 'fractal' needs a value for 'columns'", 7),
        ("'embedding' needs a value for 'out'", 7),
        ("unknown join 'men'", 8),
        ("'concat' has no parameter 'projekt'", 8),
        ("the rule 'needy' needs a value for 'b'", 8),
        ("unknown join 'sums'", 9),
        ("a join is one word or one key, found {mean: {}, sum: {}}", 10),
    }


def test_what_a_call_leaves_out_is_said_where_the_network_does_not_use_it(tmp_path):
    (tmp_path / "f.yaml").write_text(
        "network: {input: [3, 8, 8], body: relu}\nrules:\n  unused: {body: {fractal: {}}}\n"
    )
    (error,) = check_file(tmp_path / "f.yaml")
    assert str(error).startswith(f"{tmp_path / 'f.yaml'}:3:")
    assert error.message == "the rule 'fractal' needs a value for 'columns'"
