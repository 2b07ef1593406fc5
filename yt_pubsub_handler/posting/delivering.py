"""
Without this file what was queued would stay where it is.

Any number of drains may run at once, and any of them may be killed at any moment. One sends one post after the other,
as every destination limits us anyway, and all that has to outlive it is in the database.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database import db
from yt_pubsub_handler.database_errors import describe, passes_by_itself
from yt_pubsub_handler.destinations import NoSuchDestination, open_destination
from yt_pubsub_handler.destinations.interface import (
    CannotLook,
    Destination,
    Found,
    Later,
    NotConfigured,
    Outcome,
    Posted,
    Unknown,
)
from yt_pubsub_handler.posting import claims
from yt_pubsub_handler.posting.claims import Claimed, Ending
from yt_pubsub_handler.posting.outcomes import after_looking, after_looking_in_vain, after_sending
from yt_pubsub_handler.posting.pauses import pause
from yt_pubsub_handler.posting.wording import unwanted, worded
from yt_pubsub_handler.settings import settings_of

logger = logging.getLogger(__name__)

MANY = 20
"""So many are claimed at once: more would only keep other drains from them."""
_LONGEST_ATTEMPT = 50.0
"""Seconds: with fewer left, nothing more is begun."""
_NOT_CONFIGURED = 300.0
_KEEP_SAYING = 20.0
"""Seconds in which the database may come back to hear how a post ended."""
_YOUTUBE = "https://www.youtube.com/watch?v="


@dataclass(frozen=True)
class Delivery:
    """How many posts ended in which way; `waiting` have gone back to the queue."""

    posted: int = 0
    unknown: int = 0
    failed: int = 0
    skipped: int = 0
    waiting: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{count} {state}" for state, count in asdict(self).items())


def deliver(
    app: Flask, seconds: float, *, destinations: dict[str, Destination] | None = None, attempt: float = _LONGEST_ATTEMPT
) -> Delivery:
    """
    Send, and look for, what is due until nothing is, or fewer than `attempt` of the `seconds` are left.

    `destinations` are open ones, by their names; others are opened, and closed in the end. Raises SQLAlchemy's
    DBAPIError when the database goes away: the next drain takes up what is left.
    """
    ends = time.monotonic() + seconds - attempt
    with app.app_context():
        drain = _Drain(app, dict(destinations or {}))
        try:
            drain.run(ends)
        finally:
            drain.close()
        return drain.delivery()


class _Drain:
    """One run of it, on one connection on which each statement is committed by itself."""

    def __init__(self, app: Flask, destinations: dict[str, Destination]) -> None:
        self._app = app
        self._engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection = self._engine.connect()
        self._destinations = destinations
        self._opened: list[Destination] = []
        self._ended = Counter[str]()
        self._unsaid: tuple[Claimed, Ending] | None = None
        """How the last post ended, which is said along with the next one's being sent, or by itself."""

    def run(self, ends: float) -> None:
        for post_id, state in claims.recover(self._connection):
            logger.warning("post %s was claimed by a drain that has ended: it is %s", post_id, state)
        while time.monotonic() < ends:
            token = uuid4()
            posts = claims.claim(self._connection, token, MANY)
            if not posts:
                return
            try:
                for post in posts:
                    if time.monotonic() >= ends:
                        break
                    self._attend_to(post)
            finally:
                try:
                    self._say_it()
                finally:
                    self._release(token)

    def close(self) -> None:
        self._connection.close()
        for destination in self._opened:
            # A connection that is kept would be dead when this sandbox wakes up, and make an unknown of a post.
            destination.close()

    def delivery(self) -> Delivery:
        return Delivery(**self._ended)

    def _attend_to(self, post: Claimed) -> None:
        try:
            destination = self._destination(post.destination)
        except NoSuchDestination as error:
            self._finish(post, Ending("failed", str(error)))
            return
        except NotConfigured as error:
            self._say_it()
            pause(self._connection, post.destination, "", _NOT_CONFIGURED, str(error))
            self._wait(post, str(error))
            return
        if post.sent_at is not None and not self._looked_for(post, destination):
            return
        self._send(post, destination)

    def _looked_for(self, post: Claimed, destination: Destination) -> bool:
        """Tell whether `post` is not there, and may be sent again."""
        # From the second attempt on the first one may turn up just as well.
        self._say_it()
        since = post.sent_at if post.attempts < 2 and post.sent_at else post.created_at
        try:
            found = _find(destination, post, since)
        except CannotLook as error:
            if error.whole:
                pause(self._connection, post.destination, "", error.seconds or 0, str(error))
            self._finish(post, after_looking_in_vain(post, error, destination.lateness))
            return False
        if found is not None:
            self._finish(post, Ending("posted", external_id=found.external_id, url=found.url))
            return False
        ending = after_looking(post, destination.lateness)
        if ending is not None:
            self._finish(post, ending)
        return ending is None

    def _send(self, post: Claimed, destination: Destination) -> None:
        reason = post.taken_back or unwanted(post.video["title"], post.include_words, post.exclude_words)
        if reason is None and not self._may_send(post):
            reason = claims.why_not(self._connection, post)
            if reason is None:
                self._wait(post, "its place is paused, or its claim has ended")
                return
        if reason is not None:
            self._finish(post, Ending("skipped", reason))
            return
        title = worded(post.title_template, post.video, destination.longest_title)
        outcome = _submit(destination, post, title)
        if isinstance(outcome, Later):
            place = "" if outcome.whole else post.place
            pause(self._connection, post.destination, place, outcome.seconds, outcome.reason)
        elif isinstance(outcome, Posted) and outcome.rest > 0:
            pause(self._connection, post.destination, post.place, outcome.rest, "it wants to rest after a post")
        self._finish(post, after_sending(post, outcome, destination.lateness))

    def _may_send(self, post: Claimed) -> bool:
        """Commit that `post` is being sent, and with it how the one before has ended."""
        unsaid, self._unsaid = self._unsaid, None
        if unsaid is None:
            return claims.may_send(self._connection, post)
        try:
            ours, may = claims.finish_and_send(self._connection, *unsaid, post)
        except DBAPIError as error:
            if not passes_by_itself(error):
                raise
            # Nobody knows whether it was done, and doing it again does no harm.
            logger.warning("post %s: %s; its end is said again", unsaid[0].id, describe(error))
            self._connection.close()
            self._unsaid = unsaid
            self._say_it()
            return claims.may_send(self._connection, post)
        self._tell(*unsaid, ours=ours)
        return may

    def _finish(self, post: Claimed, ending: Ending) -> None:
        """Remember how it ended until that is said, which is before anything else is sent or looked for."""
        self._say_it()
        self._unsaid = (post, ending)

    def _say_it(self) -> None:
        """Say how the last post ended, also when the database is away for a moment: nobody else knows it."""
        if self._unsaid is None:
            return
        (post, ending), self._unsaid = self._unsaid, None
        until = time.monotonic() + _KEEP_SAYING
        while True:
            try:
                if self._connection.closed:
                    self._connection = self._engine.connect()
                ours = claims.finish(self._connection, post, ending)
                break
            except DBAPIError as error:
                if not passes_by_itself(error) or time.monotonic() > until:
                    raise
                logger.warning("post %s: %s; its end is said again", post.id, describe(error))
                self._connection.close()
                time.sleep(0.5)
        self._tell(post, ending, ours=ours)

    def _tell(self, post: Claimed, ending: Ending, *, ours: bool) -> None:
        if not ours:
            logger.warning("post %s is no longer ours: that it is %s is not recorded", post.id, ending.state)
            return
        self._ended["waiting" if ending.state == "pending" else ending.state] += 1
        level = logging.INFO if ending.state in ("posted", "skipped") else logging.WARNING
        said = f"{ending.reason or ending.external_id}{', a person has to decide' if ending.asks else ''}"
        logger.log(level, "post %s of video %s is %s: %s", post.id, post.video["video_id"], ending.state, said)

    def _wait(self, post: Claimed, reason: str) -> None:
        claims.release(self._connection, post.token, post)
        self._ended["waiting"] += 1
        logger.info("post %s of video %s waits: %s", post.id, post.video["video_id"], reason)

    def _release(self, token: UUID) -> None:
        if self._connection.closed:
            return  # The database is away, and the claims end by themselves.
        try:
            claims.release(self._connection, token)
        except DBAPIError as error:
            # The claims end by themselves; whatever is under way is not to be hidden by this.
            logger.warning("what was claimed is not given back: %s", describe(error))

    def _destination(self, name: str) -> Destination:
        if name not in self._destinations:
            opened = self._destinations[name] = open_destination(name, settings_of(self._app))
            self._opened.append(opened)
        return self._destinations[name]


def _submit(destination: Destination, post: Claimed, title: str) -> Outcome:
    """One post with which its destination cannot cope must not stop all others, minute after minute."""
    try:
        return destination.submit(post.typed_place, title, _YOUTUBE + post.video["video_id"])
    except Exception as error:  # noqa: BLE001 - the interface allows none, and what was sent may stand there.
        # Its words may hold a webhook.
        logger.error("%s broke on post %s: %s", destination.name, post.id, type(error).__name__)  # noqa: TRY400
        return Unknown(f"{destination.name} broke on it: {type(error).__name__}")


def _find(destination: Destination, post: Claimed, since: datetime) -> Found | None:
    try:
        return destination.find(post.typed_place, _YOUTUBE + post.video["video_id"], since)
    except CannotLook:
        raise
    except Exception as error:
        logger.error("%s broke on finding post %s: %s", destination.name, post.id, type(error).__name__)  # noqa: TRY400
        raise CannotLook(f"{destination.name} broke on looking for it: {type(error).__name__}") from error
