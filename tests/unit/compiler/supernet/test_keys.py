from __future__ import annotations

from fractalgen.compiler.supernet.keys import weight_keys
from fractalgen.passes import expand
from fractalgen.spec import load_text


def keys(body: str, rules: str = "") -> dict[str, str]:
    """Return the key of every node by its path."""
    spec = load_text(f"{rules}network: {{input: [4, 8, 8], body: {body}}}")
    graph = expand(spec)
    return {node.path: key for node, key in zip(graph.nodes, weight_keys(graph), strict=True)}


def learned(body: str) -> set[str]:
    return {key for path, key in keys(body).items() if path.endswith("conv")}


FRACTAL = "{fractal: {columns: COLUMNS, unit: {conv_bn_relu: {out: WIDTH}}}}"


def fractal(columns: int, width: int = 4) -> set[str]:
    return learned(FRACTAL.replace("COLUMNS", str(columns)).replace("WIDTH", str(width)))


def test_a_fractal_shares_its_columns_with_one_of_more_columns():
    two, three, four = fractal(2), fractal(3), fractal(4)
    assert (len(two), len(three), len(four)) == (3, 7, 15)
    assert two < three < four


def test_the_width_is_no_part_of_a_key():
    assert fractal(3, 4) == fractal(3, 16)


def test_another_kernel_has_weights_of_its_own():
    assert learned("{conv: {kernel: 3}}").isdisjoint(learned("{conv: {kernel: 5}}"))


def test_rounds_of_a_loop_have_weights_of_their_own_and_share_them_with_longer_loops():
    short, long = (learned(f"{{repeat: {{times: {times}, body: conv_bn}}}}") for times in (2, 3))
    assert (len(short), len(long)) == (2, 3)
    assert short < long


def test_depthwise_convolutions_of_all_widths_share():
    body = "{{sequence: [{{conv: {{out: {0}}}}}, {{conv: {{groups: {0}}}}}]}}"
    assert list(keys(body.format(8)).values()) == list(keys(body.format(16)).values())


def test_one_input_channel_is_not_depthwise():
    assert "groups=1" in keys("{conv: {out: 4}}")["conv"]


def test_nodes_that_share_weights_have_one_key():
    found = keys("{sequence: [{conv: {share: a}}, {conv: {share: a}}, conv]}")
    assert found["conv"] == found["conv_2"] != found["conv_3"]


def test_what_a_cell_chooses_at_one_node_does_not_change_the_keys_of_another():
    body = "{{graph: {{nodes: {{a: {{of: {0}, from: input}}, b: {{of: conv_bn, from: a}}}}, output: b}}}}"
    one, other = (keys(body.format(op)) for op in ("conv_bn", "max_pool"))
    assert one["conv_bn_2.conv"] == other["conv_bn.conv"]


def test_a_linear_layer_after_another_map_size_has_weights_of_its_own():
    body = "{{sequence: [{0}flatten, {{linear: {{out: 10}}}}]}}"
    one, other = (keys(body.format(pool))["linear"] for pool in ("", "max_pool, "))
    assert one != other


def test_heads_behind_another_number_of_blocks_have_weights_of_their_own():
    body = "{{sequence: [{{repeat: {{times: {0}, body: conv_bn}}}}, global_avg_pool, {{linear: {{out: 10}}}}]}}"
    one, other = (keys(body.format(times))["linear"] for times in (1, 2))
    assert one != other


def test_heads_behind_a_wider_network_are_the_same():
    body = "{{sequence: [{{conv_bn: {{out: {0}}}}}, dropout, global_avg_pool, {{linear: {{out: 10}}}}]}}"
    one, other = (keys(body.format(width))["linear"] for width in (8, 16))
    assert one == other


def test_layers_in_a_row_of_one_call_share_whatever_is_around_them():
    rules = "rules: {mlp: {parameters: {act: {type: layer}}, body: {sequence: [linear, act, linear]}}}\n"
    one, other = (keys(f"{{sequence: [global_avg_pool, {{mlp: {{act: {act}}}}}]}}", rules) for act in ("relu", "gelu"))
    assert one["mlp.linear_2"] == other["mlp.linear_2"]


def test_what_reads_a_concatenation_has_weights_of_its_own():
    body = "{{sequence: [{{join: {{mode: {0}, branches: [conv_bn, identity]}}}}, relu, {{conv: {{kernel: 3}}}}, conv]}}"
    mean, most, concat = (keys(body.format(mode)) for mode in ("mean", "max", "{concat: {project: true}}"))
    assert mean["conv"] == most["conv"] != concat["conv"]
    assert mean["conv_2"] == concat["conv_2"]
    assert mean["conv_bn.conv"] == concat["conv_bn.conv"]
