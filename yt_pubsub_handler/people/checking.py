"""
Without this file whoever lost a subreddit, and never came back here, would go on posting to it.

Each change is checked with the person's own token as it is made; this looks once a day, with the token of the account
that posts, at everything that stands. A subreddit that Reddit says nothing of is left as it is.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask
from sqlalchemy import delete, func, or_, select, text, update

from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Subscription
from yt_pubsub_handler.people import reddit_api
from yt_pubsub_handler.people.models import Account, Moderator
from yt_pubsub_handler.people.reddit_api import CannotAskReddit, NotAllowed, NotSetUp, Person
from yt_pubsub_handler.settings import settings_of

logger = logging.getLogger(__name__)

_LONGEST_QUESTION = 10.0
"""Seconds: with fewer left, no other subreddit is begun."""
_BETWEEN = 1.0
"""Seconds: Reddit lets an app ask a hundred times in a minute, and the drain asks meanwhile."""
_MANY_FAILURES = 5
"""In a row: then it is Reddit, and not the subreddits."""

# Those that were looked at longest ago come first, so that a run that has no time left is continued by the next.
_SUBREDDITS = text("""
SELECT subreddit FROM (
    SELECT subreddit, seen_at FROM moderators
    UNION ALL
    SELECT lower(subreddit), NULL FROM subscriptions
    WHERE destination = 'reddit' AND subreddit IS NOT NULL AND created_by IS NOT NULL
    AND paused_at IS NULL AND removed_at IS NULL
) AS known GROUP BY subreddit ORDER BY min(seen_at) NULLS FIRST, subreddit
""")


@dataclass(frozen=True)
class Checked:
    """How many subreddits were looked at, how many say nothing, and what came of it; `finished` if none is left."""

    asked: int = 0
    unanswered: int = 0
    taken_away: int = 0
    paused: int = 0
    finished: bool = True

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check_all(app: Flask, seconds: float = math.inf, *, sleep: Callable[[float], None] = time.sleep) -> Checked:
    """
    Take away what people do not moderate any more, and pause what they linked, until `seconds` are over.

    Raises CannotAskReddit, NotAllowed or NotSetUp where nothing can be asked at all; nothing has changed then.
    """
    until = time.monotonic() + seconds - _LONGEST_QUESTION
    with app.app_context():
        subreddits = db.session.scalars(_SUBREDDITS).all()
        db.session.commit()
        if not subreddits:
            return Checked()
        settings = settings_of(app)
        if settings.reddit_refresh_token is None:
            raise NotSetUp("Checking who moderates what needs REDDIT_REFRESH_TOKEN: set it.")
        access = reddit_api.refresh(settings, settings.reddit_refresh_token).access
        run = _Run(lambda subreddit: reddit_api.moderators_of(settings, access, subreddit))
        for number, subreddit in enumerate(subreddits):
            if number and not run.gave_up:
                sleep(_BETWEEN)
            if time.monotonic() > until or run.gave_up:
                return run.told(finished=False)
            run.check(subreddit)
        return run.told(finished=not run.gave_up)


class _Run:
    def __init__(self, ask: Callable[[str], frozenset[Person]]) -> None:
        self._ask = ask
        self._asked = self._unanswered = self._in_a_row = self._taken_away = self._paused = 0

    @property
    def gave_up(self) -> bool:
        return self._in_a_row >= _MANY_FAILURES

    def told(self, *, finished: bool) -> Checked:
        return Checked(self._asked, self._unanswered, self._taken_away, self._paused, finished)

    def check(self, subreddit: str) -> None:
        self._asked += 1
        try:
            moderators = self._ask(subreddit)
        except (CannotAskReddit, NotAllowed) as error:
            logger.warning("nobody says who moderates r/%s: %s", subreddit, error)
            self._unanswered += 1
            self._in_a_row += 1
            return
        self._in_a_row = 0
        if not moderators:
            # Every subreddit that can be posted to has one: this is no answer, and would pause everything.
            self._unanswered += 1
            return
        self._taken_away += _take_away(subreddit, moderators)
        self._paused += _pause(subreddit, moderators)
        db.session.commit()


def _take_away(subreddit: str, moderators: frozenset[Person]) -> int:
    """Forget who does not moderate `subreddit` any more, and note who still does."""
    theirs = Moderator.subreddit == subreddit
    still = Moderator.account_id.in_(
        select(Account.id).where(Account.reddit_id.in_({one.reddit_id for one in moderators}))
    )
    gone = db.session.execute(delete(Moderator).where(theirs, ~still).returning(Moderator.account_id)).all()
    seen = update(Moderator).where(theirs).values(seen_at=func.now())
    db.session.execute(seen.execution_options(synchronize_session=False))
    for (account_id,) in gone:
        logger.info("account %s does not moderate r/%s any more", account_id, subreddit)
    return len(gone)


def _pause(subreddit: str, moderators: frozenset[Person]) -> int:
    """Pause what was linked by somebody who is not among `moderators`, by their name of today or of then."""
    maker = func.lower(Subscription.created_by)
    known = select(func.lower(Account.name)).where(Account.reddit_id.in_({one.reddit_id for one in moderators}))
    still = or_(maker.in_({one.name.lower() for one in moderators}), maker.in_(known))
    paused = db.session.execute(
        update(Subscription)
        .where(
            Subscription.destination == "reddit",
            func.lower(Subscription.subreddit) == subreddit,
            Subscription.created_by.is_not(None),
            Subscription.paused_at.is_(None),
            Subscription.removed_at.is_(None),
            ~still,
        )
        .values(
            paused_at=func.now(),
            paused_reason=func.concat(
                "u/", Subscription.created_by, f", who made it, does not moderate r/{subreddit} any more."
            ),
        )
        .returning(Subscription.id)
        .execution_options(synchronize_session=False)
    ).all()
    for (link_id,) in paused:
        logger.info("link %s is paused: whoever made it does not moderate r/%s any more", link_id, subreddit)
    return len(paused)
