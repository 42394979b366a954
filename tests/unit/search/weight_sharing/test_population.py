"""Networks that evolve while they train the weights that they share."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fractalgen.errors import SearchError, SpecError, TrainError
from fractalgen.search import SearchOptions, run_search
from fractalgen.search.candidate import Candidate
from fractalgen.search.constraints import Constraint
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.search.samplers.genetic import Genetic
from fractalgen.search.weight_sharing.paths import Paths
from fractalgen.search.weight_sharing.population import Population
from fractalgen.spec import load_text
from fractalgen.spec.holes import Hole, Space

GENES = Space(tuple(Hole(f"gene {index}", "int", 0, 9) for index in range(6)), 10**6)
OPTIONS = Genetic(archive=4, generation=6)


def realize(values):
    text = "".join(str(values[f"gene {index}"]) for index in range(6))
    return Candidate(text, text, text, {"parameters": sum(values.values())})


def population(constraints=(), generations=1, options=OPTIONS):
    return Population(Paths(GENES, realize, constraints, seed=0), options, generations)


def total(text):
    """Less is better."""
    return (float(sum(map(int, text))),)


def texts(found):
    return [realize(point).text for point in found.archive]


def test_before_there_is_an_archive_steps_train_random_networks():
    found = population()
    assert [found.at(step) for step in range(9)] == [found.paths.at(step) for step in range(9)]


def test_a_generation_leaves_the_best_of_what_was_scored_the_fittest_first():
    found, scored = population(), {}
    found.evolve(1, lambda text: scored.setdefault(text, total(text)))
    assert len(scored) == 6
    assert texts(found) == sorted(scored, key=lambda text: (scored[text], text))[:4]


def test_the_archive_is_scored_anew_beside_each_generation_because_weights_move():
    found, scored = population(), []
    found.evolve(1, total)
    before = texts(found)
    found.evolve(2, lambda text: scored.append(text) or total(text))
    assert set(before) < set(scored)
    assert len(scored) == len(set(scored)) == 4 + 6
    found.evolve(3, lambda text: (-total(text)[0],))
    assert total(texts(found)[0]) >= max(map(total, texts(found)))


def test_steps_train_children_of_the_archive():
    found = population(options=Genetic(archive=4, generation=6, mutation=0.0))
    found.evolve(1, total)
    genes = [{text[place] for text in texts(found)} for place in range(6)]
    for step in range(30):
        assert all(gene in known for gene, known in zip(found.at(step), genes, strict=True))


def test_equals_are_ordered_by_their_points_and_not_by_when_they_were_scored():
    found, scored = population(), []
    found.evolve(1, lambda text: scored.append(text) or (0.0,))
    assert texts(found) == sorted(scored)[:4] != scored[:4]


def test_several_generations_follow_one_another():
    scored = []
    population(generations=3).evolve(1, lambda text: scored.append(text) or total(text))
    assert len(scored) == 6 + (4 + 6) * 2


def test_it_comes_to_better_networks_than_as_many_random_draws():
    found, scored = population(options=Genetic(archive=4, generation=6, mutation=0.15)), []
    for epoch in range(1, 31):
        found.evolve(epoch, lambda text: scored.append(text) or total(text))
    drawn = [found.paths.at(1000 + step) for step in range(len(set(scored)))]
    assert total(texts(found)[0]) < min(map(total, drawn))


def test_what_breaks_a_constraint_is_neither_trained_nor_in_the_archive():
    found = population((Constraint("parameters", "<", 25.0),))
    for epoch in range(1, 4):
        found.evolve(epoch, lambda text: (-total(text)[0],))
        assert all(total(text) < (25.0,) for text in (*texts(found), *(found.at(step) for step in range(20))))


def test_a_space_that_is_smaller_than_a_generation_is_taken_whole():
    space = Space((Hole("gene 0", "int", 0, 2),), 3)
    paths = Paths(space, lambda values: Candidate(str(values["gene 0"]), "", "", {}), (), seed=0)
    found = Population(paths, OPTIONS, 1)
    found.evolve(1, total)
    found.evolve(2, total)
    assert [point["gene 0"] for point in found.archive] == [0, 1, 2]


def weights(store):
    return {
        (key, name): torch.as_tensor(value).clone() for key, slot in store.slots.items() for name, value in slot.items()
    }


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.fixture
def evolving(spec, make_run):
    def make(folder="shared", generations=1, **options):
        run = make_run(spec, {"epochs": 2, "batch": 512}, folder, **options)
        return replace(run, population=Population(run.paths, Genetic(archive=3, generation=4), generations), images=64)

    return make


def test_a_training_that_was_killed_goes_on_to_the_same_weights_and_the_same_archive(evolving, monkeypatch):
    whole, killed = evolving("whole"), evolving("killed", checkpoint_seconds=0.0)
    expected = weights(whole.train(lambda *_: None))

    def dies(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed.train(dies)
    again = evolving("killed")
    assert equal(weights(again.train(lambda *_: None)), expected)
    assert again.population.archive == whole.population.archive
    assert len(whole.population.archive) == 3


def test_scoring_moves_no_weight_and_no_state_of_the_optimizer(evolving):
    """More generations are scored in between, and the first epoch, whose networks are random, ends with the same weights."""
    found = []
    for generations in (1, 2):
        run = evolving(str(generations), generations)
        with pytest.raises(KeyboardInterrupt):
            run.train(lambda _epoch, _loss, store: found.append(weights(store)) or interrupt())
    assert equal(*found)


def interrupt():
    raise KeyboardInterrupt


SPACE = """
name: small
network:
  input: [1, 8, 8]
  body: {sequence: [{conv_bn_relu: {out: {choice: [4, 8]}, kernel: {choice: [1, 3, 5]}}}, global_avg_pool, {linear: {out: 10}}]}
data: digits
train: {epochs: 1, batch: 512}
search:
  trials: 4
  threads: 1
  sampler: {genetic: {archive: 2, generation: 3}}
  weight_sharing: {epochs: 2, retrain: 1, images: 64, population: {generations: 1}}
"""


def test_a_search_begins_with_the_networks_that_evolved(tmp_path):
    options = SearchOptions(evaluation=TrainEvaluation("cpu"))
    board = run_search(load_text(SPACE), tmp_path / "run", options)
    assert len(board.trials) == 4
    best = max(row.values["val_accuracy"] for row in board.trials)
    assert best == max(row.values["val_accuracy"] for row in board.trials[:2])
    assert run_search(load_text(SPACE), tmp_path / "run", options) == board


def test_shared_weights_of_another_population_are_refused(tmp_path):
    options = SearchOptions(evaluation=TrainEvaluation("cpu"))
    run_search(load_text(SPACE), tmp_path / "run", options)
    with pytest.raises(TrainError, match="checkpoint"):
        run_search(load_text(SPACE.replace("archive: 2", "archive: 5")), tmp_path / "run", options)


def test_a_population_needs_the_sampler_that_says_how_it_evolves(tmp_path):
    text = SPACE.replace("{genetic: {archive: 2, generation: 3}}", "random")
    message = (
        r"a population evolves by the sampler 'genetic', and the sampler is 'random'. Set sampler: genetic, or take"
    )
    with pytest.raises(SearchError, match=message):
        run_search(load_text(text), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{generations: 0}", r"population.generations: must be at least 1, found 0"),
        ("{generation: 2}", r"unknown key 'generation'. Did you mean 'generations'"),
        ("yes", r"population: must be a mapping"),
    ],
)
def test_a_population_that_cannot_be_is_refused(written, message):
    with pytest.raises(SpecError, match=message):
        load_text(SPACE.replace("{generations: 1}", written))
