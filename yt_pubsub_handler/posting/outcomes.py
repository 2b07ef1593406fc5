"""
Without this file each destination would decide for itself when something is sent again.

What may stand there is looked for until the destination cannot be late any more; only then it is sent once again, and
if nobody sees the end of that either, a person decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from yt_pubsub_handler.destinations.interface import CannotLook, Later, Outcome, Posted, Refused
from yt_pubsub_handler.posting.claims import Claimed, Ending
from yt_pubsub_handler.posting.pauses import bounded

LONGEST_SEARCH = timedelta(days=1)
"""What nobody could look for all this time is not looked for any more."""
_LOOKS = 16
"""A first look comes after this part of the lateness; the time before each next one doubles."""


def after_sending(post: Claimed, outcome: Outcome, lateness: timedelta) -> Ending:
    """Say what becomes of a post that was sent; `post` is as it was before."""
    match outcome:
        case Posted():
            return Ending("posted", external_id=outcome.external_id, url=outcome.url)
        case Refused(doubtful=True) if post.attempts == 0:
            # Ours may be what it repeats. Sent once more after nothing of ours was found, it is believed.
            return Ending("unknown", outcome.reason, lateness / _LOOKS)
        case Refused():
            return Ending("failed", outcome.reason)
        case Later():
            state: Literal["unknown", "pending"] = "unknown" if outcome.doubtful else "pending"
            return Ending(state, outcome.reason, bounded(outcome.seconds), uncounted=True)
        case _:
            return Ending("unknown", outcome.reason, lateness / _LOOKS)


def after_looking(post: Claimed, lateness: timedelta) -> Ending | None:
    """Say what becomes of a post that was not found; None when it is sent again."""
    age = post.age or timedelta(0)
    if age < lateness:
        return Ending("unknown", "looked for, and not there yet", min(max(age, lateness / _LOOKS), lateness - age))
    if post.attempts < 2:
        return None
    return Ending("unknown", "sent twice, and never found: look there, and decide", asks=True)


def after_looking_in_vain(post: Claimed, error: CannotLook, lateness: timedelta) -> Ending:
    """Say what becomes of a post that nobody could look for."""
    if error.never or (post.age or timedelta(0)) > LONGEST_SEARCH:
        return Ending("unknown", f"nobody saw how it ended, and {error}: look there, and decide", asks=True)
    return Ending("unknown", str(error), lateness / 4 if error.seconds is None else bounded(error.seconds))
