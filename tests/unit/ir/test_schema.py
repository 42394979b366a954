from pathlib import Path

import jsonschema
import pytest

from fractalgen.errors import FractalGenError
from fractalgen.ir.builtin_rules import builtin_library, builtin_names
from fractalgen.ir.joins import JOINS
from fractalgen.ir.ops import OPS
from fractalgen.ir.parts import declared
from fractalgen.ir.schema import SECTIONS, schema
from fractalgen.passes.check import check_file
from fractalgen.spec import load, load_text
from fractalgen.spec.parse_expression import EXPRESSION_WORDS
from fractalgen.spec.tree import parse

SPACES = Path(__file__).parents[3] / "search_spaces"
RULES = Path(__file__).parents[3] / "fractalgen" / "rules"
NET = "network: {input: [3, 8, 8], body: BODY}\n"
FORMS = schema()["$defs"]["expression"]["anyOf"][-1]["properties"]


def problems(text, own=None):
    validator = jsonschema.Draft202012Validator(schema(own))
    return list(validator.iter_errors(parse(text, "f.yaml").plain()))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", sorted([*SPACES.rglob("*.yaml"), *RULES.glob("*.yaml")]), ids=lambda file: file.stem)
def test_every_shipped_file_fits_the_schema(file):
    assert problems(file.read_text()) == []
    assert problems(file.read_text(), load(file)) == []


MISTAKES = """
{conv: {ot: 3}}
{conv: {out: wide}}
{conv: {out: 0}}
{conv: {out: true}}
{conv: {kernel: [3]}}
{conv: {share: 3}}
{dropout: {rate: 1}}
{upsample: {mode: cubic}}
{identity: {out: 3}}
{embedding: {tokens: 3}}
{sequence: relu}
{sequence: []}
{join: {mode: men, branches: [relu]}}
{join: {mode: {concat: {projects: true}}, branches: [relu]}}
{join: {branches: [relu]}}
{join: {mode: mean, branches: [relu], dropable: true}}
{join: {mode: mean, branches: [relu], adapt: widen}}
{relu: {}, conv: {}}
{fractal: {columns: 0}}
{fractal: {columns: two}}
{fractal: {colums: 2}}
{fractal: {columns: 2, adapt: widen}}
{fractal: {columns: 2, unit: {conv: {ot: 3}}}}
{fractal: {unit: relu}}
{repeat: {times: 2}}
{repeat: {times: 2, as: i, body: {conv: {out: [1]}}}}
{foreach: {over: [1, 2], body: relu}}
{tap: {name: a}}
{graph: {nodes: {a: {of: relu}}, output: a}}
{graph: {nodes: {a: {of: relu, from: input}}}}
{choice: []}
{choice: [relu, {conv: {ot: 3}}]}
{int: [1, 4]}
{conv: {out: {choice: [16, wide]}}}
{conv: {out: {int: [1]}}}
{conv: {out: {int: [1, 2.5]}}}
{conv: {out: {int: [1, 4], stpe: 2}}}
{conv: {out: {float: [1, 4]}}}
{conv: {bias: {int: [0, 1]}}}
{fractal: {columns: {int: [1, 4], steps: 2}}}
{sequence: {subset: {of: [relu, gelu], atleast: 1}}}
{sequence: {product: {of: [relu, gelu]}}}
3
""".split("\n")[1:-1]


@pytest.mark.parametrize("body", MISTAKES)
def test_what_is_wrong_without_knowing_names_is_squiggled(body):
    text = NET.replace("BODY", body)
    assert problems(text) != []
    # The loader agrees: nothing that can be built is squiggled here.
    with pytest.raises(FractalGenError):
        expand_points(text)


def expand_points(text):
    from fractalgen.passes import expand

    spec = load_text(text)
    for values in spec.space.points():
        expand(spec.fill(values))


@pytest.mark.parametrize(
    "body",
    """
{identity: {}}
{relu: }
{conv: {out: "${2 * channels}", kernel: [3, 1]}}
{conv: {out: {choice: [16, "${2 * channels}", {int: [2, 4]}]}}}
{dropout: {rate: {float: [0.1, 0.5], log: true}}}
{sequence: {choice: [[conv], [conv, relu]]}}
{sequence: {prefix: {of: [conv, relu], length: [1, 2]}}}
{sequence: {subset: {of: [conv, {choice: [relu, gelu]}], at_least: 1}}}
{sequence: {product: {of: [conv, relu], length: 2, holds: [conv]}}}
{join: {mode: {choice: [mean, {concat: {project: true}}]}, branches: {repeat: {times: 2, body: conv}}}}
{foreach: {over: {width: {choice: [[8, 16], [8, 8]]}}, body: {conv: {out: $width}}}}
{choice: [relu, {choice: [conv, {fractal: {columns: 2}}]}]}
""".split("\n")[1:-1],
)
def test_what_can_be_built_is_not_squiggled(body):
    text = NET.replace("BODY", body)
    assert problems(text) == []
    load_text(text)


def test_the_rules_of_a_spec_are_known_to_its_own_schema():
    text = "rules: {mine: {parameters: {out: {type: int, minimum: 2}}, body: {conv: {out: $out}}}}\n" + NET
    own = load_text(text.replace("BODY", "{mine: {out: 2}}"))
    assert problems(text.replace("BODY", "{mine: {out: 3}}"), own) == []
    for body in ("{mine: {out: 1}}", "{mine: {}}", "{mine: {outt: 3}}", "{mien: {out: 3}}"):
        assert problems(text.replace("BODY", body), own) != []


def imported(tmp_path, body):
    (tmp_path / "deep.yaml").write_text("rules: {up: {body: upsample}}\n")
    rule = "{parameters: {depth: {type: int, minimum: 1}, unit: {type: layer}}, body: {sequence: [unit, down]}}"
    (tmp_path / "parts.yaml").write_text(
        f"import: {{deep: deep.yaml}}\nrules: {{block: {rule}, down: {{body: max_pool}}}}\n"
    )
    file = tmp_path / "net.yaml"
    file.write_text("import: {parts: parts.yaml}\n" + NET.replace("BODY", body))
    return file


def test_imported_rules_are_known_to_the_schema_of_a_spec(tmp_path):
    good = "{sequence: [{parts.block: {depth: 2, unit: conv}}, parts.deep.up]}"
    file = imported(tmp_path, good)
    assert problems(file.read_text(), load(file)) == []
    for wrong in ("{depth: 0, unit: conv}", "{dept: 2, unit: conv}", "{depth: 2}"):
        text = file.read_text().replace("{depth: 2, unit: conv}", wrong)
        assert problems(text, load(file)) != []
    assert problems(file.read_text().replace("parts.deep.up", "{parts.deep.down: {}}"), load(file)) != []


def test_an_import_as_a_filled_spec_holds_it_fits(tmp_path):
    spec = load(imported(tmp_path, "{parts.block: {depth: {choice: [1, 2]}, unit: conv}}"))
    text = spec.first().to_yaml()
    assert "max_pool" in text
    assert problems(text) == []
    assert problems(text, load_text(text)) == []
    assert problems(text.replace("import:\n", "import:\n  more: {body: relu}\n", 1)) != []


@pytest.mark.parametrize("word", ["nonsense", "fractal", "sequence", "mine"])
def test_a_word_is_one_that_stands_alone_in_the_schema_of_a_spec(word):
    known = "rules: {yours: {parameters: {unit: {type: layer}}, body: {sequence: [unit, relu, conv_bn]}}}\n"
    own = load_text(known + NET.replace("BODY", "{yours: {unit: conv}}"))
    assert problems(known + NET.replace("BODY", "{yours: {unit: identity}}"), own) == []
    assert problems(known + NET.replace("BODY", word), own) != []


def test_rules_that_only_the_file_knows_are_accepted():
    body = "{sequence: [mine, {mine: {out: 3}}, {parts.other: {inner: {mine: {out: 2}}}}]}"
    assert problems(NET.replace("BODY", body)) == []


def test_layer_parameters_of_the_file_take_what_they_are_given():
    rule = "{parameters: {unit: {type: layer, gives: [column]}}, body: {unit: {column: 1}}}"
    text = f"rules: {{mine: {rule}}}\n" + NET.replace("BODY", "{mine: {unit: conv}}")
    assert problems(text, load_text(text)) == []
    assert problems(text.replace("{unit: {column: 1}}", "{unit: {colum: 1}}"), load_text(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "train: {epochs: {choice: [5, 10]}, lr: {float: [0.01, 1], log: true}}",
        "train: {schedule: {one_cycle: {warmup: {float: [0.1, 0.5]}}}, augment: [crop, {cutout: {size: 4}}]}",
        "train: {schedule: {choice: [cosine, {halving: {drops: 3}}]}, augment: mirror}",
        "search: {objectives: [{metric: val_accuracy}], sampler: {tpe: {startup: 5}}}",
        "search: {sampler: random}",
        "drop_path: {rate: {choice: [0, 0.15]}, global: 0.5}",
        "data: {source: digits}",
        "data: {source: image_folder, path: photos, size: [32, 32]}",
        "data: digits",
    ],
)
def test_sections_take_values_and_holes(text):
    assert problems(text + "\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "train: {epoch: 3}",
        "train: {epochs: 0}",
        "train: {epochs: 2.5}",
        "train: {epochs: {choice: [5, many]}}",
        "train: {epochs: {int: [5]}}",
        "train: {optimizer: adam}",
        "train: {schedule: {one_cycle: {warmp: 0.1}}}",
        "train: {schedule: {one_cycle: {}, cosine: {}}}",
        "train: {augment: [crop, {cutout: {side: 4}}]}",
        "train: {augment: miror}",
        "drop_path: {rate: 2}",
        "drop_path: {globl: 0.5}",
        "data: {sourc: digits}",
        "data: {size: [32]}",
        "data: 3",
        "drop_path: none",
        "search: {objectives: []}",
        "search: {objectives: [{metrc: depth}]}",
        "search: {trials: some}",
        "network: {input: [3, 8, 8]}",
        "network: {input: [3, wide, 8], body: relu}",
        "network: {input: [3, 8, 8], boddy: relu}",
        "rules: {a: {body: relu, levels: 3}}",
        "rules: {a: {levels: 3, base: relu}}",
        "rules: {a: {parameters: {x: {type: integer}}, body: relu}}",
        "import: {a: 3}",
        "serch: {}",
    ],
)
def test_sections_refuse_what_they_do_not_take(text):
    assert problems(text + "\n") != []


def test_every_word_op_and_rule_has_a_form():
    assert set(FORMS) == {*EXPRESSION_WORDS, *OPS, *builtin_names()}
    assert all(form["description"] for form in FORMS.values())


PARTS = [(name, table) for table in (OPS, JOINS) for name in table]


@pytest.mark.parametrize(("name", "table"), PARTS, ids=[name for name, _ in PARTS])
def test_every_field_of_a_part_has_a_description_and_its_default(name, table):
    joins = schema()["$defs"]["join"]["anyOf"][1]["properties"]
    form = (FORMS if table is OPS else joins)[name]
    for key, (_, item) in declared(table.get(name)).items():
        shown = form["properties"][key]
        assert shown["description"], f"{name}.{key} needs a text under it"
        assert ("default" in shown) == (item.default is not None and key not in form.get("required", ()))


@pytest.mark.parametrize("name", builtin_names())
def test_every_parameter_of_a_built_in_rule_shows_description_default_and_bounds(name):
    for key, item in builtin_library(name).rules[name].parameters.items():
        shown = FORMS[name]["properties"][key]
        assert shown["description"] == item.description != ""
        if item.default is not None and item.default.value is not None:
            assert shown["default"] == item.default.plain()
        if item.minimum is not None:
            assert shown["anyOf"][0]["minimum"] == item.minimum


def models_under(model):
    yield model
    for info in model.model_fields.values():
        for kind in [info.annotation, *getattr(info.annotation, "__args__", ())]:
            if hasattr(kind, "model_fields"):
                yield from models_under(kind)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_section_has_a_description(name):
    for model in models_under(SECTIONS[name]):
        for key, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{key} needs a description"
    shown = schema()["properties"][name]["properties"]
    assert set(shown) == {info.alias or key for key, info in SECTIONS[name].model_fields.items()}
    assert all(item["description"] for item in shown.values())


def test_the_starter_checks():
    assert check_file(SPACES / "starter.yaml") == ()
