"""Each answer of Reddit means one thing for the post: it stands, it never will, it has to wait, or nobody knows."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from pipeline.rehearsal.reddit import Reddit as StandIn
from pipeline.rehearsal.reddit_troubles import Trouble
from tests.yt_pubsub_handler.destinations.conftest import LOCAL
from yt_pubsub_handler import praw_requests
from yt_pubsub_handler.destinations.interface import CannotLook, Found, Later, NotConfigured, Posted, Refused, Unknown
from yt_pubsub_handler.destinations.reddit import Reddit
from yt_pubsub_handler.settings import Settings

URL = "https://www.youtube.com/watch?v=VIDEOID0011"
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def submit(reddit: Reddit) -> object:
    return reddit.submit("Aww", "A title", URL)


def test_a_link_is_submitted_with_its_title(reddit: Reddit, there: StandIn) -> None:
    outcome = submit(reddit)

    [made] = there.submissions
    assert outcome == Posted(made.id, f"{there.url}/comments/{made.id}")
    assert (made.subreddit, made.title, made.url) == ("aww", "A title", URL)


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (Trouble.CREATED_500, Unknown("HTTP 500")),
        (Trouble.FAILS_500, Unknown("HTTP 500")),
        (Trouble.CREATED_STALLS, Unknown("no answer in time")),
        (Trouble.STALLS, Unknown("no answer in time")),
        (Trouble.CREATED_HANGS_UP, Unknown("ConnectionError")),
        (Trouble.CREATED_BAD_JSON, Unknown("received 200 HTTP response")),
        (Trouble.BAD_JSON, Unknown("received 200 HTTP response")),
    ],
)
def test_what_nobody_saw_the_end_of_is_unknown_and_was_sent_once(
    trouble: Trouble, outcome: Unknown, reddit: Reddit, there: StandIn
) -> None:
    """Prawcore by itself sends such a submission three times."""
    there.order(trouble)

    assert submit(reddit) == outcome
    assert there.happened == [(URL, trouble)]


@pytest.mark.parametrize("trouble", [Trouble.RATELIMIT, Trouble.CREATED_RATELIMIT])
def test_a_rate_limit_is_the_places_and_may_come_with_a_post(trouble: Trouble, reddit: Reddit, there: StandIn) -> None:
    there.order(trouble)

    outcome = submit(reddit)

    assert outcome == Later(
        3,
        "r/Aww: RATELIMIT: Looks like you've been doing that a lot. Take a break for 2 seconds before trying again.",
        doubtful=True,
    )
    assert len(there.happened) == 1


@pytest.mark.parametrize(
    ("words", "seconds"), [("9 minutes", 541), ("350 milliseconds", 1.35), ("an hour", 3601), ("a while", 600)]
)
def test_a_rate_limit_is_as_long_as_its_words_say(words: str, seconds: float, reddit: Reddit, there: StandIn) -> None:
    there.manners.wait = words
    there.order(Trouble.RATELIMIT)

    outcome = submit(reddit)

    assert isinstance(outcome, Later)
    assert outcome.seconds == seconds


def test_too_many_requests_stop_the_whole_destination(reddit: Reddit, there: StandIn) -> None:
    there.manners.retry_after = "7"
    there.order(Trouble.TOO_MANY)

    assert submit(reddit) == Later(7, "Reddit has too many requests of ours (HTTP 429)", whole=True)


def test_a_used_up_limit_is_waited_for_before_anything_is_sent(reddit: Reddit, there: StandIn) -> None:
    """Prawcore by itself would sleep through the claim."""
    there.limits |= {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "300"}
    submit(reddit)

    outcome = submit(reddit)

    assert isinstance(outcome, Later)
    assert (outcome.whole, outcome.doubtful, 295 < outcome.seconds <= 300) == (True, False, True)
    assert len(there.submissions) == 1


def test_a_quota_is_the_accounts(reddit: Reddit, there: StandIn) -> None:
    there.order(Trouble.QUOTA)

    outcome = submit(reddit)

    assert isinstance(outcome, Later)
    assert (outcome.seconds, outcome.whole) == (3601, True)


def test_a_repetition_may_be_one_of_our_own(reddit: Reddit, there: StandIn) -> None:
    there.manners.refuses_repetitions = True
    submit(reddit)

    outcome = submit(reddit)

    assert outcome == Refused(
        "r/Aww has this link already, and not from us (ALREADY_SUB: that link has already been submitted)",
        doubtful=True,
    )


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble.NOT_ALLOWED, "r/Aww: SUBREDDIT_NOTALLOWED: you aren't allowed to post there."),
        (Trouble.FLAIR, "r/Aww: SUBMIT_VALIDATION_FLAIR_REQUIRED: Post must contain post flair."),
        (Trouble.FORBIDDEN, "Reddit does not let us post in r/Aww (HTTP 403)"),
    ],
)
def test_what_will_never_be_taken_says_why(trouble: Trouble, reason: str, reddit: Reddit, there: StandIn) -> None:
    there.order(trouble)

    assert submit(reddit) == Refused(reason)


@pytest.mark.parametrize("trouble", [Trouble.FORBIDDEN, Trouble.NO_EXIST])
def test_a_closed_place_says_in_which_way(trouble: Trouble, reddit: Reddit, there: StandIn) -> None:
    there.order(trouble, trouble)

    there.private = {"aww"}
    private = submit(reddit)
    there.private, there.missing = set(), {"aww"}
    missing = submit(reddit)

    assert (private, missing) == (Refused("r/Aww is private"), Refused("r/Aww does not exist, or is banned"))


def test_a_place_that_is_there_after_all_is_tried_later(reddit: Reddit, there: StandIn) -> None:
    there.order(Trouble.NO_EXIST)

    outcome = submit(reddit)

    assert isinstance(outcome, Later)
    assert (outcome.whole, outcome.doubtful) == (False, False)


def test_whoever_stands_before_reddit_does_not_decide_about_a_place(reddit: Reddit, there: StandIn) -> None:
    there.order(Trouble.BLOCKED)

    assert submit(reddit) == Later(900, "something before Reddit keeps us out (HTTP 403)", whole=True)


def test_an_ended_token_is_replaced_and_the_post_made_once(reddit: Reddit, there: StandIn) -> None:
    submit(reddit)
    there.order(Trouble.TOKEN_ENDED)

    assert isinstance(submit(reddit), Posted)
    assert len(there.submissions) == 2


@pytest.mark.parametrize("name", ["REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN"])
def test_credentials_that_are_not_accepted_stop_all_and_fail_nothing(name: str, there: StandIn) -> None:
    """Whoever made the subscription can do nothing about it."""
    reddit = Reddit(Settings.from_values(LOCAL | there.settings() | {name: "wrong"}, "the test"))

    outcome = submit(reddit)
    reddit.close()

    assert isinstance(outcome, Later)
    assert (outcome.whole, outcome.doubtful) == (True, False)
    assert "does not accept our credentials" in outcome.reason
    assert there.happened == []


def test_where_nobody_listens_nothing_was_sent(there: StandIn) -> None:
    there.close()
    reddit = Reddit(Settings.from_values(LOCAL | there.settings(), "the test"))

    outcome = submit(reddit)
    reddit.close()

    assert outcome == Later(60, "Reddit cannot be reached: ConnectionError", whole=True)


def test_where_nobody_listens_any_more_nothing_was_sent(reddit: Reddit, there: StandIn) -> None:
    """The token is there already, so that the submission itself meets the closed door."""
    submit(reddit)
    there.close()
    reddit.close()

    assert submit(reddit) == Later(60, "Reddit cannot be reached: ConnectionError", whole=True)


def test_our_own_submission_is_found_when_it_is_listed(reddit: Reddit, there: StandIn) -> None:
    there.manners.lag = (0.3, 0.3)
    there.order(Trouble.CREATED_500)
    submit(reddit)

    late = reddit.find("aww", URL, EARLIER)
    there.manners.lag = (0.0, 0.0)
    made = there.submissions[0] = replace(there.submissions[0], listed_at=0.0)

    assert late is None
    assert reddit.find("aww", URL, EARLIER) == Found(made.id, f"{there.url}/comments/{made.id}")


def test_another_place_another_video_and_an_older_post_are_not_it(reddit: Reddit) -> None:
    submit(reddit)

    assert reddit.find("videos", URL, EARLIER) is None
    assert reddit.find("aww", URL.replace("0011", "0012"), EARLIER) is None
    assert reddit.find("aww", URL, datetime.now(UTC) + timedelta(minutes=1)) is None
    assert reddit.find("AWW", "https://youtu.be/VIDEOID0011", EARLIER) is not None


def test_a_post_is_found_behind_many_newer_ones(reddit: Reddit, there: StandIn) -> None:
    for number in range(250):
        reddit.submit("aww", "A title", f"https://www.youtube.com/watch?v=VIDEOID{number:04}")

    assert reddit.find("aww", "https://www.youtube.com/watch?v=VIDEOID0003", EARLIER) is not None
    assert reddit.find("aww", "https://www.youtube.com/watch?v=VIDEOID9999", EARLIER) is None


def test_a_listing_that_ends_too_early_proves_nothing(reddit: Reddit, there: StandIn) -> None:
    submit(reddit)
    there.submissions[:] = [replace(there.submissions[0], id=f"{number}") for number in range(1001)]

    with pytest.raises(CannotLook, match="more than 1000"):
        reddit.find("aww", URL.replace("0011", "0012"), EARLIER)


@pytest.mark.parametrize(("status", "whole", "seconds"), [(500, False, None), (429, True, 60)])
def test_a_listing_that_is_not_to_be_had_says_so(
    status: int, whole: bool, seconds: float | None, reddit: Reddit, there: StandIn
) -> None:
    submit(reddit)
    there.order_listing(status, status, status)

    with pytest.raises(CannotLook, match=str(status)) as caught:
        reddit.find("aww", URL, EARLIER)

    assert (caught.value.never, caught.value.whole, caught.value.seconds) == (False, whole, seconds)


def test_a_page_that_fails_is_asked_for_again(reddit: Reddit, there: StandIn) -> None:
    submit(reddit)
    there.order_listing(503, 500)

    assert reddit.find("aww", URL, EARLIER) is not None


def test_what_is_sent_is_what_requests_would_send(there: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own way is shorter; what arrives must not tell."""
    arrived: list[dict[str, object]] = []
    usual = HTTPAdapter.send

    def send(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **keywords: Any) -> requests.Response:
        arrived.append({"url": request.url, "body": request.body, **request.headers})
        return usual(self, request, *args, **keywords)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    for way in (praw_requests.send, requests.Session.request):
        monkeypatch.setattr(praw_requests, "send", way)
        reddit = Reddit(Settings.from_values(LOCAL | there.settings(), "the test"))
        assert isinstance(reddit.submit("aww", "Ä & title +", URL), Posted)
        assert reddit.find("aww", URL, EARLIER) is not None
        reddit.close()

    ours, theirs = arrived[: len(arrived) // 2], arrived[len(arrived) // 2 :]
    assert len(ours) == len(theirs) >= 4
    for one, other in zip(ours, theirs, strict=True):
        assert without_token(one) == without_token(other)


def without_token(sent: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in sent.items() if name != "Authorization"}


def test_what_is_missing_in_the_settings_is_named() -> None:
    with pytest.raises(NotConfigured, match="REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET, REDDIT_REFRESH_TOKEN"):
        Reddit(Settings.from_values(LOCAL | {"REDDIT_USER_AGENT": "a user agent"}, "the test"))


def test_no_log_holds_a_secret(reddit: Reddit, there: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    there.order(Trouble.CREATED_500)

    submit(reddit)

    assert not [secret for secret in ("stand-in-secret", "stand-in-refresh") if secret in caplog.text]
