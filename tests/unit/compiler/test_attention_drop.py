"""DropAttention in networks: what declares it, where it passes, and what it leaves as it is."""

import copy

import pytest
import torch

from fractalgen.compiler import compile_graph
from fractalgen.compiler.exporters.python import source
from fractalgen.errors import FractalGenError
from fractalgen.passes import Simplify, expand, fingerprint
from fractalgen.spec import load_text
from fractalgen.training.attention_drop import attention_drop_rate
from fractalgen.training.guards import check_start

BLOCK = "{transformer_block: {heads: 2, OPTIONS}}"
FRACTAL = "{fractal: {columns: 2, unit: BLOCK}}".replace("BLOCK", BLOCK)
DROP = "attention_drop: 0.3, attention_span: 2, attention_drop_kind: element"


def spec_of(body, more=""):
    return load_text(f"network: {{input: [6, 8], body: {body}}}\n{more}")


def net_of(options=DROP, body=FRACTAL, more=""):
    spec = spec_of(body.replace("OPTIONS", options), more)
    return compile_graph(expand(spec), spec.drop_path)


def attentions(network):
    return [node.part for node in network.graph.nodes if node.kind == "attention"]


def batch(size=4):
    return torch.randn(size, 6, 8, generator=torch.Generator().manual_seed(0))


def test_the_rule_passes_its_options_to_the_op():
    parts = attentions(net_of())
    assert len(parts) == 3
    assert {(part.drop_rate, part.drop_span, part.drop_kind) for part in parts} == {(0.3, 2, "element")}
    assert not any(part.stochastic for part in attentions(net_of("causal: true")))


def test_how_to_drop_is_no_part_of_a_network_that_drops_nothing():
    texts = ["{heads: 2}", "{heads: 2, drop_span: 5, drop_kind: element}", "{heads: 2, drop_rate: 0.1, drop_span: 5}"]
    one, same, other = [fingerprint(Simplify()(expand(spec_of(f"{{attention: {text}}}")))) for text in texts]
    assert one == same != other


@pytest.mark.parametrize(("options", "noise"), [(DROP, True), ("causal: true", False)])
def test_the_guard_knows_whether_attention_draws(options, noise):
    guards = check_start(net_of(options), batch())
    assert (guards.noise_declared, guards.noise_observed, guards.noise_in_evaluation) == (noise, noise, False)
    assert guards.problems == ()


@pytest.mark.parametrize("by", ["norm", "block", "column"])
def test_checkpointing_draws_the_same_again(by):
    network, gradients = net_of().train(), []
    for checkpointing in ("none", by):
        twin = copy.deepcopy(network)
        twin.checkpointing = checkpointing
        torch.manual_seed(1)
        twin(batch()).square().sum().backward()
        gradients.append({name: parameter.grad for name, parameter in twin.named_parameters()})
    torch.testing.assert_close(*gradients)


def test_drop_path_by_sample_runs_attention_on_the_samples_that_need_it():
    network = net_of(more="drop_path: {rate: 0.5, per: sample}").train()
    for _ in range(4):
        network(batch()).square().sum().backward()
    assert 0 < attention_drop_rate(network) < 0.5


def test_a_network_that_drops_nothing_has_no_rate():
    network = net_of("causal: true").train()
    network(batch())
    assert attention_drop_rate(network) == 0


def test_exported_source_trains_with_it_and_evaluates_alike():
    network = net_of().eval()
    names = {"__name__": "exported"}
    exec(source(network), names)  # noqa: S102 - the source that was just made
    exported = names["Network"]()
    exported.load_state_dict(network.state_dict())
    assert torch.equal(exported.eval()(batch()), network(batch()))
    outputs = []
    for net in (exported, network):
        torch.manual_seed(1)
        outputs.append(net.train()(batch()))
    assert not torch.equal(outputs[0], exported.eval()(batch()))
    torch.testing.assert_close(*outputs)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{attention: {heads: 2, drop_rate: 1}}", "attention.drop_rate must be below 1, found 1"),
        ("{attention: {heads: 2, drop_rate: -0.1}}", "attention.drop_rate must be at least 0, found -0.1"),
        ("{attention: {heads: 2, drop_rate: often}}", "attention.drop_rate must be a number, found 'often'"),
        ("{attention: {heads: 2, drop_span: 0}}", "attention.drop_span must be at least 1, found 0"),
        ("{attention: {heads: 2, drop_span: 1.5}}", "attention.drop_span must be a whole number, found 1.5"),
        ("{attention: {heads: 2, drop_kind: row}}", "attention.drop_kind must be one of column, element, found 'row'"),
        ("{attention: {heads: 2, drop: 0.1}}", "'attention' has no parameter 'drop'"),
        (BLOCK.replace("OPTIONS", "attention_drop: 1"), "attention.drop_rate must be below 1, found 1"),
        (BLOCK.replace("OPTIONS", "attention_drop_kind: row"), "attention_drop_kind"),
        ("{join: {mode: {hyper_connection: {dynamc: true}}, branches: [gelu, gelu]}}", "'hyper_connection' has no parameter 'dynamc'"),
        ("{join: {mode: {hyper_connection: {dynamic: 1}}, branches: [gelu, gelu]}}", "hyper_connection.dynamic must be true or false, found 1"),
        ("{join: {mode: {manifold: {rounds: 3}}, branches: [gelu, gelu]}}", "'manifold' has no parameter 'rounds'"),
        ("{join: {mode: hyper_conection, branches: [gelu, gelu]}}", "unknown join 'hyper_conection'. Did you mean 'hyper_connection'?"),
        ("{join: {mode: hyper_connection, branches: [gelu, {linear: {out: 3}}]}}", "hyper_connection join needs one number of channels"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named_with_what_was_found(body, message):
    with pytest.raises(FractalGenError, match=r"network\.body") as caught:
        expand(spec_of(body))
    assert message in str(caught.value)
