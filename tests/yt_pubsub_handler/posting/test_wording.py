"""Whoever made the subscription says what a title looks like, and which videos are not for their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yt_pubsub_handler.posting.wording import unwanted, worded

VIDEO = {"title": "Tom & {author} go", "author": "Ann", "channel_id": "UCx", "video_id": "VIDEOID0011"}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{title}", "Tom & {author} go"),
        ("{author}: {title} ({video_id}, {channel_id})", "Ann: Tom & {author} go (VIDEOID0011, UCx)"),
        ("[{other}] {} {{author}} {author!r} {author.x}", "[{other}] {} {Ann} {author!r} {author.x}"),
        ("a\n b\t", "a b"),
        ("   ", "VIDEOID0011"),
    ],
)
def test_fields_are_filled_and_all_else_is_kept(template: str, expected: str) -> None:
    assert worded(template, VIDEO, 300) == expected


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert worded("{title}", VIDEO | {"title": "x" * 301}, 300) == "x" * 299 + "…"
    assert worded("{title}", VIDEO | {"title": "x" * 300}, 300) == "x" * 300


@given(st.text(), st.text())
def test_whatever_people_write_is_one_line_that_is_not_empty(template: str, title: str) -> None:
    text = worded(template, VIDEO | {"title": title}, 300)

    assert 0 < len(text) <= 300
    assert text == " ".join(text.split())


@pytest.mark.parametrize(
    ("include", "exclude", "reason"),
    [
        ([], [], None),
        ([" "], [""], None),
        (["FOX"], [], None),
        (["fo", "quick brown"], [], None),
        (["fo", "cat"], [], "its title has none of the words fo, cat"),
        ([], ["fox"], "its title has the word fox"),
        (["fox"], ["#shorts"], "its title has the word #shorts"),
        ([], ["c++"], "its title has the word c++"),
        ([], ["short", "STRASSES"], None),
        ([], ["straße"], "its title has the word straße"),
    ],
)
def test_whole_words_decide_whatever_their_case(include: list[str], exclude: list[str], reason: str | None) -> None:
    assert unwanted("The Quick  Brown Fox, in C++! STRASSE #Shorts", include, exclude) == reason
