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
    assert space.holes[1].under == (("a", (1,)),)


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


def lists(text):
    tree, space = space_of(text)
    filled = [fill(tree, point).plain()["a"] for point in space.points()]
    assert space.raw == len(filled)
    return filled


def test_subset_prefix_and_product_give_lists():
    assert lists("a: {subset: {of: [x, y, z], at_least: 2}}") == [["x", "y"], ["x", "z"], ["y", "z"], ["x", "y", "z"]]
    assert lists("a: {prefix: {of: [1, 2, 3], length: [1, 2]}}") == [[1], [1, 2]]
    assert lists("a: {product: {of: [x, y], length: 2}}") == [["x", "x"], ["x", "y"], ["y", "x"], ["y", "y"]]


def test_the_units_of_the_template_space_are_219():
    """Sequences of four ops, 2 to 4 long, that hold a convolution: 7 + 37 + 175 (arXiv 2511.07329)."""
    text = "a: {product: {of: [conv, batch_norm, relu, {dropout: {rate: 0.1}}], length: [2, 4], holds: [conv]}}"
    assert len(lists(text)) == 219


def test_a_hole_inside_a_listed_part_exists_where_the_part_is_and_has_one_value():
    text = "a: {product: {of: [x, {y: {int: [1, 2]}}], length: 2}}"
    assert lists(text).count([{"y": 1}, {"y": 1}]) == 1
    assert len(lists(text)) == 1 + 3 * 2


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
        ("a: {float: [1, .inf]}", "a bound is past 10.18"),
        ("a: {subset: [x]}", "subset needs a mapping"),
        ("a: {subset: {off: [x]}}", "subset has no key 'off'. Did you mean 'of'"),
        ("a: {subset: {of: [x], at_least: 2}}", "at_least must be a whole number from 0 to 1, found 2"),
        ("a: {subset: {of: [x, y], at_least: 2, at_most: 1}}", "at_most must be a whole number from 2 to 2"),
        ("a: {prefix: {of: [x]}}", "prefix needs the key 'length'"),
        ("a: {prefix: {of: [x], length: [0, 2]}}", "length must be a whole number from 0 to 1"),
        ("a: {product: {of: [x, y], length: [3, 2]}}", "is empty"),
        ("a: {product: {of: [x, y], length: 40}}", "1,099,511,627,776 alternatives, the limit is 100,000"),
        ("a: {product: {of: [x, y], length: 1, holds: [z]}}", "names 'z', which is not in 'of'"),
        ("a: {product: {of: [x, y], length: 1, holds: [x, y]}}", "the product has no alternatives"),
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
