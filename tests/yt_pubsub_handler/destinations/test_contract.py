"""
What every destination promises, whatever it is; a new one is added to CASES.

A destination that broke one of these would post twice, or never, and no other test would see it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from pipeline.rehearsal import discord as discord_stand_in
from pipeline.rehearsal import reddit as reddit_stand_in
from pipeline.rehearsal.reddit_troubles import Manners, Trouble
from tests.yt_pubsub_handler.destinations.conftest import LOCAL
from yt_pubsub_handler.destinations import NAMES, NoSuchDestination, open_destination
from yt_pubsub_handler.destinations.console import Console
from yt_pubsub_handler.destinations.discord import Discord
from yt_pubsub_handler.destinations.interface import CannotLook, Destination, Outcome, Posted, Unknown
from yt_pubsub_handler.destinations.reddit import Reddit
from yt_pubsub_handler.settings import Settings

URL = "https://www.youtube.com/watch?v=VIDEOID0011"
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Case:
    """A destination, and what only the place itself knows or can do."""

    destination: Destination
    place: str
    titles: Callable[[], list[str]]
    lose_the_answer: Callable[[], None]
    """Take the next post, and never say so."""
    close: Callable[[], None]


def reddit() -> Case:
    there = reddit_stand_in.Reddit(Manners(stall=1.0))
    settings = Settings.from_values(LOCAL | there.settings(), "the test")
    return Case(
        Reddit(settings, timeout=0.3, lateness=timedelta(seconds=1)),
        "aww",
        lambda: [one.title for one in there.submissions],
        lambda: there.order(Trouble.CREATED_STALLS),
        there.close,
    )


def discord() -> Case:
    there = discord_stand_in.Discord()
    return Case(
        Discord(timeout=0.3, webhook=discord_stand_in.WEBHOOK),
        there.webhook,
        lambda: [str(one["content"]).split("\n")[0] for one in there.messages],
        lambda: there.order_silence(creates=True),
        there.close,
    )


def console() -> Case:
    class Paper(io.StringIO):
        breaks = False

        def flush(self) -> None:
            if self.breaks:
                raise OSError("broken pipe")

    paper = Paper()
    return Case(
        Console(paper),
        "here",
        lambda: [line.removeprefix("here: ").split(" http")[0] for line in paper.getvalue().splitlines()],
        lambda: setattr(paper, "breaks", True),
        lambda: None,
    )


CASES = {"console": console, "discord": discord, "reddit": reddit}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    case = CASES[request.param]()
    yield case
    case.destination.close()
    case.close()


def found_in(case: Case, url: str) -> bool | None:
    """Tell whether it is found; None where nobody ever can."""
    try:
        return case.destination.find(case.place, url, EARLIER) is not None
    except CannotLook as error:
        if not error.never:
            raise
        return None


def test_every_destination_is_held_to_the_contract() -> None:
    assert sorted(CASES) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_destination_is_found_by_its_name(name: str) -> None:
    secrets = dict.fromkeys(("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN"), "some text")
    settings = Settings.from_values(LOCAL | secrets | {"REDDIT_USER_AGENT": "a user agent"}, "the test")

    destination = open_destination(name, settings)

    destination.close()
    assert destination.name == name


@pytest.mark.parametrize("name", ["interface", "os", "", "../reddit"])
def test_what_is_no_destination_is_not_imported(name: str) -> None:
    with pytest.raises(NoSuchDestination):
        open_destination(name, Settings.from_values(LOCAL, "the test"))


def test_a_post_stands_there_once_and_has_a_name(case: Case) -> None:
    outcome = case.destination.submit(case.place, "A title", URL)

    assert isinstance(outcome, Posted)
    assert outcome.external_id
    assert case.titles() == ["A title"]


def test_the_longest_title_is_taken_whole(case: Case) -> None:
    title = "ü" * case.destination.longest_title

    case.destination.submit(case.place, title, URL)

    assert case.titles() == [title]


def test_a_lost_answer_is_unknown_and_was_sent_once(case: Case) -> None:
    case.lose_the_answer()

    assert isinstance(case.destination.submit(case.place, "A title", URL), Unknown)
    assert case.titles() == ["A title"]


def test_what_stands_there_is_found_or_nobody_claims_to_be_able_to_look(case: Case) -> None:
    case.lose_the_answer()
    case.destination.submit(case.place, "A title", URL)

    assert found_in(case, URL) in {None, True}


def test_what_does_not_stand_there_is_never_found(case: Case) -> None:
    case.destination.submit(case.place, "A title", URL)

    assert found_in(case, URL.replace("0011", "0012")) in {None, False}


def test_any_place_has_an_outcome(case: Case) -> None:
    """Places are typed by people; an exception would stop the posts of everybody else."""
    for place in ("", "/", "\x00", "ä", "r/aww", "https://127.0.0.1:1/", "x" * 5000):
        assert isinstance(case.destination.submit(place, "A title", URL), get_args(Outcome))


def test_nothing_is_logged_by_its_place(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    case.lose_the_answer()

    case.destination.submit(case.place, "A title", URL)

    assert case.place not in caplog.text


def test_it_works_again_after_it_was_closed(case: Case) -> None:
    """A drain closes it in the end, and the next one may be in the same process."""
    case.destination.submit(case.place, "A title", URL)
    case.destination.close()

    assert isinstance(case.destination.submit(case.place, "A title", URL), Posted)
