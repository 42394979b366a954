"""What is wrong in a spec is said with its place, what was found and what to do."""

import pytest

from fractalgen.errors import FractalGenError, ParameterError
from fractalgen.passes import expand
from fractalgen.passes.check import check_file
from fractalgen.spec import load_text

HEAD = "network:\n  input: [3, 8, 8]\n  body: "
RULE = "network: {input: [3, 8, 8], body: r}\nrules:\n  r:\n"
UNUSED = "network: {input: [3, 8, 8], body: relu}\nrules:\n  unused: {body: relu, parameters: {a: %s}}\n"

CASES = [
    ("netwrk: 1\n", "f.yaml:1:1: netwrk: unknown key 'netwrk'. Did you mean 'network'?"),
    ("- 1\n", "f.yaml:1:1: a spec is a mapping"),
    ("network: {input: [3, 8, 8]}\n", "network: needs the key 'body'"),
    ("network: {input: [3, 8, 8], body: relu, boddy: 1}\n", "unknown key 'boddy'. Did you mean 'body'?"),
    ("network: {input: 3, body: relu}\n", "network.input: "),
    ("network: {input: [3, 8, 8, 8], body: relu}\n", "input is a list of one to three whole numbers"),
    ("network: {input: [3, 0, 8], body: relu}\n", "each 1 to 1,000,000"),
    ("network: 3\n", "network: must be a mapping, found 3"),
    (HEAD + "conw\n", "f.yaml:3:9: network.body: unknown rule or op 'conw'. Did you mean 'conv'?"),
    (HEAD + "{conv: {out: wide}}\n", "conv.out must be a whole number, found 'wide'"),
    (HEAD + "{conv: {out: 0}}\n", "conv.out must be at least 1, found 0"),
    (HEAD + "{conv: {out: 2.5}}\n", "conv.out must be a whole number, found 2.5"),
    (HEAD + "{conv: {out: true}}\n", "conv.out must be a whole number, found true"),
    (HEAD + "{conv: {kernel: 2}}\n", "conv.padding 'same' needs an odd kernel, found 2"),
    (HEAD + "{conv: {kernel: [1, 2, 3]}}\n", "conv.kernel must be a whole number or a list of 2, found [1, 2, 3]"),
    ("network:\n  input: {shape: [5], dtype: int}\n  body: {join: {mode: mean, branches: [identity, identity]}}\n", "mean join needs features from its branches: branch 1 has 5:int, branch 2 has 5:int. Put embedding before it."),
    (HEAD + "{conv: {groups: 2}}\n", "groups must divide the channels in and out, found 2 for 3 and 3"),
    (HEAD + "{conv: {witdh: 3}}\n", "'conv' has no parameter 'witdh'"),
    (HEAD + "{conv: 3}\n", "'conv' takes named parameters, found 3"),
    (HEAD + "{conv: {out: {a: 1}}}\n", "a value is needed here, found the mapping {a: 1}"),
    (HEAD + "{dropout: {rate: 1}}\n", "dropout.rate must be below 1, found 1"),
    (HEAD + "{dropout: {rate: -0.1}}\n", "dropout.rate must be at least 0, found -0.1"),
    (HEAD + "{relu: {}, conv: {}}\n", "a mapping with the keys 'relu', 'conv'"),
    (HEAD + "[relu]\n", "found a list of 1. Put several expressions into `sequence: [...]`."),
    (HEAD + "3\n", "an expression is one word, or a mapping with one key; found 3"),
    (HEAD + "$relu\n", "'$relu' stands where structure is built"),
    (HEAD + "{sequence: relu}\n", "sequence needs a list of expressions, found 'relu'"),
    (HEAD + "{sequence: []}\n", "sequence needs a list of expressions, found a list of 0"),
    (HEAD + "{identity: {a: 1}}\n", "identity takes no parameters"),
    (HEAD + "{repeat: {times: 2}}\n", "'repeat' needs the key 'body'"),
    (HEAD + "{repeat: {times: -1, body: relu}}\n", "repeat.times must be at least 0, found -1"),
    (HEAD + "{repeat: {times: 20000, body: relu}}\n", "repeat.times must be at most 10000, found 20000"),
    (HEAD + "{repeat: {times: 2, boby: relu, body: relu}}\n", "'repeat' has no key 'boby'. Did you mean 'body'?"),
    (HEAD + "{repeat: {times: 2, as: 3, body: relu}}\n", "'as' needs a name, found 3"),
    (HEAD + "{foreach: {over: [1], body: relu}}\n", "foreach.over needs a mapping of names to lists"),
    (HEAD + "{foreach: {over: {a: [1, 2], b: [1]}, body: relu}}\n", "lists of one length together: a has 2, b has 1"),
    (HEAD + "{foreach: {over: {a: 3}, body: relu}}\n", "a must be a list, found 3"),
    (HEAD + "{join: {mode: men, branches: [relu]}}\n", "unknown join 'men'. Did you mean 'mean'?"),
    (HEAD + "{join: {mode: mean}}\n", "a join needs at least one branch, found none. Write `branches: [a, b]`."),
    (HEAD + "{join: {mode: mean, branches: relu}}\n", "join.branches needs a list of expressions, repeat or foreach"),
    (HEAD + "{join: {mode: 3, branches: [relu]}}\n", "a join is needed here, found 3"),
    (HEAD + "{join: {mode: mean, branches: [relu], adapt: pad}}\n", "mean.adapt must be one of error, project, found 'pad'"),
    (HEAD + "{join: {mode: concat, droppable: true, branches: [relu, relu]}}\n", "a concat join cannot lose a branch"),
    (HEAD + "{join: {mode: mean, droppable: 1, branches: [relu]}}\n", "join.droppable must be true or false, found 1"),
    (HEAD + "{join: {mode: {concat: {out: 3}}, branches: [relu, relu]}}\n", "concat.out needs project: true"),
    (HEAD + "{join: {mode: mean, branches: {repeat: {times: 0, body: relu}}}}\n", "at least one branch, found none"),
    (HEAD + "{dropout: {rate: .nan}}\n", "dropout.rate must be a number, found .nan"),
    (HEAD + "{conv: {out: 99999999999999999999}}\n", "more than 10^18 parameters"),
    (HEAD + "{conv: {out: 100000000000}}\n", "parameters, the limit is 100,000,000,000"),
    ("import: {a: {choice: [x.yaml, y.yaml]}}\n", "an import cannot be a hole"),
    ('import: {a: "x\\0y"}\n', "f.yaml:1:13: the text holds the control character U+0000"),
    ("name: [a, b]\n", "name: must be text, found ['a', 'b']"),
    ("drop_path:\n", "drop_path: must be a mapping, found null. Its keys are: rate, global"),
    (HEAD + "recurse\n", "recurse stands outside of a rule's step"),
    (HEAD + "{fractal: {columns: 0}}\n", "fractal.columns must be at least 1, found 0"),
    (HEAD + "{fractal: {columns: 300}}\n", "fractal.levels must be at most 256, found 300"),
    (HEAD + "{fractal: {}}\n", "the rule 'fractal' needs a value for 'columns'"),
    (HEAD + "{fractal: {columns: 2, depth: 3}}\n", "'fractal' has no parameter 'depth'"),
    (HEAD + "{fractal: {columns: 2, adapt: pad}}\n", "fractal.adapt must be one of error, project, found 'pad'"),
    (HEAD + "{fractal: {columns: 2, unit: conv, join: concat}}\n", "in rule 'fractal'"),
    (HEAD + "{conv_bn_relu: {out: '${channels}'}}\n", "only a parameter of an op can read channels"),
    (HEAD + "{conv: {out: '${channels + chanels}'}}\n", "unknown name 'chanels'"),
    (HEAD + "{linear: {out: 3}}\n", "linear needs a vector (channels) or a sequence (length, channels), found 3x8x8"),
    (HEAD + "{sequence: [flatten, conv]}\n", "at conv: conv needs an image (channels, height, width), found 192"),
    (HEAD + "{repeat: {times: 4, body: max_pool}}\n", "max_pool needs at least 2 pixels in height and width, found 3x1x1"),
    (RULE + "    levels: 2\n    base: relu\n", "a rule needs a body, or levels, base and step; missing step"),
    (HEAD + "{tap: {name: a}}\n", "'tap' needs the key 'of'"),
    (HEAD + "{sequence: [{tap: {name: a, of: relu}}, {tap: {name: a, of: relu}}]}\n", "two values are called 'a'"),
    (HEAD + "{sequence: [{tap: {name: skip, of: relu}}, {from: skp}]}\n", "nothing is called 'skp' before here. Did you mean 'skip'?"),
    (HEAD + "{from: [a]}\n", "from needs the name of a tap, found a list of 1"),
    (HEAD + "{graph: {nodes: {}, output: a}}\n", "graph.nodes needs a mapping of names to nodes"),
    (HEAD + "{graph: {nodes: {a: {of: relu}}, output: a}}\n", "'a' needs the key 'from'"),
    (HEAD + "{graph: {nodes: {a: {of: relu, from: input}}, output: b}}\n", "the graph has no node 'b'"),
    (HEAD + "{graph: {nodes: {a: {of: relu, from: b}}, output: a}}\n", "nothing is called 'b' before here"),
    (HEAD + "{graph: {nodes: {a: {of: relu, from: b}, b: {of: relu, from: a}}, output: a}}\n", "nodes read each other: "),
    (HEAD + "{graph: {nodes: {input: {of: relu, from: input}}, output: a}}\n", "a node cannot be called 'input'"),
    (HEAD + "{graph: {nodes: {a: {of: conv, from: [input, input]}}, output: a}}\n", "'conv' reads one node, found 2"),
    (HEAD + "{graph: {nodes: {a: {of: relu, from: []}}, output: a}}\n", "the node 'a' reads nothing"),
    (
        HEAD + "{graph: {nodes: {a: {of: {join: {mode: sum, branches: [relu, relu, relu]}}, from: [input, input]}}, output: a}}\n",
        "the join 'a' has 3 branches and reads 2 nodes",
    ),
    ("network: {input: [3, 8, 8], body: relu, outputs: [skip]}\n", "the network has no value 'skip' to return"),
    (RULE + "    body: {from: p}\n    inputs: [p, q]\n", "the rule 'r' reads 2 inputs (p, q), found 1"),
    (RULE + "    body: relu\n    base: relu\n", "a rule has a body, or levels, base and step; found body and base"),
    (RULE + "    levels: 2\n    base: recurse\n    step: recurse\n", "recurse stands in base"),
    (RULE + "    body: r\n", "rules call each other in a circle: r -> r"),
    (RULE + "    body: relu\n    parameters: {a: {type: number}}\n", "rules.r.parameters.a.type: must be one of int, float"),
    (RULE + "    body: relu\n    parameters: {a: {type: int, of: [1]}}\n", "'of' lists the values of a choice"),
    (RULE + "    body: relu\n    parameters: {a: {type: list, minimum: 1}}\n", "minimum and maximum belong to int and float"),
    (RULE + "    body: relu\n    paramters: {}\n", "unknown key 'paramters'. Did you mean 'parameters'?"),
    (RULE + "    levels: $n\n    parameters: {n: {type: int, default: 2}}\n    base: relu\n    step: {recurse: {n: 1}}\n", "cannot override 'n'"),
    (RULE + "    levels: 2\n    base: relu\n    step: {recurse: {m: 1}}\n", "recurse has no parameter 'm'"),
    (RULE + "    body: relu\n  train: {body: relu}\n", "a rule cannot be called 'train'"),
    (RULE + "    body: relu\n  unused: {body: convv}\n", "unknown rule or op 'convv'. Did you mean 'conv'?"),
    (RULE + "    body: relu\n  unused: {body: {conv: {ot: 1}}}\n", "'conv' has no parameter 'ot'. Did you mean 'out'?"),
    (RULE + "    body: relu\n    parameters: {'a b': {type: int}}\n", "a parameter or input cannot be called 'a b'"),
    (RULE + "    body: relu\n    parameters: {level: {type: int}}\n", "a parameter or input cannot be called 'level'"),
    (RULE + "    body: relu\n    parameters: {join: {type: layer}}\n", "a parameter or input cannot be called 'join'"),
    (RULE + "    body: relu\n    inputs: [a, a]\n", "an input is named twice"),
    (
        RULE + "    body: relu\n    parameters: {n: {type: int}, conv: {type: layer}}\n",
        "f.yaml:5:34: rules.r.parameters.conv: the layer parameter 'conv' has the name of an op. Take another name",
    ),
    (RULE + "    body: relu\n    parameters: {fractal: {type: layer}}\n", "'fractal' has the name of a built-in rule"),
    (RULE + "    body: relu\n    parameters: {r: {type: layer}}\n", "'r' has the name of a rule of this file"),
    (RULE + "    body: relu\n    parameters: {unit: {type: layer, default: relu}}\n  unit: {body: relu}\n", "'unit' has the name of a rule of this file"),
    ("import: {a: {rules: {q: {parameters: {conv: {type: layer}}, body: relu}}}}\n", "import.a.rules.q.parameters.conv: the layer parameter 'conv'"),
    (UNUSED % "{type: int, minimum: 4, maximum: 3}", "rules.unused.parameters.a: minimum 4 is above maximum 3"),
    (UNUSED % "{type: int, minimum: 4, default: 3}", "f.yaml:3:73: rules.unused.parameters.a.default: unused.a must be at least 4, found 3"),
    (UNUSED % "{type: float, maximum: 0.5, default: 1}", "unused.a must be at most 0.5, found 1"),
    (UNUSED % "{type: int, maximum: 9, default: '${2 * 5}'}", "unused.a must be at most 9, found 10"),
    (UNUSED % "{type: int, default: two}", "unused.a must be a whole number, found 'two'"),
    (UNUSED % "{type: int, default: $b}", "unknown name 'b' in '$b'"),
    (UNUSED % "{type: bool, default: 1}", "unused.a must be true or false, found 1"),
    (UNUSED % "{type: list, default: 1}", "unused.a must be a list, found 1"),
    (UNUSED % "{type: choice, of: [x, y], default: z}", "unused.a must be one of x, y, found 'z'"),
    (UNUSED % "{type: join, default: men}", "unknown join 'men'. Did you mean 'mean'?"),
    (UNUSED % "{type: join, default: {concat: {projct: true}}}", "'concat' has no parameter 'projct'. Did you mean 'project'?"),
    (UNUSED % "{type: layer, default: convv}", "rules.unused.parameters.a.default: unknown rule or op 'convv'"),
    (UNUSED % "{type: layer, default: {sequence: [{conv: {ot: 1}}]}}", "'conv' has no parameter 'ot'"),
    (UNUSED % "{type: layer, default: [relu]}", "found a list of 1"),
    (UNUSED % "{type: layer, default: {csp: {out: 4, inner: rely}}}", "unknown rule or op 'rely'. Did you mean 'relu'?"),
    ("import: {a: {rules: {q: {parameters: {n: {type: int, default: x}}, body: relu}}}}\n", "import.a.rules.q.parameters.n.default: q.n must be"),
    ("drop_path: {rate: 2}\n", "drop_path.rate: must be below 1, found 2"),
    ("drop_path: {rates: 0.1}\n", "unknown key 'rates'. Did you mean 'rate'?"),
    ("train: {epochs: many}\n", "train.epochs: "),
    ("train: {epoch: 3}\n", "unknown key 'epoch'. Did you mean 'epochs'?"),
    ("data: {source: 3}\n", "data.source: "),
    ("train: {optimizer: sdg}\n", "f.yaml:1:20: train.optimizer: must be one of adamw, muon, sgd, found 'sdg'. Did you mean 'sgd'?"),
    ("train: {schedule: cosin}\n", "f.yaml:1:19: train.schedule: "),
    ("train: {augment: [mirorr]}\n", "f.yaml:1:19: train.augment[0]: "),
    ("data: {source: digit}\n", "found 'digit'. Did you mean 'digits'?"),
    ("search: {trials: 0}\n", "search.trials: must be at least 1, found 0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), CASES)
def test_a_mistake_is_named_with_its_place(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_text(text)
    errors = check_file("f.yaml")
    assert len(errors) >= 1
    assert message in " ".join(str(error) for error in errors)
    assert all(isinstance(error, FractalGenError) and error.place.file for error in errors)
    assert all("\n" not in str(error) for error in errors)


def test_all_alternatives_of_a_hole_are_checked(tmp_path):
    (tmp_path / "f.yaml").write_text(HEAD + "{conv: {out: {choice: [4, 0, -1]}}}\n")
    errors = check_file(tmp_path / "f.yaml")
    assert [error.message for error in errors] == [
        "conv.out must be at least 1, found 0",
        "conv.out must be at least 1, found -1",
    ]


def test_a_layer_that_hides_an_op_is_refused_also_without_a_check():
    with pytest.raises(ParameterError, match="the layer parameter 'conv' has the name of an op"):
        expand(load_text(RULE + "    body: relu\n    parameters: {conv: {type: layer, default: relu}}\n"))


def test_defaults_that_read_parameters_before_them_are_right(tmp_path):
    parameters = (
        "{n: {type: int, minimum: 3}, m: {type: int, minimum: 2, default: '${n // 2}'}, j: {type: join, default: mean}, "
        "k: {type: join, default: $j}, u: {type: layer, default: relu}, v: {type: layer, default: {sequence: [u, u]}}}"
    )
    (tmp_path / "f.yaml").write_text(
        RULE.replace("body: r", "body: relu") + f"    body: v\n    parameters: {parameters}\n"
    )
    assert check_file(tmp_path / "f.yaml") == ()
