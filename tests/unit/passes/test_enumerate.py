from itertools import islice
from pathlib import Path

from fractalgen.passes import Enumeration, fingerprint
from fractalgen.passes.check import check_file
from fractalgen.spec import load, load_text

SPACES = Path(__file__).parents[3] / "search_spaces"


def test_the_digits_space_has_180_points_and_each_architecture_comes_once():
    found = Enumeration(load(SPACES / "digits.yaml"))
    prints = [architecture.fingerprint for architecture in found]
    assert found.complete
    assert (found.spec.space.raw, found.visited, found.buildable) == (180, 180, 180)
    assert len(set(prints)) == len(prints) == found.distinct
    assert found.distinct == 3 * 3 * 4 * 5


def test_the_template_space_has_7665_points_and_its_narrowest_third_more_than_1200_architectures():
    file = SPACES / "cifar10" / "templates.yaml"
    narrow = "network.body.sequence[0].foreach.body.sequence[0].fractal.columns={int: [1, 2]}"
    found = Enumeration(load(file, [narrow]))
    assert load(file).space.raw == 5 * 7 * 219
    assert len({architecture.fingerprint for architecture in islice(found, 1200)}) == 1200


def test_points_that_give_one_architecture_count_once():
    """With one column there is no join, so its five modes are one architecture."""
    found = Enumeration(load(SPACES / "digits.yaml", ["network.body.fractal_net.columns={int: [1, 2]}"]))
    list(found)
    assert (found.visited, found.distinct) == (3 * 2 * 4 * 5, 3 * 4 * (1 + 5))


def test_the_spec_of_an_architecture_loads_as_the_same_architecture():
    for architecture in Enumeration(load(SPACES / "digits.yaml")):
        again = load_text(architecture.spec.to_yaml())
        assert not again.space
        from fractalgen.passes import expand

        assert fingerprint(expand(again)) == architecture.fingerprint
        break


def test_points_that_do_not_build_are_counted_apart():
    text = "network: {input: [3, 4, 4], body: {repeat: {times: {int: [1, 4]}, body: max_pool}}}"
    found = Enumeration(load_text(text))
    list(found)
    assert (found.visited, found.buildable, found.distinct) == (4, 2, 2)


def test_every_shipped_spec_checks():
    for file in SPACES.rglob("*.yaml"):
        assert check_file(file) == (), file
