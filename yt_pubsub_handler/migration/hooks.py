"""
Without this file the loop would have to know why a revision may not be applied; it only has to know when to ask.

Each hook raises MigrationError to say no. Those of a downgrade run inside the revision's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True)
class Hooks:
    """What is asked, and told, on the way. By default nobody objects."""

    refuse_if_frozen: Callable[[Connection], None] = lambda _connection: None
    """Before an upgrade."""
    refuse_if_held: Callable[[Connection, Mapping[str, str]], None] = lambda _connection, _file_hashes: None
    """Before an upgrade, with the hashes of the files of all revisions that are pending."""
    accept: Callable[[Connection, Sequence[str]], Any] = lambda _connection, _revisions: None
    """Before a downgrade: may these be undone? What it returns is handed to `recount`."""
    recount: Callable[[Connection, Any, str], Any] = lambda _connection, _accepted, _revision: None
    """Before the first statement of each revision that is undone; what it returns is handed to `verify`."""
    verify: Callable[[Connection, Any], None] = lambda _connection, _witness: None
    """After the last statement of each revision that is undone: was it what was accepted?"""
    hold: Callable[[Connection, str, str, str | None, str | None], None] = lambda *_: None
    """After each revision that is undone: revision, hash of its file, by whom, and why."""
