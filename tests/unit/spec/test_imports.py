import pytest

from fractalgen.errors import CycleError, FractalGenError
from fractalgen.passes import expand, fingerprint
from fractalgen.spec import load, load_text

BLOCKS = "rules: {block: {parameters: {out: {type: int}}, body: {sequence: [{conv: {out: $out}}, inner]}}, inner: {body: relu}}"
MAIN = "import: {blocks: lib/blocks.yaml}\nnetwork: {input: [3, 8, 8], body: {blocks.block: {out: OUT}}}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "blocks.yaml").write_text(BLOCKS)
    return tmp_path


def written(folder, text, name="main.yaml"):
    (folder / name).write_text(text)
    return folder / name


def test_an_imported_rule_is_called_by_both_names_and_sees_its_own_file(folder):
    graph = expand(load(written(folder, MAIN.replace("OUT", "4"))))
    assert [node.path for node in graph.nodes] == ["input", "block.conv", "block.inner.relu"]


def test_a_spec_with_imports_is_written_as_one_file(folder):
    spec = load(written(folder, MAIN.replace("OUT", "4")))
    again = load_text(spec.to_yaml())
    assert fingerprint(expand(again)) == fingerprint(expand(spec))


def test_holes_in_imported_rules_are_found(folder):
    written(folder / "lib", BLOCKS.replace("relu", "{choice: [relu, gelu]}"), "blocks.yaml")
    spec = load(written(folder, MAIN.replace("OUT", "{int: [1, 3]}")))
    assert [hole.name for hole in spec.space.holes] == [
        "import.blocks.rules.inner.body",
        "network.body.blocks.block.out",
    ]
    assert spec.space.raw == 6


def test_imports_reach_through_imports(folder):
    written(folder, "import: {far: lib/blocks.yaml}\nrules: {near: {body: {far.block: {out: 2}}}}", "near.yaml")
    main = "import: {a: near.yaml}\nnetwork: {input: [3, 8, 8], body: {sequence: [a.near, {a.far.block: {out: 5}}]}}"
    graph = expand(load(written(folder, main)))
    assert [node.kind for node in graph.nodes] == ["input", "conv", "relu", "conv", "relu"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import:\n  b: none.yaml", r"main.yaml:2:6: import.b: 'none.yaml' cannot be imported: no such file"),
        ("import: {b: lib}", r"main.yaml:1:13: import.b: 'lib' cannot be imported: cannot be read: Is a directory"),
        ("import: {b: latin.yaml}", "latin.yaml:1:1: the file is not UTF-8"),
        ("import: b.yaml", "import: must be a mapping of names to files, found"),
        ("import: {b: 3}", "an import names a file, found 3"),
        ("import: {b-c: lib/blocks.yaml}", "an import cannot be called 'b-c'"),
        ("import: {b: empty.yaml}", "'empty.yaml' has no rules to import"),
        ("import: {b: broken.yaml}", "broken.yaml:1:8: import.b.rules: must be a mapping of names to rules, found"),
    ],
)
def test_an_import_that_cannot_be_is_named(folder, text, message):
    written(folder, "name: x", "empty.yaml")
    written(folder, "rules: [1]", "broken.yaml")
    (folder / "latin.yaml").write_bytes(b"rules: caf\xe9")
    with pytest.raises(FractalGenError, match=message):
        load(written(folder, text + "\n"))


def test_an_unknown_imported_rule_is_named_with_a_suggestion(folder):
    main = "import: {blocks: lib/blocks.yaml}\nnetwork: {input: [3, 8, 8], body: blocks.blok}\n"
    with pytest.raises(FractalGenError, match="unknown rule or op 'blocks.blok'. Did you mean 'blocks.block'"):
        expand(load(written(folder, main)))


def test_files_that_import_each_other_are_refused(folder):
    written(folder, "import: {b: b.yaml}\nrules: {r: {body: relu}}", "a.yaml")
    path = written(folder, "import: {a: a.yaml}\nrules: {r: {body: relu}}", "b.yaml")
    with pytest.raises(CycleError, match="files import each other: b.yaml -> a.yaml -> b.yaml"):
        load(path)
