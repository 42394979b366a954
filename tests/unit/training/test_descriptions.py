"""Text that comes with scikit-learn, and a fractal transformer that trains on it under DropAttention."""

import json
from pathlib import Path

import pytest
import torch
from sklearn.datasets import load_digits

from fractalgen.compiler import compile_graph
from fractalgen.errors import TrainError
from fractalgen.passes import expand
from fractalgen.passes.enumerate import Enumeration
from fractalgen.spec import load
from fractalgen.spec.data import Data
from fractalgen.training import FitOptions, RunOptions, fit, load_data, run_training

SPACE = Path(__file__).parents[3] / "search_spaces" / "field" / "drop_attention.yaml"
BLOCK = "network.body.sequence[2].fractal.unit.transformer_block"
SMALL = [
    "train.epochs=1",
    "data.val_fraction=0.5",
    "data.length=16",
    "network.input.shape=[16]",
    "network.body.sequence[0].embedding.out=16",
]


@pytest.fixture(autouse=True)
def one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_tokens_are_the_bytes_of_the_descriptions():
    data = load_data(Data(source="descriptions", length=64))
    windows = data.train.rows.whole
    text = bytes(windows[:, :-1].flatten().tolist())
    assert load_digits().DESCR[:300].encode() in text
    assert (data.classes, data.train.shape) == (256, (64,))
    assert len(data.final_test()) == pytest.approx(len(windows) / 9, abs=1)


def test_what_is_tested_comes_after_what_is_trained_on():
    data = load_data(Data(source="descriptions", length=64))
    last, first = data.train.rows.whole[-1], data.final_test().rows.whole[0]
    assert not torch.equal(last, first)
    assert b"wine" in bytes(data.final_test().rows.whole.flatten().tolist()).lower()


def test_the_digest_tells_lengths_apart():
    digests = [load_data(Data(source="descriptions", length=length)).digest for length in (32, 64, 64)]
    assert digests[0] != digests[1] == digests[2]


def test_windows_longer_than_the_text_are_refused():
    with pytest.raises(TrainError, match="the text of descriptions has .* tokens, too few for one window of 100000"):
        load_data(Data(source="descriptions", length=100_000))


def test_the_space_has_each_way_to_drop_once():
    found = Enumeration(load(SPACE))
    fingerprints = {point.fingerprint for point in found}
    assert (found.visited, len(fingerprints)) == (12, 9)


@pytest.mark.parametrize(("rate", "kind"), [(0, "column"), (0.4, "element")])
def test_a_fractal_transformer_trains_on_text_and_tells_how_much_it_dropped(rate, kind, tmp_path):
    sets = [*SMALL, f"{BLOCK}.attention_drop={rate}", f"{BLOCK}.attention_drop_kind={kind}"]
    run = run_training(load(SPACE, sets).first(), RunOptions(tmp_path / "run", device="cpu"))
    (epoch,) = json.loads((tmp_path / "run" / "metrics.json").read_text())["epochs"]
    guards = run.score.guards
    assert (guards.noise_declared, guards.noise_observed, guards.noise_in_evaluation) == (rate > 0, rate > 0, False)
    assert epoch["train_loss"] < 5
    assert epoch["attention_drop_rate"] == pytest.approx(
        0.9 * rate, abs=0.2 * rate
    )  # rows that would be empty are kept


def test_training_under_it_is_repeated_by_its_seed():
    spec = load(SPACE, [*SMALL[:1], *SMALL[2:], "data.val_fraction=0.95"]).first()
    losses = []
    for _ in range(2):
        network = compile_graph(expand(spec), spec.drop_path, 0)
        losses.append(fit(network, spec.train, load_data(spec.data), FitOptions(device="cpu")).train_loss)
    assert losses[0] == losses[1]
