from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from fractalgen.errors import SearchError
from fractalgen.passes import expand
from fractalgen.report import write_report
from fractalgen.report.chart import library
from fractalgen.spec import load
from fractalgen.visualize import draw

NASTY = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & 網絡 " + "long" * 120
VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Reads a page: which tags open, which rows there are, whether every tag is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def count(self, wanted: str) -> int:
        return sum(tag == wanted for tag, _ in self.tags)

    def rows(self) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == "tr" and "id" in attrs]


def read(folder):
    return write_report(folder).read_text(encoding="utf-8")


def test_the_report_of_a_search_lies_in_its_folder(search_run):
    assert write_report(search_run) == search_run / "report.html"


def test_every_tag_is_closed(search_run):
    assert Page(read(search_run)).open == []


def test_the_page_asks_for_nothing_from_outside(search_run):
    text = read(search_run).replace(library(), "").replace("http://www.w3.org/2000/svg", "")
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"https?:|//[a-z]|<link|@import|url\(", text)


def test_every_trial_is_a_row_the_best_on_top(search_run):
    rows = Page(read(search_run)).rows()
    assert [row["id"] for row in rows] == ["trial-2", "trial-1", "trial-3", "trial-0", "trial-4"]


def test_rows_carry_the_marks_of_front_best_and_pruned(search_run):
    marks = {row["id"]: row["class"] for row in Page(read(search_run)).rows()}
    assert marks["trial-2"] == "front best complete"
    assert marks["trial-3"] == "complete cached"
    assert marks["trial-4"] == "pruned"


def test_what_the_guards_found_is_listed_by_trial_and_once(search_run, board):
    for number in (1, 3):
        board["trials"][number]["guards"] = {"problems": ["no gradient reaches <conv>"]}
    assert "What the guards found" not in read(search_run)
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    text = read(search_run)
    assert "<h2>What the guards found</h2>" in text
    guards = re.search(r'<ul class="guards">(.*?)</ul>', text)
    assert guards[1] == "<li>trial 1: no gradient reaches &lt;conv&gt;</li>"


def test_headline_figures_hold_the_test_accuracy_and_the_counts(search_run):
    text = read(search_run)
    assert "98.12 %" in text
    assert "<dt>trials</dt><dd>5 of 5</dd>" in text
    assert "<dt>distinct networks</dt><dd>4</dd>" in text


def test_the_best_architecture_is_drawn_from_its_spec_where_there_is_no_picture(search_run):
    assert "column 2" in read(search_run)


def test_the_picture_in_the_folder_is_used(search_run):
    (search_run / "best" / "best.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text>mark of this picture</text></svg>'
    )
    assert "<text>mark of this picture</text>" in read(search_run)


@pytest.mark.parametrize(
    "inside",
    ["<script>alert(1)</script>", '<rect onclick="alert(1)"/>', "<style>@import 'x'</style>", "<foreignObject/>", "<"],
)
def test_a_picture_that_could_do_more_than_show_is_put_in_as_an_image(search_run, inside):
    (search_run / "best" / "best.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>')
    text = read(search_run)
    assert "data:image/svg+xml;base64," in text
    assert "alert(1)" not in text


def test_our_own_pictures_are_put_in_as_they_are(search_run):
    draw(expand(load(search_run / "best" / "spec.yaml")), search_run / "best" / "best.svg")
    assert "data:image" not in read(search_run).replace(library(), "")


def test_a_spec_that_cannot_be_drawn_leaves_a_sentence(search_run):
    (search_run / "best" / "spec.yaml").write_text("network: {input: [1, 8, 8], body: nonsense}\n")
    assert "nonsense" in read(search_run)


def test_spec_and_lock_can_be_read_and_copied(search_run):
    text = read(search_run)
    assert re.findall(r"<figcaption>(.+?) <button", text) == ["best/spec.yaml", "spec.yaml", "lock.json", "spec.yaml"]
    assert "&quot;torch&quot;: &quot;2.15&quot;" in text


def test_hostile_text_stays_text_everywhere(search_run, board):
    scripts = Page(read(search_run)).count("script")
    for row in board["trials"]:
        row["params"][NASTY] = NASTY
        row["fingerprint"] = row["reason"] = NASTY
    board["name"] = NASTY
    board["objectives"][0]["metric"] = NASTY
    for row in board["trials"][:4]:
        row["values"][NASTY] = 0.5
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    for file in ("spec.yaml", "lock.json"):
        (search_run / file).write_text(NASTY)
    page = Page(read(search_run))
    assert page.open == []
    assert page.count("script") == scripts
    assert page.count("img") == 0


def test_a_search_that_has_no_trial_yet_has_a_report(search_run, board):
    empty = {**board, "best": None, "front": [], "trials": []}
    (search_run / "leaderboard.json").write_text(json.dumps(empty))
    assert "<dt>trials</dt><dd>0 of 5</dd>" in read(search_run)


def test_one_objective_is_plotted_over_the_trials(search_run, board):
    board["objectives"].pop()
    (search_run / "leaderboard.json").write_text(json.dumps(board))
    text = read(search_run)
    assert "<h2>History</h2>" in text
    assert "chart-front" not in text


def test_why_trials_were_pruned_is_counted(search_run):
    assert "<li>1: the loss became &#39;nan&#39;</li>" in read(search_run)


def test_the_report_of_a_training_run_shows_curve_columns_and_network(training_run):
    text = read(training_run)
    assert Page(text).open == []
    assert "84.21 %" in text
    assert "<td>2</td><td>83.00 %</td>" in text
    assert "validation accuracy over epoch" in text
    assert "column 2" in text


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SearchError, match="there is no folder"):
        write_report(tmp_path / "nowhere")


def test_a_foreign_folder_is_an_error_and_nothing_is_written(tmp_path):
    with pytest.raises(SearchError, match=r"is not the folder of a run: it holds no leaderboard\.json"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []
