"""
Without this file a post would have to know the manners of the place it goes to.

A destination says how an attempt ended and nothing else: what follows from that is decided in `posting`, for all of
them in the same way. Whatever it does not know for sure is `Unknown`: a wrong "failed" posts twice, a wrong "posted"
never posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Posted:
    """It stands there; `rest` is for how many seconds the place wants to be left alone now."""

    external_id: str
    url: str | None
    rest: float = 0.0


@dataclass(frozen=True)
class Refused:
    """
    It will never be taken, for a reason that whoever made the subscription can do something about.

    `doubtful`: it was refused as a repetition, and what it repeats may be our own.
    """

    reason: str
    doubtful: bool = False


@dataclass(frozen=True)
class Later:
    """
    The place wants us to wait, or all of the destination does (`whole`).

    `doubtful`: such an answer has been seen together with a post, so that it is looked for before the next try.
    """

    seconds: float
    reason: str
    whole: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Unknown:
    """It was sent, and nobody saw how that ended."""

    reason: str


Outcome = Posted | Refused | Later | Unknown


@dataclass(frozen=True)
class Found:
    """What stands there is ours."""

    external_id: str
    url: str | None


class CannotLook(Exception):
    """
    Nobody can tell at the moment whether something stands there, or `never` can.

    `seconds` is how long to wait before looking again, if the destination said so; `whole` as in Later.
    """

    def __init__(self, reason: str, *, never: bool = False, seconds: float | None = None, whole: bool = False) -> None:
        super().__init__(reason)
        self.never = never
        self.seconds = seconds
        self.whole = whole


class NotConfigured(Exception):
    """Nothing can be sent before somebody completes the settings; the message names them."""


class Destination(Protocol):
    """Where posts go. One process uses one for all its places, from one thread."""

    name: str
    longest_title: int
    lateness: timedelta
    """For how long after it was sent a post may still not be found: its way there, and the listing's delay."""

    def submit(self, place: str, title: str, url: str) -> Outcome:
        """Post it, at most once, and say how that ended. Raises nothing."""

    def find(self, place: str, url: str, since: datetime) -> Found | None:
        """Look for our own post of `url` that was sent at `since` or later. Raises CannotLook."""

    def close(self) -> None:
        """Let go of its connections."""
