"""What is wrong around a residual bus is said with its place, what was found and what to do."""

import pytest

from fractalgen.errors import FractalGenError
from fractalgen.passes.check import check_file

HEAD = "network:\n  input: [3, 8, 8]\n  body: "
BUS = HEAD + "{residual_bus: {kind: manifold, body: BODY}}\n"
RULE = "network: {input: [3, 8, 8], body: {residual_bus: {kind: manifold, body: r}}}\nrules:\n  r: {body: BODY}\n"


def bus(body):
    return BUS.replace("BODY", body)


CASES = [
    (HEAD + "{residual_bus: {body: {site: conv}}}\n", "'residual_bus' needs the key 'kind'"),
    (HEAD + "{residual_bus: {kind: manifold}}\n", "'residual_bus' needs the key 'body'"),
    (HEAD + "{residual_bus: {kind: manifold, boddy: relu, body: relu}}\n", "has no key 'boddy'. Did you mean 'body'?"),
    (HEAD + "residual_bus\n", "f.yaml:3:9: network.body: 'residual_bus' needs the key 'kind'"),
    (HEAD + "{residual_bus: {kind: manifld, body: {site: relu}}}\n", "f.yaml:3:31: network.body.residual_bus.kind: unknown connection 'manifld'. Did you mean 'manifold'?"),
    (HEAD + "{residual_bus: {kind: {hyper: {}}, body: {site: relu}}}\n", "unknown connection 'hyper'"),
    (HEAD + "{residual_bus: {kind: 3, body: {site: relu}}}\n", "the kind of a connection is needed here, found 3. Known: hyper_connection, manifold."),
    (HEAD + "{residual_bus: {kind: {manifold: {}, relu: {}}, body: {site: relu}}}\n", "a connection is one word or one key"),
    (HEAD + "{residual_bus: {kind: {manifold: 3}, body: {site: relu}}}\n", "'manifold' takes named parameters, found 3"),
    (HEAD + "{residual_bus: {kind: {manifold: {rounds: 0}}, body: {site: relu}}}\n", "manifold.rounds must be at least 1, found 0"),
    (HEAD + "{residual_bus: {kind: {hyper_connection: {dynamc: true}}, body: {site: relu}}}\n", "'hyper_connection' has no parameter 'dynamc'. Did you mean 'dynamic'?"),
    (HEAD + "{residual_bus: {kind: {hyper_connection: {dynamic: 1}}, body: {site: relu}}}\n", "hyper_connection.dynamic must be true or false, found 1"),
    (HEAD + "{residual_bus: {kind: {hyper_connection: {site: 1}}, body: {site: relu}}}\n", "'hyper_connection' has no parameter 'site'"),
    (HEAD + "{residual_bus: {streams: 0, kind: manifold, body: {site: relu}}}\n", "residual_bus.streams must be at least 1, found 0"),
    (HEAD + "{residual_bus: {streams: 65, kind: manifold, body: {site: relu}}}\n", "residual_bus.streams must be at most 64, found 65"),
    (HEAD + "{residual_bus: {streams: many, kind: manifold, body: {site: relu}}}\n", "residual_bus.streams must be a whole number, found 'many'"),
    (HEAD + "{site: conv}\n", "f.yaml:3:9: network.body: site stands outside of a residual_bus. Put it into the body of one"),
    (HEAD + "{sequence: [{residual_bus: {kind: manifold, body: {site: relu}}}, {site: conv}]}\n", "network.body.sequence[1]: site stands outside of a residual_bus"),
    (bus("{site: {site: relu}}"), "network.body.residual_bus.body.site: site stands outside of a residual_bus"),
    (bus("site"), "network.body.residual_bus.body: site needs a layer, found nothing. Write `site: LAYER`."),
    (bus("{site: }"), "site needs a layer, found nothing"),
    (bus("{site: [relu]}"), "an expression is one word, or a mapping with one key; found a list of 1"),
    (bus("{site: convv}"), "unknown rule or op 'convv'. Did you mean 'conv'?"),
    (bus("conv"), "f.yaml:3:47: network.body.residual_bus.body: at conv: conv stands on a bus of 4 streams outside of a site. Put it into `site: ...`."),
    (bus("{sequence: [{site: relu}, {conv: {out: $channels}}]}"), "body.sequence[1]: at conv: conv stands on a bus of 4 streams outside of a site"),
    (bus("{conv_bn_relu: {out: 3}}"), "f.yaml:3:47: network.body.residual_bus.body: at conv_bn_relu.conv: conv stands on a bus of 4 streams"),
    (bus("{dropout: {rate: 0}}"), "dropout stands on a bus of 4 streams outside of a site"),
    (bus("{residual_bus: {kind: manifold, body: {site: relu}}}"), "at open_bus_2: residual_bus stands on a bus of 4 streams outside of a site. Put it into `site: ...`."),
    (bus("{join: {mode: gate, branches: [{site: relu}, identity]}}"), "gate stands on a bus of 4 streams outside of a site. Join by mean, sum, max or learned"),
    (bus("{join: {mode: concat, branches: [{site: relu}, identity]}}"), "concat stands on a bus of 4 streams outside of a site"),
    (bus("{site: {conv: {out: 5}}}"), "at write_streams: the layer of a site must keep the shape 3x8x8 of a stream, found 5x8x8. Change the shape before the bus or after it."),
    (bus("{site: max_pool}"), "must keep the shape 3x8x8 of a stream, found 3x4x4"),
    (RULE.replace("BODY", "{site: {sequence: [conv, flatten]}}"), "rules.r.body: at r.write_streams: the layer of a site must keep the shape 3x8x8 of a stream, found 192"),
    (RULE.replace("BODY", "conv"), "rules.r.body: at r.conv: conv stands on a bus of 4 streams"),
    (HEAD + "{sequence: [{tap: {name: x, of: relu}}, {residual_bus: {kind: manifold, body: {from: x}}}]}\n", "the end of residual_bus needs the streams of a residual bus, found 3x8x8"),
    (HEAD + "{sequence: [{tap: {name: x, of: relu}}, {residual_bus: {kind: manifold, body: {sequence: [{from: x}, {site: relu}]}}}]}\n", "site needs the streams of a residual bus, found 3x8x8"),
    (HEAD + "{sequence: [{tap: {name: x, of: relu}}, {residual_bus: {kind: manifold, body: {join: {mode: mean, branches: [{from: x}, identity]}}}}]}\n", "mean join needs one number of streams from its branches: branch 1 has 3x8x8, branch 2 has 4 streams of 3x8x8"),
    (HEAD + "{sequence: [{residual_bus: {kind: manifold, body: {tap: {name: x, of: {site: relu}}}}}, {from: x}, relu]}\n", "relu stands on a bus of 4 streams outside of a site"),
    (bus("{sequence: [{tap: {name: x, of: identity}}, {site: {from: x}}]}"), "must keep the shape 3x8x8 of a stream, found 4 streams of 3x8x8"),
    (HEAD + "{sequence: [{residual_bus: {kind: manifold, body: {tap: {name: x, of: {site: relu}}}}}, {conv: {out: 5}}, {residual_bus: {kind: manifold, body: {join: {mode: mean, adapt: project, branches: [{from: x}, identity]}}}}]}\n", "mean join needs one number of channels from its branches: branch 1 has 4 streams of 3x8x8, branch 2 has 4 streams of 5x8x8"),
    ("network:\n  input: {shape: [5], dtype: int}\n  body: {residual_bus: {kind: manifold, body: {site: identity}}}\n", "a residual bus carries features, found 5:int. Put embedding before it."),
    ("network: {input: [3], body: r}\nrules: {r: {body: relu}, s: {body: {residual_bus: {kind: manifold, body: {site: convv}}}}}\n", "rules.s.body.residual_bus.body.site: unknown rule or op 'convv'"),
    (bus("{repeat: {times: 10000, body: {repeat: {times: 20, body: {site: relu}}}}}"), "the network would have 800,002 nodes, the limit is 200,000"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), CASES)
def test_a_mistake_is_named_with_its_place(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_text(text)
    errors = check_file("f.yaml")
    assert len(errors) >= 1
    assert message in " ".join(str(error) for error in errors)
    assert all(isinstance(error, FractalGenError) and error.place.file for error in errors)
    assert all("\n" not in str(error) for error in errors)
