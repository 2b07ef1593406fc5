"""
Without this file nothing would come to Reddit.

praw sends, and never by itself again (`praw_requests.py`): prawcore repeats a submission that got no good answer,
which made three posts of one. Its own waiting is off as well, as a claim would lapse meanwhile: what Reddit says about
limits is kept, and comes back as `Later` before anything is sent.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import praw
import prawcore
import requests
from praw.exceptions import PRAWException, RedditAPIException
from praw.models import Submission

from yt_pubsub_handler.destinations.interface import (
    CannotLook,
    Found,
    Later,
    NotConfigured,
    Outcome,
    Posted,
    Refused,
    Unknown,
)
from yt_pubsub_handler.praw_requests import SOON, BadAnswer, Exchange, Requestor
from yt_pubsub_handler.settings import Settings

NEEDED = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_REFRESH_TOKEN", "REDDIT_USER_AGENT")
_MOST_PINNED = 4
"""So many old posts may stand before the new ones of an account."""
_NOT_SOON = 900.0
"""Seconds until somebody may have put it right."""
_WAIT = re.compile(r"(?:(\d+)|an?) (millisecond|second|minute|hour)")
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
_REPETITIONS = frozenset({"ALREADY_SUB", "SUBMIT_VALIDATION_REPOST"})


class Reddit:
    """Our account there."""

    name = "reddit"
    longest_title = 300

    def __init__(
        self,
        settings: Settings,
        *,
        lateness: timedelta = timedelta(minutes=5),
        skew: timedelta = timedelta(minutes=1),
        timeout: float | None = None,
        most_listed: int = 1000,
    ) -> None:
        """
        `skew` is how far Reddit's clock may be behind the database's, `timeout` is in place of PRAWCORE_TIMEOUT.

        Reddit's listings end at `most_listed`, however many more there are.
        """
        missing = [name for name in NEEDED if not getattr(settings, name.lower())]
        if missing:
            raise NotConfigured(f"Reddit needs {', '.join(missing)}: set what is named.")
        self.lateness = lateness
        self._skew = skew
        self._most_listed = most_listed
        self._http = requests.Session()
        # A .netrc file would replace our token; and proxies would be looked for before each request.
        self._http.trust_env = False
        self._exchange = Exchange()
        self._reddit = praw.Reddit(
            client_id=settings.reddit_client_id,
            client_secret=settings.reddit_client_secret,
            refresh_token=settings.reddit_refresh_token,
            user_agent=settings.reddit_user_agent,
            reddit_url=settings.reddit_url,
            oauth_url=settings.reddit_oauth_url,
            username=None,
            password=None,
            # Neither asks PyPI for newer versions, nor looks for an event loop before each request.
            check_for_updates=False,
            check_for_async=False,
            # Else praw sleeps and sends again by itself; even "0 seconds" is more than this.
            ratelimit_seconds=-1,
            requestor_class=Requestor,
            requestor_kwargs={"session": self._http, "exchange": self._exchange}
            | ({} if timeout is None else {"timeout": timeout}),
        )
        self._web = settings.reddit_url

    def submit(self, place: str, title: str, url: str) -> Outcome:
        wait = self._exchange.not_before - time.monotonic()
        if wait > 0:
            return Later(wait, "Reddit's limit for our account is used up", whole=True)
        self._exchange.sent = False
        try:
            made = self._reddit.subreddit(place).submit(title, url=url, resubmit=False, send_replies=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was sent may stand there.
            return self._judge(error, place)
        if not isinstance(made, Submission):
            return Unknown("Reddit answered with something that is no submission")
        return Posted(made.id, f"{self._web}/comments/{made.id}")

    def find(self, place: str, url: str, since: datetime) -> Found | None:
        oldest = (since - self._skew).timestamp()
        older = seen = 0
        try:
            for one in itertools.islice(self._own_submissions(), self._most_listed):
                seen += 1
                if one.created_utc < oldest:
                    older += 1
                    if older > _MOST_PINNED:
                        return None
                elif one.subreddit.display_name.lower() == place.lower() and _same_video(one.url, url):
                    return Found(one.id, f"{self._web}/comments/{one.id}")
        except Exception as error:
            later = self._later(error)
            reason = later.reason if later else _words(error)
            seconds, whole = (later.seconds, later.whole) if later else (None, False)
            raise CannotLook(f"our submissions cannot be listed: {reason}", seconds=seconds, whole=whole) from error
        if seen == self._most_listed:
            raise CannotLook(f"more than {self._most_listed} of our submissions are newer")
        return None

    def _own_submissions(self) -> Iterator[Any]:
        """Newest first, a hundred a request."""
        me = self._reddit.user.me()
        assert me is not None  # noqa: S101 - only without credentials nobody would be there.
        newest: Iterator[Any] = me.submissions.new(limit=None, params={"limit": 100})
        return newest

    def close(self) -> None:
        self._http.close()

    def _judge(self, error: Exception, place: str) -> Outcome:
        """Say what follows from an error of a submission."""
        if isinstance(error, RedditAPIException):
            return self._judge_answer(error, place)
        if later := self._later(error):
            return later
        if not self._exchange.sent:
            return Later(SOON, f"Reddit cannot be reached: {_words(error)}", whole=True)
        if isinstance(error, prawcore.Forbidden):
            if not _is_json(error.response):
                return Later(_NOT_SOON, "something before Reddit keeps us out (HTTP 403)", whole=True)
            return self._closed(place) or Refused(f"Reddit does not let us post in r/{place} (HTTP 403)")
        if isinstance(error, prawcore.NotFound):
            return self._closed(place) or Unknown("HTTP 404 for a submission")
        if isinstance(error, prawcore.BadRequest | prawcore.TooLarge | prawcore.UnavailableForLegalReasons):
            return Refused(f"Reddit refuses it for r/{place} (HTTP {error.response.status_code})")
        return Unknown(_words(error))

    def _judge_answer(self, error: RedditAPIException, place: str) -> Outcome:
        kinds = {item.error_type: item for item in error.items}
        said = "; ".join(f"{kind}: {item.message}" for kind, item in kinds.items())
        if "RATELIMIT" in kinds:
            return Later(_wait(kinds["RATELIMIT"].message, 600), f"r/{place}: {said}", doubtful=True)
        if "QUOTA_FILLED" in kinds:
            return Later(_wait(kinds["QUOTA_FILLED"].message, 3600), said, whole=True)
        if _REPETITIONS & kinds.keys():
            return Refused(f"r/{place} has this link already, and not from us ({said})", doubtful=True)
        if "SUBREDDIT_NOEXIST" in kinds:
            # It has been said of subreddits that were there.
            return self._closed(place) or Later(_NOT_SOON, f"r/{place}: {said}")
        return Refused(f"r/{place}: {said}")

    def _later(self, error: Exception) -> Later | None:
        """Tell whether it is about our account, and not about what was sent."""
        if isinstance(error, prawcore.TooManyRequests):
            wait = float(error.retry_after) if error.retry_after else self._exchange.not_before - time.monotonic()
            return Later(wait if wait > 0 else SOON, "Reddit has too many requests of ours (HTTP 429)", whole=True)
        if isinstance(error, prawcore.OAuthException | prawcore.InsufficientScope | prawcore.InvalidToken):
            return Later(_NOT_SOON, f"Reddit does not accept our credentials: {_words(error)}", whole=True)
        if type(error) is prawcore.ResponseException and not self._exchange.sent:
            # The token's own address answers so when client and secret, or the refresh token, are wrong.
            return Later(_NOT_SOON, f"Reddit does not accept our credentials: {_words(error)}", whole=True)
        return None

    def _closed(self, place: str) -> Refused | None:
        """Ask why `place` takes nothing; None when it seems to be open."""
        try:
            self._reddit.subreddit(place).id  # noqa: B018 - praw asks when it is read.
        except prawcore.Forbidden:
            return Refused(f"r/{place} is private")
        except (prawcore.NotFound, prawcore.Redirect):
            return Refused(f"r/{place} does not exist, or is banned")
        except (BadAnswer, prawcore.PrawcoreException, PRAWException, requests.RequestException):
            return None
        return None


def open_destination(settings: Settings) -> Reddit:
    return Reddit(settings)


def _is_json(answer: requests.Response) -> bool:
    return "json" in answer.headers.get("Content-Type", "")


def _wait(message: str | None, otherwise: float) -> float:
    """Read seconds from "Take a break for 9 minutes", with one more than it says."""
    found = _WAIT.search(message or "")
    return int(found[1] or 1) * _UNITS[found[2]] + 1 if found else otherwise


def _words(error: Exception) -> str:
    """What it is, without addresses: they hold what is nobody's business."""
    if isinstance(error, BadAnswer | prawcore.ResponseException | prawcore.OAuthException):
        return str(error)
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return type(error).__name__


def _same_video(one: str, other: str) -> bool:
    """Reddit may keep a link in another form than it was given."""
    return one == other or (_video(one) is not None and _video(one) == _video(other))


def _video(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.hostname == "youtu.be":
        return parts.path.strip("/")
    return parse_qs(parts.query).get("v", [None])[0]
