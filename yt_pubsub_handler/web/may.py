"""
Without this file each page would decide by itself who may see and who may change a subreddit's links.

Looking goes by what Reddit said last, as pages must not wait for it; before a change it is asked anew.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from flask import abort
from werkzeug.exceptions import Forbidden, ServiceUnavailable, Unauthorized

from yt_pubsub_handler.people.moderating import SignInEnded, moderated_now
from yt_pubsub_handler.people.reddit_api import SOON, CannotAskReddit, NotSetUp
from yt_pubsub_handler.settings import settings_of
from yt_pubsub_handler.web import visitor

logger = logging.getLogger(__name__)


def see(subreddit: str) -> None:
    """Go on if the visitor was seen to moderate `subreddit`; for all others nothing of it is there (404)."""
    who = visitor.current()
    if who is None or subreddit.lower() not in who.subreddits:
        abort(404)


def change(subreddit: str) -> None:
    """
    Go on if Reddit says, now, that the visitor moderates `subreddit`.

    404 for whoever was not even seen to, 403 for whoever does not any more, 401 where Reddit does not speak for them
    any more, 503 where it cannot be asked: then nothing has changed.
    """
    see(subreddit)
    who = visitor.current()
    if who is None:
        abort(401)
    try:
        moderated = moderated_now(settings_of(), who.account_id, who.sign_in_id)
    except SignInEnded:
        visitor.leave()
        raise Unauthorized("Reddit does not speak for you here any more. Sign in, and do it once more.") from None
    except (CannotAskReddit, NotSetUp) as error:
        logger.warning("account %s could not be checked: %s", who.account_id, error)
        raise ServiceUnavailable(
            "Reddit cannot be asked now whether you moderate this subreddit, so nothing was changed. Try again in half "
            "a minute.",
            retry_after=SOON,
        ) from None
    visitor.know(replace(who, subreddits=moderated))
    if subreddit.lower() not in moderated:
        raise Forbidden(f"You do not moderate r/{subreddit} any more, so nothing was changed.")
