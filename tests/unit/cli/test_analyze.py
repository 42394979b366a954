"""What `analyze` prints, keeps and refuses."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
import torch
from typer.testing import CliRunner

from fractalgen.analyses.subject import SubjectOptions, load_subject
from fractalgen.cli import app
from fractalgen.compiler import compile_graph
from fractalgen.errors import FractalGenError
from fractalgen.passes import expand
from fractalgen.spec import load_text
from fractalgen.training import FitOptions, fit, load_data
from fractalgen.training.initialise import initialise

SPEC = """
name: small
network:
  input: [1, 8, 8]
  body: {sequence: [{tap: {name: early, of: {conv_bn_relu: {out: 4}}}}, global_avg_pool, {linear: {out: 10}}]}
train: {epochs: 1, batch: 64, init: xavier, seed: 3}
data: {source: digits}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    (folder / "net.yaml").write_text(SPEC)
    (folder / "bare.yaml").write_text(SPEC.replace("data: {source: digits}", ""))
    spec = load_text(SPEC)
    fit(compile_graph(expand(spec)), spec.train, load_data(spec.data), FitOptions(out=folder / "run"))
    (folder / "run" / "spec.yaml").write_text(spec.to_yaml())
    (folder / "unfinished").mkdir()
    (folder / "unfinished" / "spec.yaml").write_text(SPEC)
    return folder


def analyze(*arguments):
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)], catch_exceptions=False)


def test_a_run_keeps_its_findings_beside_its_weights(folder):
    head, titles, row, *rest = analyze("activations", folder / "run").stdout.splitlines()
    assert head == "activations of small, trained"
    assert titles.split()[:3] == ["point", "depth", "largest"]
    assert row.split()[:2] == ["early", "1"]
    kept = folder / "run" / "analyses"
    assert rest[-2:] == [f"wrote {kept / 'activations.json'}", f"wrote {kept / 'activations.svg'}"]
    ElementTree.fromstring((kept / "activations.svg").read_text())  # noqa: S314 - ours


def test_json_is_what_is_kept(folder, tmp_path):
    done = analyze("probes", folder / "net.yaml", "--option", "samples=100", "--out", tmp_path / "new", "--json")
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "new" / "probes.json").read_text())
    assert document["analysis"] == "probes"
    assert document["options"] == {"at": "", "features": "pooled", "penalty": 1.0, "samples": 100}
    assert document["subject"].items() >= {"name": "small", "trained": False, "seed": 3}.items()
    assert document["rows"][0]["point"] == "early"


def test_findings_of_a_spec_are_printed_alone(folder):
    before = sorted(folder.iterdir())
    done = analyze("activations", folder / "net.yaml", "--at", "every-conv", "--at", "early", "--seed", "5")
    assert done.stdout.startswith("activations of small, not trained, seed 5\n")
    assert "wrote" not in done.output
    assert sorted(folder.iterdir()) == before


def test_a_spec_begins_as_its_training_does(folder):
    spec = load_text(SPEC)
    network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)
    initialise(network, spec.train.init, spec.train.seed)
    control = load_subject(folder / "net.yaml").network.state_dict()
    assert all(torch.equal(value, control[name]) for name, value in network.state_dict().items())


def test_another_seed_gives_other_first_weights(folder):
    one, other = (load_subject(folder / "net.yaml", SubjectOptions(seed=seed)).network for seed in (1, 2))
    assert not torch.equal(one.get_submodule("linear").weight, other.get_submodule("linear").weight)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["probs", "net.yaml"], "unknown analysis 'probs'. Did you mean 'probes'?"),
        (["probes", "net.yaml", "--option", "sample=3"], "'probes' has no parameter 'sample'. Did you mean 'samples'?"),
        (["probes", "net.yaml", "--option", "samples=3"], "probes.samples must be at least 10, found 3"),
        (["probes", "net.yaml", "--option", "features=all"], "probes.features must be one of pooled, flattened, found 'all'"),
        (["probes", "net.yaml", "--option", "features"], "--option: must be NAME=VALUE, found 'features'"),
        (["probes", "net.yaml", "--option", "at=a", "--at", "b"], "the option 'at' is given twice"),
        (["probes", "net.yaml", "--at", "ealy"], "nothing is called 'ealy'. Did you mean 'early'?"),
        (["probes", "none.yaml"], "no such file"),
        (["probes", "unfinished"], "holds no trained network. Give the folder of a run"),
        (["probes", "run", "--seed", "1"], "--seed is for a spec, and a run has a network"),
        (["probes", "run", "--set", "train.lr=1"], "--set is for a spec, and a run has a network"),
        (["probes", "bare.yaml"], "the spec names no data. Give --data digits"),
        (["probes", "net.yaml", "--data", "nowhere"], "'nowhere'"),
        (["probes", "net.yaml", "--out", "run"], "exists and is no empty folder"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_error_and_writes_nothing(folder, arguments, words, monkeypatch):
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(FractalGenError) as error:
        analyze(*arguments)
    assert words in str(error.value)
    assert error.value.exit_code == 2
    assert sorted(folder.rglob("*")) == before
