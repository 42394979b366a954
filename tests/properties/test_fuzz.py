"""Mutated specs: whatever happens, only a FractalGenError leaves the loader, and its text is one line a problem."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fractalgen.errors import FractalGenError, SpecErrors
from fractalgen.passes import expand
from fractalgen.spec import load_text

SPACES = Path(__file__).parents[2] / "search_spaces"
TEXTS = [
    (SPACES / name).read_text()
    for name in (
        "digits.yaml",
        "starter.yaml",
        "cifar10/rules.yaml",
        "field/unet.yaml",
        "text/fractal_transformer.yaml",
    )
]
WORDS = "{ } [ ] : null $ ${ -1 0 1e9 true recurse conv &a *a !!x identity ' # from tap graph 99999999999 .nan".split()
PIECES = st.sampled_from([*WORDS, "- ", "{choice: []}", "{int: [1, 2]}", '"', "\t", "\n"])
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["insert", "delete", "replace", "line"]), PIECES), max_size=4
)


def mutated(text, edits):
    for where, kind, piece in edits:
        at = int(where * len(text))
        if kind == "insert":
            text = text[:at] + piece + text[at:]
        elif kind == "delete":
            text = text[:at] + text[at + 3 :]
        elif kind == "replace":
            text = text[:at] + piece + text[at + len(piece) :]
        else:
            lines = text.splitlines()
            del lines[int(where * (len(lines) - 1))]
            text = "\n".join(lines)
    return text


@given(st.sampled_from(TEXTS), EDITS)
@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_only_a_fractalgen_error_leaves_the_loader(text, edits):
    problems = []
    try:
        spec = load_text(mutated(text, edits), "f.yaml")
        if "network" in spec.tree.value:
            expand(spec.first())
    except SpecErrors as error:
        problems = [str(each) for each in error.errors]
    except FractalGenError as error:
        problems = [str(error)]
    assert not any("\n" in problem for problem in problems)
