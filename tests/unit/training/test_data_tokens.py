"""Sequences: windows, targets one token later, loss and accuracy by token, and a transformer that trains on them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from fractalgen.compiler import compile_graph
from fractalgen.errors import TrainError
from fractalgen.passes import expand
from fractalgen.spec import load, load_text
from fractalgen.spec.data import Data
from fractalgen.spec.train import Train
from fractalgen.training import FitOptions, RunOptions, evaluate, evaluate_saved, fit, load_data, run_training
from fractalgen.training.loss import cross_entropy

SPACES = Path(__file__).parents[3] / "search_spaces"
TEXT = "the quick brown fox jumps over the lazy dog. " * 40


@pytest.fixture(autouse=True)
def one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("FRACTALGEN_CACHE", str(tmp_path / "cache"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "text"
    data.mkdir()
    (data / "train.txt").write_text(TEXT)
    (data / "test.txt").write_text(TEXT[:300])
    return data


def tokens(path, **more):
    return load_data(Data(source="tokens", path=str(path), **{"length": 16, **more}))


def test_targets_are_the_next_tokens(folder):
    data = tokens(folder)
    inputs, targets = data.final_test().batch(slice(None))
    text = TEXT[:300].encode()
    assert inputs.shape == targets.shape == (18, 16)
    assert bytes(inputs.flatten().tolist()) == text[: 18 * 16]
    assert bytes(targets.flatten().tolist()) == text[1 : 18 * 16 + 1]
    assert (inputs.dtype, data.classes, data.train.shape) == (torch.int64, 256, (16,))


def test_no_target_is_on_two_sides_and_validation_is_one_stretch(folder):
    data = tokens(folder, val_fraction=0.2, seed=3)
    assert len(data.train) + len(data.validation) == (len(TEXT) - 1) // 16
    where = data.validation.rows.chosen
    assert torch.equal(where, torch.arange(int(where[0]), int(where[0]) + len(where)))
    assert not set(where.tolist()) & set(data.train.rows.chosen.tolist())
    assert int(tokens(folder, val_fraction=0.2, seed=4).validation.rows.chosen[0]) != int(where[0])


@pytest.mark.parametrize(("dtype", "highest"), [("uint16", 50_000), ("uint8", 200)])
def test_files_of_numbers_are_tokens_of_two_bytes_or_one(tmp_path, dtype, highest):
    numbers = np.random.RandomState(0).randint(0, highest + 1, 400)
    numbers[5] = highest
    for name in ("train", "val"):
        numbers.astype(dtype).tofile(tmp_path / f"{name}.bin")
    data = tokens(tmp_path, dtype=None if dtype == "uint16" else dtype)
    assert data.classes == highest + 1
    inputs, _ = data.final_test().batch(torch.tensor([0, 1]))
    assert inputs.flatten().tolist() == numbers[:32].tolist()
    assert tokens(tmp_path, dtype=dtype, classes=60_000).classes == 60_000


def test_one_file_gives_its_last_tenth_to_the_test(tmp_path):
    (tmp_path / "book.txt").write_text(TEXT)
    data = load_data(Data(path=str(tmp_path / "book.txt"), length=16))
    assert len(data.train) + len(data.validation) == (len(TEXT) * 9 // 10 - 1) // 16
    inputs, _ = data.final_test().batch(slice(1))
    assert bytes(inputs[0].tolist()) == TEXT.encode()[len(TEXT) * 9 // 10 :][:16]


def test_tokens_stay_in_their_file(folder):
    data = tokens(folder)
    assert data.train.rows.whole.data_ptr() == data.validation.rows.whole.data_ptr()


def write(folder, train=None, test=None, suffix=".txt"):
    for name, content in (("train", train), ("test", test)):
        (folder / f"{name}.txt").unlink()
        if content is not None:
            (folder / f"{name}{suffix}").write_bytes(content)


HALF = np.arange(100, dtype=np.uint16).tobytes()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((None, b"x" * 99), {}, r"no train.txt in .*text'. The folder needs train.txt and test.txt"),
        ((b"x" * 99, None), {}, r"no test.txt in .*text'"),
        ((b"", b"x" * 99), {}, r"train.txt' has 0 bytes, no whole number of uint8 tokens"),
        ((b"x" * 9, b"x" * 99), {}, "train.txt' has 9 train tokens, too few for one window of 16"),
        ((b"x" * 20, b"x" * 99), {}, "one window of tokens cannot be split"),
        ((b"x" * 99, b"x" * 16), {}, "test.txt' has 16 test tokens, too few for one window of 16"),
        ((b"xyz" * 99, b"x" * 99), {"classes": 100}, "the data have 256 tokens, `classes` says 100. Take it out"),
        ((b"xyz" * 99, b"x" * 99), {"classes": 999}, "the data have 256 tokens, `classes` says 999. Take it out"),
        ((HALF, HALF, ".bin"), {"classes": 90}, "the training set has a token 96, but 90 tokens end at 89"),
        ((b"x" * 99, b"x" * 99), {"dtype": "uint16"}, "train.txt' is text, whose tokens are bytes. Take out `dtype`"),
        ((HALF[:-1], HALF, ".bin"), {}, "train.bin' has 199 bytes, no whole number of uint16 tokens"),
        ((bytes(200), HALF, ".bin"), {}, "the training set has one token"),
    ],
)
def test_tokens_that_mean_nothing_are_named(folder, arguments, options, message):
    write(folder, *arguments)
    with pytest.raises(TrainError, match=message):
        tokens(folder, **options)


def test_test_tokens_that_the_training_set_has_not_are_named_when_they_are_read(folder):
    write(folder, HALF, np.full(99, 100, np.uint16).tobytes(), ".bin")
    data = tokens(folder)
    with pytest.raises(TrainError, match="the test set has a token 100, the tokens end at 96"):
        data.final_test()


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_the_mean_over_all_places(smoothing):
    logits, targets = torch.randn(3, 5, 7), torch.randint(7, (3, 5))
    expected = F.cross_entropy(logits.transpose(1, 2), targets, label_smoothing=smoothing)
    assert torch.allclose(cross_entropy(logits, targets, smoothing), expected)
    shares = F.one_hot(targets, 7).float()
    assert torch.allclose(cross_entropy(logits, shares, smoothing), expected)
    assert torch.allclose(cross_entropy(logits, targets, reduction="sum"), 15 * cross_entropy(logits, targets))
    assert torch.equal(
        cross_entropy(logits[:, 0], targets[:, 0], smoothing),
        F.cross_entropy(logits[:, 0], targets[:, 0], label_smoothing=smoothing),
    )


class Copy(nn.Module):
    """Says that the next token is this one."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(9.0))

    def forward(self, x):
        return self.scale * F.one_hot(x, 256)


def test_accuracy_and_loss_count_tokens(folder):
    write(folder, b"aab" * 99, b"aabaab" * 10)
    test = tokens(folder, length=3).final_test()
    found = evaluate(Copy(), test, batch=4)
    inputs, targets = test.batch(slice(None))
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.loss == pytest.approx(cross_entropy(Copy()(inputs), targets).item(), rel=1e-6)


SPEC = """
network:
  input: {shape: [16], dtype: int}
  body:
    sequence:
      - embedding: {tokens: 256, out: 16}
      - positional_encoding
      - fractal: {columns: 2, unit: {transformer_block: {heads: 2, causal: true}}}
      - linear: {out: 256}
drop_path: {rate: 0.15, global: 0.5}
train: {epochs: 4, batch: 16, optimizer: adamw, lr: 0.01, weight_decay: 0}
"""


def test_a_transformer_learns_a_text_and_is_evaluated_by_token(folder, tmp_path):
    data = Data(source="tokens", path=str(folder), length=16)
    run = run_training(load_text(SPEC), RunOptions(tmp_path / "run", data=data))
    first, last = run.score.epochs[0], run.score.epochs[-1]
    assert last.val_loss < 0.8 * first.val_loss < np.log(256)
    assert run.test.accuracy > 0.25
    assert len(run.columns) == 2
    found = evaluate_saved(tmp_path / "run")
    assert found.full.raw.accuracy == run.test.accuracy


def test_the_fractal_transformer_takes_a_text(tmp_path):
    (tmp_path / "book.txt").write_text(TEXT * 2)
    spec = load(SPACES / "text" / "fractal_transformer.yaml")
    network = compile_graph(expand(spec), spec.drop_path)
    data = load_data(Data(source="tokens", path=str(tmp_path / "book.txt")))
    score = fit(network, Train(epochs=1, batch=8, lr=0.01), data)
    assert score.train_loss < 1.2 * np.log(256)
    assert score.guards.problems == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "shape: [16]",
            "shape: [12]",
            r"cannot take the images of the data, 16: .* Write `input: \{shape: \[16\], dtype",
        ),
        ("tokens: 256", "tokens: 100", "cannot take the images of the data, 16: index out of range"),
        ("linear: {out: 256}", "linear: {out: 50}", "tells 50 classes apart, the data have 256"),
        (
            "      - linear",
            "      - flatten\n      - linear",
            "gives 256 for an image, not one number for each class at",
        ),
    ],
)
def test_a_network_that_does_not_fit_the_tokens_is_refused(folder, tmp_path, old, new, message):
    spec = load_text(SPEC.replace(old, new))
    with pytest.raises(TrainError, match=message):
        fit(compile_graph(expand(spec)), spec.train, tokens(folder), FitOptions(out=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_augmentations_are_for_images(folder):
    spec = load_text(SPEC.replace("train: {", "train: {augment: [mirror], "))
    with pytest.raises(TrainError, match="mirror changes images, and the data have none. Take it out of `augment:`"):
        fit(compile_graph(expand(spec)), spec.train, tokens(folder))
