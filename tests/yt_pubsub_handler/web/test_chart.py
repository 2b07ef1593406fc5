"""The picture shows what the numbers say, to whoever sees it and to whoever does not."""

from __future__ import annotations

from datetime import date, timedelta

from defusedxml import ElementTree

from yt_pubsub_handler.link_health import Day
from yt_pubsub_handler.web.chart import chart, in_a_sentence

FIRST = date(2026, 11, 1)


def days(*counts: tuple[int, int, int]) -> list[Day]:
    return [Day(FIRST + timedelta(days=number), *each) for number, each in enumerate(counts)]


def drawn(*counts: tuple[int, int, int]) -> list[tuple[str, ...]]:
    """Return class, x, y and height of each bar."""
    svg = ElementTree.fromstring(chart(days(*counts)))
    return [(bar.attrib["class"], bar.attrib["x"], bar.attrib["y"], bar.attrib["height"]) for bar in svg.iter("rect")]


def test_bars_stand_on_one_another_and_the_highest_day_fills_the_picture() -> None:
    assert drawn((1, 0, 0), (0, 0, 0), (2, 1, 1)) == [
        ("posted", "1", "75.00", "25.00"),
        ("posted", "21", "50.00", "50.00"),
        ("failed", "21", "25.00", "25.00"),
        ("other", "21", "0.00", "25.00"),
    ]


def test_where_nothing_was_posted_no_bar_is_drawn() -> None:
    assert drawn((0, 0, 0), (0, 0, 0)) == []


def test_it_says_what_it_shows() -> None:
    svg = ElementTree.fromstring(chart(days((1, 0, 0), (2, 1, 1))))

    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "chart-title chart-desc"
    assert [(each.attrib["id"], each.text) for each in svg if each.tag in ("title", "desc")] == [
        ("chart-title", "Posts of the last 2 days"),
        ("chart-desc", "3 posted, 1 failed, 1 skipped or still open; most on 2 November 2026: 4."),
    ]


def test_no_day_at_all_is_no_error() -> None:
    assert in_a_sentence([]) == "No video went up."
    assert "<svg" in chart([])


def test_nothing_is_styled_in_place() -> None:
    """The page's policy would forbid it, and the browser say so."""
    assert "style=" not in chart(days((1, 1, 1)))
