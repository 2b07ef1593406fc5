"""A link is made once, changed once, and never posts what went up while nobody had it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask

from yt_pubsub_handler import linking
from yt_pubsub_handler.channels import FoundChannel
from yt_pubsub_handler.linking import Wording, WrongInput, read_wording

Rows = Callable[[str], list[tuple[Any, ...]]]

CHANNEL = FoundChannel("UC" + "x" * 22, "Birds", "@birds")
NAMED = Wording("New: {title}", ("heron",), ("#shorts", "trailer"))


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def made(subreddit: str = "aww", wording: Wording | None = None) -> int:
    return linking.make_link(CHANNEL, subreddit, wording or Wording(), "mia")


def change(postgresql: psycopg.Connection[Any], what: str) -> None:
    with postgresql.transaction():
        postgresql.execute(f"UPDATE subscriptions SET {what}".encode())  # noqa: S608 - written in the tests.


def test_a_link_is_made_as_it_was_said(rows: Rows) -> None:
    made(wording=NAMED)

    assert rows(
        "SELECT channel_id, subreddit, created_by, destination, title_template, include_words, exclude_words, "
        "paused_at, removed_at FROM subscriptions"
    ) == [(CHANNEL.channel_id, "aww", "mia", "reddit", "New: {title}", ["heron"], ["#shorts", "trailer"], None, None)]
    assert rows("SELECT channel_id, title, handle FROM channels") == [(CHANNEL.channel_id, "Birds", "@birds")]


def test_what_is_known_of_a_channel_is_not_forgotten(rows: Rows) -> None:
    made()

    linking.make_link(FoundChannel(CHANNEL.channel_id), "birds", Wording(), "mia")

    assert rows("SELECT title, handle FROM channels") == [("Birds", "@birds")]


def test_a_link_is_not_made_twice_however_the_subreddit_is_written(rows: Rows) -> None:
    made()

    with pytest.raises(WrongInput) as said:
        made("AWW")

    assert said.value.messages == {"channel": "This channel is linked to r/AWW already. Choose another one."}
    assert rows("SELECT count(*) FROM subscriptions") == [(1,)]


def test_two_who_link_the_same_at_once_make_one_link(app: Flask, rows: Rows) -> None:
    def one(_: int) -> bool:
        with app.app_context():
            try:
                return bool(made())
            except WrongInput:
                return False

    with ThreadPoolExecutor(4) as people:
        assert sum(people.map(one, range(4))) == 1

    assert rows("SELECT count(*) FROM subscriptions") == [(1,)]


def test_a_removed_link_is_taken_back_as_if_it_were_new(postgresql: psycopg.Connection[Any], rows: Rows) -> None:
    """What went up in between would be posted all at once if it kept its age."""
    old = made(wording=NAMED)
    change(postgresql, "created_at = now() - interval '1 year', paused_at = now(), paused_reason = 'an old one'")
    linking.remove(old)

    assert made() == old
    assert rows(
        "SELECT created_at > now() - interval '1 minute', removed_at, paused_at, paused_reason, title_template, "
        "include_words FROM subscriptions"
    ) == [(True, None, None, None, "{title}", [])]


def test_a_pause_is_a_pause_once(rows: Rows) -> None:
    link = made()

    assert (linking.pause(link), linking.pause(link)) == (True, False)
    assert rows("SELECT paused_at IS NOT NULL FROM subscriptions") == [(True,)]


def test_a_resumed_link_does_not_say_why_it_was_paused(postgresql: psycopg.Connection[Any], rows: Rows) -> None:
    link = made()
    linking.pause(link)
    change(postgresql, "paused_reason = 'its maker is gone'")

    assert (linking.resume(link), linking.resume(link)) == (True, False)
    assert rows("SELECT paused_at, paused_reason FROM subscriptions") == [(None, None)]


def test_what_was_removed_comes_back_as_it_was(rows: Rows) -> None:
    link = made(wording=NAMED)
    linking.pause(link)
    before = rows("SELECT * FROM subscriptions")

    assert (linking.remove(link), linking.remove(link)) == (True, False)
    assert rows("SELECT removed_at IS NOT NULL FROM subscriptions") == [(True,)]
    assert (linking.undo_removal(link), linking.undo_removal(link)) == (True, False)

    assert rows("SELECT * FROM subscriptions") == before


def test_after_an_hour_a_removal_stays(postgresql: psycopg.Connection[Any], rows: Rows) -> None:
    link = made()
    linking.remove(link)
    change(postgresql, "removed_at = now() - interval '61 minutes'")

    assert not linking.undo_removal(link)
    assert rows("SELECT removed_at IS NULL FROM subscriptions") == [(False,)]


def test_a_removed_link_is_not_changed() -> None:
    link = made()
    linking.remove(link)

    assert not any([linking.pause(link), linking.resume(link), linking.change_wording(link, NAMED)])


def test_another_link_is_left_alone(rows: Rows) -> None:
    link, other = made(), made("birds")
    others = f"SELECT * FROM subscriptions WHERE id = {other}"  # noqa: S608 - a number.
    before = rows(others)

    for each in (linking.pause, linking.resume, linking.remove, linking.undo_removal):
        each(link)
    linking.change_wording(link, NAMED)

    assert rows(others) == before


def test_a_link_that_leads_elsewhere_is_not_found(postgresql: psycopg.Connection[Any]) -> None:
    link = made()
    change(postgresql, "destination = 'discord', target = 'https://discord.example/secret', subreddit = NULL")

    assert linking.find_link(link) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ({}, Wording()),
        ({"title_template": "  "}, Wording()),
        ({"title_template": " New:\n{title} \x00"}, Wording("New: {title}")),
        ({"include_words": "heron, Sea  Eagle\n,,owl"}, Wording(include_words=("heron", "Sea Eagle", "owl"))),
        ({"exclude_words": "Heron, heron, HERON"}, Wording(exclude_words=("Heron",))),
        ({"title_template": "{title} {not a field}"}, Wording("{title} {not a field}")),
    ],
)
def test_what_is_typed_is_read_kindly(typed: dict[str, str], read: Wording) -> None:
    assert read_wording(typed) == read


@pytest.mark.parametrize(
    ("typed", "messages"),
    [
        ({"title_template": "x" * 301}, {"title_template": "The title has more than 300 characters. Shorten it."}),
        (
            {"include_words": ",".join(str(number) for number in range(51))},
            {"include_words": "These are more than 50 words. Leave some out."},
        ),
        (
            {"exclude_words": "x" * 101},
            {"exclude_words": "One of these has more than 100 characters. Put commas between words."},
        ),
        (
            {"include_words": "Heron", "exclude_words": "owl, heron"},
            {"exclude_words": "“heron” is among the words that a title must have, too. Take it out of one."},
        ),
    ],
)
def test_what_is_wrong_is_said_of_its_field(typed: dict[str, str], messages: dict[str, str]) -> None:
    with pytest.raises(WrongInput) as said:
        read_wording(typed)

    assert said.value.messages == messages


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WrongInput) as said:
        read_wording({"title_template": "x" * 301, "include_words": "x" * 101, "exclude_words": "x" * 101})

    assert list(said.value.messages) == ["title_template", "include_words", "exclude_words"]
