import pytest

from fractalgen.errors import ParameterError, SpecError, UnknownNameError
from fractalgen.spec.holes import fill, find_holes
from fractalgen.spec.tree import parse

CONDITIONAL = """
a: {choice: [x, {deep: {int: [2, 6], step: 2}}, {choice: [p, q]}]}
b: {int: [1, 3]}
"""


def space_of(text):
    tree = parse(text, "f.yaml")
    return tree, find_holes(tree)


def test_a_hole_is_named_by_its_path_and_exists_under_its_alternative():
    _, space = space_of(CONDITIONAL)
    assert [hole.name for hole in space.holes] == ["a", "a.choice[1].deep", "a.choice[2]", "b"]
    assert space.holes[1].under == (("a", 1),)


def test_the_raw_count_is_exact_and_equals_the_points_enumerated():
    tree, space = space_of(CONDITIONAL)
    points = list(space.points())
    assert space.raw == len(points) == (1 + 3 + 2) * 3
    assert len({str(fill(tree, point).plain()) for point in points}) == len(points)


def test_a_filled_spec_is_plain_and_shares_what_has_no_holes():
    tree, _ = space_of("a: {choice: [x, {deep: {int: [2, 6]}}]}\nc: {d: 1}\n")
    filled = fill(tree, {"a": 1, "a.choice[1].deep": 4})
    assert filled.plain() == {"a": {"deep": 4}, "c": {"d": 1}}
    assert filled.value["c"] is tree.value["c"]


def test_deciding_asks_only_for_holes_that_exist():
    _, space = space_of(CONDITIONAL)
    asked = []
    space.decide(lambda hole: asked.append(hole.name) or 0)
    assert asked == ["a", "b"]


def test_a_continuous_space_has_no_count_and_cannot_be_enumerated():
    _, space = space_of("a: {float: [0.1, 1], log: true}")
    assert space.raw is None
    with pytest.raises(ParameterError, match="'a' is continuous"):
        list(space.points())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {choice: []}", "choice needs a list of alternatives"),
        ("a: {choice: 3}", "choice needs a list of alternatives, found 3"),
        ("a: {int: [3, 1]}", "is empty"),
        ("a: {int: [1]}", "int needs"),
        ("a: {int: [1, 2.5]}", "int needs"),
        ("a: {int: [true, 3]}", "int needs"),
        ("a: {int: [1, 4], stpe: 2}", "no key 'stpe'. Did you mean 'step'"),
        ("a: {int: [1, 4], step: 0}", "step must be"),
        ("a: {int: [0, 4], log: true}", "starts above 0"),
        ("a: {int: [1, 4], log: maybe}", "log must be true or false"),
        ("a: {int: [1, 9], log: true, step: 2}", "takes no step"),
        ("a: {float: [1, .inf], log: 3}", "log must be"),
    ],
)
def test_a_hole_that_is_malformed_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        space_of(text)


def test_filling_needs_a_fitting_value_for_every_hole():
    tree, _ = space_of("a: {int: [2, 6], step: 2}")
    for value in (3, 8, 0, 2.5):
        with pytest.raises(ParameterError, match="'a' takes 2 to 6"):
            fill(tree, {"a": value})
    with pytest.raises(UnknownNameError, match="'a' has no value"):
        fill(tree, {})


def test_the_digest_changes_with_the_alternatives_alone():
    assert space_of("a: {int: [1, 3]}")[1].digest == space_of("# note\na:   {int: [1, 3]}")[1].digest
    assert space_of("a: {int: [1, 3]}")[1].digest != space_of("a: {int: [1, 4]}")[1].digest
