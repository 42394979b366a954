import pytest

from fractalgen.errors import SpecSyntaxError, UnknownNameError
from fractalgen.spec.tree import dump, parse, read_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("1e-3", 0.001),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        (".5", 0.5),
        ("-3", -3),
        ("true", True),
        ("yes", "yes"),
        ("~", None),
        ("'12'", "12"),
        ("12:30:45", "12:30:45"),
        ("9" * 41, "9" * 41),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text, value):
    found = parse(f"a: {text}", "f.yaml").value["a"].value
    assert found == value
    assert type(found) is type(value)


def test_every_value_knows_its_place():
    tree = parse("network:\n  body:\n    - conv: {out: 3}\n", "f.yaml")
    out = tree.value["network"].value["body"].value[0].value["conv"].value["out"]
    assert str(out.place) == "f.yaml:3:19: network.body[0].conv.out"


def test_an_alias_is_a_copy_with_a_path_of_its_own():
    tree = parse("a: &x {c: 1}\nb: *x\n", "f.yaml")
    assert tree.value["b"].value["c"].path == "b.c"
    assert tree.plain() == {"a": {"c": 1}, "b": {"c": 1}}


def test_an_anchor_inside_an_anchor_can_be_used_after_both():
    tree = parse("a: &x {c: &y [1, 2]}\nb: *y\nd: *x\n", "f.yaml")
    assert tree.plain() == {"a": {"c": [1, 2]}, "b": [1, 2], "d": {"c": [1, 2]}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "f.yaml:2:1: a: the key 'a' stands twice in one mapping"),
        ("a: [1, 2", "not YAML"),
        ("", "the file is empty"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("a: !!python/object:os.system x", "the tag .* means nothing here"),
        ("a: *x", "the alias 'x' has no anchor before it"),
        ("{a: ${x}}", "quote formulas"),
        ("? [a]\n: 1\n", "a key must be a word"),
        ("a: " + "[" * 200 + "]" * 200, "nested deeper than 100 levels"),
        ("\n".join(["a0: &a0 [1, 1]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]), "more than 100,000 values"),
    ],
)  # fmt: skip
def test_text_that_means_nothing_is_refused_with_its_place(text, message):
    with pytest.raises(SpecSyntaxError, match=message):
        parse(text, "f.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r'name: "a\u001b[31mb"', "f.yaml:1:7: the text holds the control character U\\+001B. Remove it"),
        (r'"a\u001b[31mb": 1', "f.yaml:1:1: the text holds the control character U\\+001B"),
        (r'name: "a\x7fb"', r"U\+007F"),
        (r'name: "a\u009b31mb"', r"U\+009B"),
        (r'name: "a\rb"', r"U\+000D"),
        (r'name: "a\0b"', r"U\+0000"),
    ],
)
def test_a_control_character_is_refused_with_its_place_and_never_printed(text, message):
    with pytest.raises(SpecSyntaxError, match=message) as caught:
        parse(text, "f.yaml")
    assert str(caught.value).isprintable()


def test_tabs_and_line_ends_may_stand_in_a_text():
    assert parse('a: "x\\ty\\nz"', "f.yaml").plain() == {"a": "x\ty\nz"}


def test_a_file_that_is_not_there_or_not_utf_8_or_too_large_is_refused(tmp_path):
    with pytest.raises(UnknownNameError, match="no such file"):
        read_text(tmp_path / "none.yaml")
    with pytest.raises(UnknownNameError, match="no file can have this name"):
        read_text(tmp_path / "a\0b")
    with pytest.raises(SpecSyntaxError, match="cannot be read"):
        read_text(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(SpecSyntaxError, match="not UTF-8"):
        read_text(tmp_path / "latin.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 300_000)
    with pytest.raises(SpecSyntaxError, match="300,000 bytes, the limit is 262,144"):
        read_text(tmp_path / "large.yaml")


@pytest.mark.parametrize(
    "value", ["on", "1e-3", "010", "null", "true", "a: b", "", "${x + 1}", 1e-5, 3, None, True, "12:30"]
)
def test_dumped_values_read_back_as_themselves(value):
    document = {"a": [value, {"b": value}]}
    assert parse(dump(document), "f.yaml").plain() == document
