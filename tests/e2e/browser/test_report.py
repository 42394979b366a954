"""The report of a search in a real browser."""

from __future__ import annotations

import pytest

CHARTS = ["front", "history", "importance", "parallel", "timeline", "outcomes"]


def drawn(page, name):
    """Scroll to a plot, and return it once it is drawn."""
    place = page.locator(f"#chart-{name}")
    place.scroll_into_view_if_needed()
    place.locator(".main-svg").first.wait_for()
    return place


def hover(page, name, number=0):
    marks = drawn(page, name).locator(".scatterlayer .points path")
    box = marks.nth(number).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_and_draws_every_plot_without_an_error_or_a_request(opened, report, scheme):
    found = opened(report, scheme)
    for name in CHARTS:
        drawn(found.page, name)
    assert found.errors == []
    assert found.requests == [report.as_uri()]


def test_no_hostile_text_does_anything(opened, nasty_report):
    found = opened(nasty_report)
    for name in CHARTS:
        drawn(found.page, name)
    hover(found.page, "front")
    found.page.locator("#card svg").first.wait_for()
    found.page.locator("td button[data-trial]").first.click()
    assert found.page.locator("img").count() == 0
    assert found.errors == []
    assert found.requests == [nasty_report.as_uri()]


def test_pointing_at_a_trial_shows_its_network_and_leaving_hides_it(opened, report):
    page = opened(report).page
    hover(page, "front")
    page.locator("#card svg").wait_for()
    assert page.locator("#card h2").inner_text().startswith("Trial ")
    assert "conv" in page.locator("#card svg").text_content()
    page.mouse.move(5, 5, steps=3)
    page.locator("#card").wait_for(state="hidden")


def test_the_card_does_not_cover_what_it_tells_of(opened, report):
    page = opened(report).page
    for number in (0, 9):
        hover(page, "front", number)
        page.locator("#card svg").wait_for()
        card, mark = (
            page.locator("#card").bounding_box(),
            page.locator("#chart-front .points path").nth(number).bounding_box(),
        )
        assert mark["x"] + mark["width"] <= card["x"] or card["x"] + card["width"] <= mark["x"]


def test_a_click_in_the_history_keeps_the_network_with_its_spec(opened, report):
    page = opened(report).page
    hover(page, "history", 3)
    page.locator("#card").wait_for()  # a click means the trial that is pointed at
    page.mouse.down()
    page.mouse.up()
    page.locator("#card.pinned").wait_for()
    assert "columns:" in page.locator("#card pre").inner_text()
    page.keyboard.press("Escape")
    page.locator("#card").wait_for(state="hidden")


def test_the_number_of_a_trial_opens_its_network(opened, report):
    page = opened(report).page
    page.locator('td button[data-trial="7"]').click()
    page.locator("#card.pinned svg").wait_for()
    assert page.locator("#card h2").inner_text() == "Trial 7"
    assert "out: 8" in page.locator("#card pre").inner_text()


def test_a_pruned_trial_says_why(opened, report):
    page = opened(report).page
    page.locator('td button[data-trial="6"]').click()
    page.locator("#card.pinned").wait_for()
    assert page.locator("#card p").inner_text().endswith("the loss became nan")


def numbers(page):
    return [int(text) for text in page.locator("#leaderboard tbody tr:visible td:first-child").all_inner_texts()]


def test_a_heading_sorts_up_and_then_down(opened, report):
    page = opened(report).page
    assert numbers(page)[0] == 11
    heading = page.locator("#leaderboard th button", has_text="parameters")
    heading.click()
    assert numbers(page)[:3] == [0, 1, 2]
    heading.click()
    assert numbers(page)[:3] == [11, 10, 9]
    assert numbers(page)[-1] == 6  # it has no value


def test_words_and_kinds_filter(opened, report):
    page = opened(report).page
    page.locator(".filter input").fill("mean")
    assert sorted(numbers(page)) == [1, 3, 5, 7, 9, 11]
    page.locator(".filter select").select_option("cached")
    assert numbers(page) == [5]
    assert page.locator(".filter output").inner_text() == "1 of 12"
    page.locator(".filter input").fill("")
    page.locator(".filter select").select_option("pruned")
    assert numbers(page) == [6]


def test_a_spec_is_copied(opened, report):
    page = opened(report).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    listing = page.locator("figure", has_text="best/spec.yaml")
    listing.locator(".copy").click()
    listing.locator(".copy", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == listing.locator("pre").text_content()


def test_nothing_is_wider_than_the_window(opened, report):
    page = opened(report).page
    for width in (400, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for name in CHARTS:
            drawn(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
