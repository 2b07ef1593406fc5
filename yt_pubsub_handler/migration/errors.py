"""
Without this file a failed migration would end in whatever exception came up first.

Every message opens with a code in brackets, which the runbook explains and which never changes; then what
happened, where the database stands, and what to do: it is the last line somebody reads who was woken up.
"""

from __future__ import annotations

CODES = {
    "base": "going back before the first revision was not spelled out and confirmed",
    "budget": "a revision ran for longer than it may",
    "cancelled": "somebody asked for the end of the run",
    "ceilings": "more would be lost than was accepted",
    "deadline": "the time left is too short for the next revision",
    "digest": "the losses of a downgrade were not accepted, or those of another one were",
    "empty-database": "there is nothing to undo",
    "env-connection": "env.py opens a connection of its own",
    "expect": "another package answered than the one that was meant",
    "fence": "somebody else holds the mutex since; nothing more was committed",
    "frozen": "deploys are frozen",
    "heads": "the package holds several heads, or none",
    "held-revision": "a revision was undone, and its file is unchanged since",
    "invalid-index": "a revision left an index that PostgreSQL does not use",
    "interrupted": "a run ended without saying how",
    "irreversible": "a revision cannot be undone",
    "limits": "a revision asks for limits that mean nothing",
    "lock-timeout": "a lock was not to be had, again and again",
    "mutex-held": "somebody else is migrating",
    "mutex-lost": "the connection that holds the mutex is gone",
    "nothing-running": "there is no run to cancel",
    "older-transactions": "transactions are open that a concurrent statement would wait for",
    "pooler": "between us and PostgreSQL is a pooler that shares sessions",
    "postgres-version": "the server is older than PostgreSQL 14",
    "request": "the event cannot be understood",
    "revision-failed": "a revision's own statement failed",
    "same-request": "the request ran before, and what came of it is no longer true",
    "target": "the target is not a revision that can be gone to from here",
    "transaction-control": "a revision ends its transaction by itself",
    "unknown-revision": "the database is at a revision that this package does not hold",
    "unplanned-loss": "a revision destroyed what its plan does not name; it was not committed",
    "unreachable": "the database did not answer",
}
"""What each code stands for. The runbook has a paragraph for every one."""


class MigrationError(Exception):
    """A migration was not done, or not to its end. `code` is one of CODES."""

    def __init__(self, code: str, message: str) -> None:
        if code not in CODES:
            raise LookupError(f"{code!r} is no code for an error: add it to CODES and to the runbook.")
        super().__init__(f"[{code}] {message}")
        self.code = code
        self.message = message


class Refused(MigrationError):
    """Nothing was done: what was asked for does not fit this package, or the database."""


class MigrationFailed(MigrationError):
    """A revision failed; the message says how far the database has come."""
