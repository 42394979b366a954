import pytest

from fractalgen.errors import ParameterError, Place, SpecError, SpecSyntaxError, UnknownNameError
from fractalgen.spec.formula import formula_of

PLACE = Place("f.yaml", 1, 1)


def value(text, **names):
    return formula_of(text, PLACE).value(names, PLACE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$n", 3),
        ("${n}", 3),
        ("${2 ** n + 1}", 9),
        ("${7 // 2 - -1}", 4),
        ("${7 / 2}", 3.5),
        ("${widths[n - 1]}", 64),
        ("${1 if n > 2 else 0}", 1),
        ("${0 if 1 < n <= 2 else 5}", 5),
        ("${max(n, 5) + min(1, 2) + len(widths)}", 9),
        ("block_${n}_of_${n + 1}", "block_3_of_4"),
        ("${1 if 'a' == 'a' else 2}", 1),
        ("${true}", True),
    ],
)
def test_formulas_have_the_value_of_their_arithmetic(text, expected):
    found = value(text, n=3, widths=(16, 32, 64))
    assert found == expected
    assert type(found) is type(expected)


def test_text_without_a_dollar_is_no_formula():
    assert formula_of("mean", PLACE) is None


@pytest.mark.parametrize(
    "text",
    [
        "${__import__('os')}",
        "${n.__class__}",
        "${[n for n in n]}",
        "${lambda: 1}",
        "${n and 1}",
        "${(n := 3)}",
        "${open('x')}",
        "${n",
        "${}",
        "$",
        "${" + "(" * 300 + ")" * 300 + "}",
        "${" + "1+" * 400 + "1}",
        "${b'x'}",
        "${1j}",
    ],
)
def test_what_is_outside_the_grammar_is_refused(text):
    with pytest.raises(SpecError):
        value(text, n=3)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("${9 ** 99}", ParameterError, "too large a power"),
        ("${1000000000 * 1000000000 * 10}", ParameterError, "out of bounds"),
        ("${1e308 * 10}", ParameterError, "out of bounds"),
        ("${1 / 0}", ParameterError, "has no value: it divides by zero"),
        ("${0 ** -1}", ParameterError, "has no value: it divides by zero"),
        ("${1e200 ** 2.5}", ParameterError, "has no value: it is past what numbers can hold"),
        ("${widths[9]}", ParameterError, r"has no value: \[1, 2\] has no item 9"),
        ("${widths['a']}", ParameterError, r"has no value: \[1, 2\] has no item 'a'"),
        ("${1[0]}", ParameterError, "has no value: 1 has no item 0"),
        ("${'a' * 10}", ParameterError, "arithmetic needs numbers, found 'a'"),
        ("${-widths}", ParameterError, r"arithmetic needs numbers, found \[1, 2\]"),
        ("${widths < 1}", ParameterError, r"has no value: \[1, 2\] and 1 have no order"),
        ("${max(widths, 1)}", ParameterError, r"has no value: max cannot take \[1, 2\], 1"),
        ("${len()}", ParameterError, "has no value: len cannot take nothing"),
        ("${m + 1}", UnknownNameError, "unknown name 'm'"),
        ("${100000000000000000000}", SpecSyntaxError, "not allowed"),
    ],
)
def test_arithmetic_without_a_value_says_so(text, error, message):
    with pytest.raises(error, match=message):
        value(text, widths=(1, 2))


def test_only_the_chosen_side_of_a_condition_is_computed():
    assert value("${1 if n > 0 else 1 / 0}", n=1) == 1
