"""
Without this file a failed migration would end in whatever exception came up first.

The message is the last line somebody reads who was woken up: what happened, where the database stands, what
to do.
"""

from __future__ import annotations


class MigrationError(Exception):
    """A migration was not done, or not to its end."""


class Refused(MigrationError):
    """Nothing was done: what was asked for does not fit this package, or the database."""


class MigrationFailed(MigrationError):
    """A revision failed; the message says how far the database has come."""
