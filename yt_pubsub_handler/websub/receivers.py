"""
Without this file every delivery would ask the database twice: whose secret it is signed with, and then to take it in.

What a callback is for and its secret are settled when its lease is opened, and never change: another secret is
another lease. So they are kept. What changes, whether the lease has ended, is judged by the statement that records.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from yt_pubsub_handler.database import execute_alone

_EXTENSION = "yt_pubsub_handler.receivers"
MOST_KEPT = 1000
_FIND = "SELECT id, channel_id, secret, state FROM leases WHERE callback_key = %(key)s"


@dataclass(frozen=True)
class Receiver:
    """What a delivery to a callback needs of its lease; `state` is as it was when it was looked up."""

    lease_id: int
    channel_id: str
    secret: str = field(repr=False)
    state: str


def find_receiver(app: Flask, callback_key: str) -> Receiver | None:
    """Return who receives at this callback; asks the database where this process has not met it yet."""
    kept = _kept(app)
    found = kept.get(callback_key)
    if found is None:
        rows = execute_alone(_FIND, {"key": callback_key})
        if not rows:
            return None
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[callback_key] = Receiver(*rows[0])
    return found


def forget_receiver(app: Flask, callback_key: str) -> None:
    """Look it up again when the next delivery comes."""
    _kept(app).pop(callback_key, None)


def _kept(app: Flask) -> dict[str, Receiver]:
    kept: dict[str, Receiver] = app.extensions.setdefault(_EXTENSION, {})
    return kept
