"""DropAttention: spans of keys are dropped, what is left sums to 1, and evaluation knows nothing of it."""

import pytest
import torch

from fractalgen.nn.attention import SelfAttention

KINDS = ["column", "element"]
kinds = pytest.mark.parametrize("kind", KINDS)
causal = pytest.mark.parametrize("causal", [False, True])


def attention(kind="column", rate=0.4, span=3, channels=8, heads=2, **more):
    torch.manual_seed(0)
    return SelfAttention(channels, heads, drop_rate=rate, drop_span=span, drop_kind=kind, **more)


def sequence(batch=4, length=9, channels=8):
    return torch.randn(batch, length, channels, generator=torch.Generator().manual_seed(1))


def kept_and_output(module, x):
    """What a pass in training keeps, and what it gives."""
    torch.manual_seed(2)
    kept = module.kept(len(x), x.shape[1], x.device)
    torch.manual_seed(2)
    return kept, module.train()(x)


def weighed(module, x, change):
    """The op written out, with `change` made to logits or weights."""
    batch, length, channels = x.shape
    parts = module.query_key_value(x).view(batch, length, 3, module.heads, -1).permute(2, 0, 3, 1, 4)
    query, key, value = parts
    weights = change(query @ key.mT / key.shape[-1] ** 0.5)
    return module.out((weights @ value).transpose(1, 2).reshape(batch, length, channels))


@kinds
@causal
def test_training_equals_an_additive_mask_on_the_logits(kind, causal):
    module, x = attention(kind, causal=causal), sequence()
    kept, found = kept_and_output(module, x)
    mask = torch.zeros(kept.shape).masked_fill(~kept, -torch.inf)
    expected = weighed(module, x, lambda logits: (logits + mask).softmax(-1))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


@kinds
def test_training_equals_zeroed_weights_that_are_rescaled_to_one(kind):
    module, x = attention(kind), sequence()
    kept, found = kept_and_output(module, x)

    def rescaled(logits):
        weights = logits.softmax(-1) * kept
        return weights / weights.sum(-1, keepdim=True)

    torch.testing.assert_close(found, weighed(module, x, rescaled), rtol=0, atol=1e-6)


@kinds
@causal
@pytest.mark.parametrize("rate", [0.3, 0.999])
def test_every_row_sums_to_one(kind, causal, rate):
    """With values of 1 and no change after, the output is the sum of a row."""
    module = attention(kind, rate, 1, causal=causal)
    with torch.no_grad():
        module.query_key_value.weight[-8:] = 0
        module.query_key_value.bias[-8:] = 1
        module.out.weight.copy_(torch.eye(8))
        module.out.bias.zero_()
    _, found = kept_and_output(module, sequence())
    torch.testing.assert_close(found, torch.ones_like(found), rtol=0, atol=1e-6)


@kinds
@causal
def test_a_query_that_would_lose_all_it_sees_loses_nothing(kind, causal):
    module, x = attention(kind, 0.9999, 1, causal=causal), sequence().requires_grad_()
    kept, found = kept_and_output(module, x)
    seen = torch.ones(9, 9, dtype=torch.bool)
    assert torch.equal(kept, (seen.tril() if causal else seen).expand_as(kept))
    found.square().sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(x.grad).all()


@kinds
def test_dropped_keys_stand_in_spans(kind):
    kept = attention(kind, 0.2, 3).kept(50, 40, torch.device("cpu"))
    for row in (~kept).flatten(0, 2).tolist():
        text = "".join("x" if dropped else "." for dropped in row)
        runs = [len(run) for run in text.split(".") if run]
        assert all(run >= 3 for run in runs[:-1])
        assert not runs or runs[-1] >= 3 or text.endswith("x")


def test_columns_are_dropped_for_all_queries_of_a_head_alike():
    kept = attention("column", heads=4).kept(6, 20, torch.device("cpu"))
    assert torch.equal(kept, kept[:, :, :1].expand_as(kept))
    assert len({tuple(head) for head in kept[:, :, 0].flatten(0, 1).tolist()}) > 18


def test_elements_are_dropped_for_each_query_apart():
    kept = attention("element").kept(2, 20, torch.device("cpu"))
    assert len({tuple(row) for row in kept.flatten(0, 2).tolist()}) > 60


@kinds
@pytest.mark.parametrize(("rate", "span"), [(0.1, 1), (0.3, 3), (0.3, 7)])
def test_the_realised_rate_is_the_one_that_spans_give(kind, rate, span):
    length, draws = 64, 1500 if kind == "column" else 25
    module = attention(kind, rate, span, heads=4)
    module.kept(draws, length, torch.device("cpu"))
    expected = 1 - torch.tensor([(1 - rate / span) ** min(place + 1, span) for place in range(length)]).mean()
    assert float(module.realised_rate) == pytest.approx(float(expected), abs=0.01)
    assert float(module.realised_rate) <= rate + 0.01


def test_the_realised_rate_counts_what_a_causal_query_sees():
    module = attention("element", 0.5, 1, causal=True)
    kept = module.kept(3, 6, torch.device("cpu"))
    assert float(module.realised_rate) == pytest.approx(1 - float(kept.sum()) / (3 * 2 * 21))


@kinds
@causal
def test_evaluation_is_that_of_attention_without_dropping_to_the_last_bit(kind, causal):
    module, x = attention(kind, causal=causal).eval(), sequence()
    plain = SelfAttention(8, 2, causal=causal)
    plain.load_state_dict(module.state_dict())
    assert torch.equal(module(x), plain.eval()(x))


@kinds
def test_a_seed_decides_what_is_dropped(kind):
    module, x = attention(kind), sequence()
    first, again = kept_and_output(module, x)[1], kept_and_output(module, x)[1]
    assert torch.equal(first, again)
    assert not torch.equal(again, module(x))


def test_a_span_costs_no_more_than_the_sequence_however_long_it_is():
    module = attention("element", 0.5, span=10**30)
    assert module.kept(2, 6, torch.device("cpu")).all()


def test_a_span_longer_than_the_sequence_drops_to_its_end():
    kept = attention("column", 0.5, 30).kept(200, 5, torch.device("cpu"))
    texts = {"".join("x" if dropped else "." for dropped in row) for row in (~kept)[:, :, 0].flatten(0, 1).tolist()}
    assert texts <= {".....", "....x", "...xx", "..xxx", ".xxxx"}
    assert len(texts) > 2
