"""What the card of a trial shows, unpacked as a browser unpacks it."""

from __future__ import annotations

import base64
import json
import re
import zlib

from fractalgen.report.trial_pictures import trial_pictures
from fractalgen.search import Leaderboard


def held(folder):
    text = trial_pictures(folder, Leaderboard.read(folder))
    return json.loads(re.search(r'id="pictures">(.*)</script>', text)[1])


def unpacked(packed):
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def with_spec(folder, number, text):
    file = folder / "trials" / str(number) / "spec.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)


def test_each_trial_shows_its_network_and_its_spec(search_run):
    spec = (search_run / "best" / "spec.yaml").read_text()
    with_spec(search_run, 2, spec)
    found = held(search_run)
    shown = unpacked(found["pictures"][found["trials"]["2"]["picture"]])
    assert shown["svg"].startswith("<svg")
    assert "conv 3" in shown["svg"]
    assert shown["spec"] == spec


def test_a_repeat_shows_the_network_that_it_repeats_once(search_run):
    with_spec(search_run, 1, (search_run / "best" / "spec.yaml").read_text())
    found = held(search_run)
    assert found["trials"]["3"]["picture"] == found["trials"]["1"]["picture"]
    assert list(found["pictures"]) == [found["trials"]["1"]["picture"]]


def test_a_repeat_of_another_search_shows_the_network_of_its_folder(search_run, board, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "spec.yaml").write_text((search_run / "best" / "spec.yaml").read_text())
    board["trials"][0]["taken_from"] = str(other)
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    found = held(search_run)
    assert list(found["pictures"]) == [found["trials"]["0"]["picture"]]


def test_a_trial_without_a_network_says_why(search_run):
    entry = held(search_run)["trials"]["4"]
    assert entry["picture"] not in held(search_run)["pictures"]
    assert entry["text"].startswith("pruned · ")
    assert entry["text"].endswith("the loss became 'nan'")


def test_a_spec_that_cannot_be_drawn_leaves_the_card_without_a_picture(search_run):
    with_spec(search_run, 2, "network: {input: [1, 8, 8], body: nonsense}\n")
    assert held(search_run)["pictures"] == {}


def test_a_large_network_is_drawn_by_its_rule_calls(search_run):
    block = "{fractal: {columns: 6, unit: {conv_bn_relu: {out: 4}}}}"
    with_spec(search_run, 2, f"network: {{input: [1, 8, 8], body: {{sequence: [{block}, {block}]}}}}\n")
    found = held(search_run)
    assert "neighbours are drawn as one" in unpacked(found["pictures"][found["trials"]["2"]["picture"]])["svg"]
