"""
Without this file a downgrade would be approved by its SQL alone: DROP TABLE reads the same for no rows and a million.

Statements are followed in their order, as each changes what the next one's names mean: a table renamed first and
dropped then is the table that is there now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from yt_pubsub_handler.migration.dependants import Store, stores_lost
from yt_pubsub_handler.migration.effects import Created, Dropped, NotFollowed, Renamed, effects
from yt_pubsub_handler.migration.names import MADE_HERE, Names
from yt_pubsub_handler.migration.tokens import Unreadable, statements

LONGEST_OBJECT = 200


@dataclass(frozen=True)
class Loss:
    """
    What one revision destroys: a table, a column, or whatever a statement that is not followed may destroy.

    `rows` and `values` (not null) are None where nobody counted; `why` tells the reason.
    """

    revision: str
    kind: Literal["table", "column", "statement"]
    object: str
    rows: int | None = None
    values: int | None = None
    counted: bool = False
    why: str | None = None
    store: Store | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the loss ready for JSON."""
        names = ("revision", "kind", "object", "rows", "values", "counted", "why")
        return {name: getattr(self, name) for name in names}

    @property
    def is_limited(self) -> bool:
        """Whether it has a ceiling; what a query or an expression fills again has none."""
        return self.store is not None and self.store.derived is None

    @property
    def ceiling(self) -> int | None:
        """What may be lost of it at most: a table's rows, a column's values."""
        return self.rows if self.kind == "table" else self.values


class Losses:
    """Follows the revisions of one plan, in their order, against the catalog as it is before the first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = Names(connection)
        self._in_the_dark = False

    def of(self, revision: str, chunks: Iterable[str]) -> list[Loss]:
        """Return what `revision` destroys, uncounted; `chunks` is its SQL, each of them whole statements."""
        found: dict[tuple[str, str], Loss] = {}
        for chunk in chunks:
            for loss in self._of_chunk(revision, chunk):
                found.setdefault((loss.kind, loss.object), loss)
        return list(found.values())

    def _of_chunk(self, revision: str, chunk: str) -> Iterator[Loss]:
        try:
            for statement in statements(chunk):
                for effect in effects(statement):
                    yield from self._of_effect(revision, effect, statement.text)
        except Unreadable as error:
            yield self.not_followed(revision, " ".join(chunk.split()), str(error))

    def _of_effect(self, revision: str, effect: Any, text: str) -> Iterator[Loss]:
        match effect:
            case Dropped():
                yield from self._of_drop(revision, effect, text)
            case NotFollowed():
                yield self.not_followed(revision, effect.text, effect.why)
            case Created(name, column):
                self._names.create(name, column)
            case Renamed() if not self._names.rename(effect):
                yield self.not_followed(revision, text, "what it renames is not there now")

    def _of_drop(self, revision: str, drop: Dropped, text: str) -> Iterator[Loss]:
        address = self._names.find(drop.kind, drop.name, drop.column)
        if address is MADE_HERE:
            self._names.drop(drop.name, drop.column)
        elif address is not None:
            moved = self._names.moved_into(drop.name[0]) if drop.kind == "schema" else []
            for dropped in (address, *moved):
                for store in stores_lost(self._connection, dropped, cascade=drop.cascade):
                    yield Loss(revision, store.kind, store.name, store=store)
            if drop.kind in ("table", "table column"):
                self._names.drop(drop.name, drop.column)
        elif not drop.if_exists or self._in_the_dark:
            yield self.not_followed(revision, text, "what it drops is not there now")

    def not_followed(self, revision: str, text: str, why: str) -> Loss:
        """Return a loss that nobody can count; what comes after it is followed with less trust."""
        self._in_the_dark = True
        shown = text if len(text) <= LONGEST_OBJECT else f"{text[: LONGEST_OBJECT - 1]}…"
        return Loss(revision, "statement", shown, why=why)
