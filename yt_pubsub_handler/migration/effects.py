"""
Without this file a plan could show the SQL of a downgrade, but not say what is gone afterwards.

The rule is turned round on purpose: only what is known to keep every row is passed over. Whatever else a statement
may be, and whatever of it is not understood to its last word, is named as not followed, so a gap in this reading
makes a plan more careful, never less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yt_pubsub_handler.migration import harmless
from yt_pubsub_handler.migration.phrases import NotUnderstood, Phrase
from yt_pubsub_handler.migration.tokens import Statement

Name = tuple[str, ...]


@dataclass(frozen=True)
class Dropped:
    """An object is dropped, or a column of a table; `kind` is what pg_get_object_address calls it."""

    kind: str
    name: Name
    column: str | None = None
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True)
class Created:
    """A table, or a column of one, that was not there before: dropping it again loses nothing."""

    name: Name
    column: str | None = None


@dataclass(frozen=True)
class Renamed:
    """A table, or a column of one, goes by another name from here on; `schema` is where it moves, if it does."""

    name: Name
    column: str | None = None
    to: str | None = None
    schema: str | None = None


@dataclass(frozen=True)
class NotFollowed:
    """A statement that may lose something, and why nobody can tell beforehand how much."""

    text: str
    why: str


Effect = Dropped | Created | Renamed | NotFollowed

_RESOLVABLE = {"table", "foreign table", "materialized view", "view", "schema", "type", "domain", "extension"}
"""What can be found in the catalog by its name alone, and with it what its DROP takes along."""
_LOST_SIGHT_OF = {"view", "materialized view", "domain"}
"""What is looked for by the name it had, once it goes by another."""
_REASONS = {
    "delete": "it deletes rows",
    "update": "it overwrites values",
    "merge": "it changes or deletes rows",
    "truncate": "it deletes all rows",
    "with": "it may change or delete rows",
    "do": "what its block does is not followed",
    "call": "what the procedure does is not followed",
    "select": "a function it calls may change rows",
    "execute": "what it executes is not followed",
    "copy": "it may overwrite a file or add rows",
}


def effects(statement: Statement) -> list[Effect]:
    """Return what `statement` drops, makes, renames or may otherwise lose; nothing when it keeps every row."""
    phrase = Phrase(statement.tokens)
    verb = phrase.word()
    try:
        read = _VERBS.get(verb)
        if read is not None:
            return list(read(phrase))
        if verb in harmless.VERBS:
            return []
    except NotUnderstood as error:
        return [NotFollowed(statement.text, str(error))]
    return [NotFollowed(statement.text, _REASONS.get(verb, "what it does is not followed"))]


def _drop(phrase: Phrase) -> Iterator[Effect]:
    kind = phrase.word()
    if kind in ("materialized", "foreign"):
        kind = f"{kind} {phrase.word()}"
    if kind == "sequence":
        raise NotUnderstood("the sequence's position is lost")
    if kind not in _RESOLVABLE | harmless.DROPPED:
        raise NotUnderstood("what goes with it is not followed")
    if kind in harmless.DROPPED and not phrase.holds_word("cascade"):
        return
    if kind == "index":
        return
    if kind not in _RESOLVABLE:
        raise NotUnderstood("what depends on it goes with it, and is not followed")
    if_exists = phrase.skip("if", "exists")
    names = [phrase.name()]
    while phrase.skip(","):
        names.append(phrase.name())
    cascade = phrase.cascade()
    phrase.end()
    yield from (Dropped(kind, name, cascade=cascade, if_exists=if_exists) for name in names)


def _alter(phrase: Phrase) -> Iterator[Effect]:
    kind = phrase.word()
    if kind == "materialized":
        kind = f"{kind} {phrase.word()}"
    if kind in _LOST_SIGHT_OF and (phrase.holds_word("rename") or phrase.holds_word("schema")):
        raise NotUnderstood("by which name it is dropped from here on is not followed")
    if kind in harmless.ALTERED:
        return
    if kind == "type":
        phrase.name()
        if phrase.skip("add", "value") or phrase.skip("owner", "to"):
            return
        raise NotUnderstood("values of this type may change or go")
    if kind == "sequence":
        phrase.skip("if", "exists")
        phrase.name()
        if phrase.skip("owned", "by") or phrase.skip("owner", "to"):
            return
        raise NotUnderstood("the sequence's position may change")
    if kind != "table":
        raise NotUnderstood("what it changes is not followed")
    phrase.skip("if", "exists")
    phrase.skip("only")
    table = phrase.name()
    phrase.skip("*")
    for action in phrase.parts():
        yield from _alter_table(table, action)


def _alter_table(table: Name, action: Phrase) -> Iterator[Effect]:
    if any(action.begins(*words) for words in harmless.TABLE_CHANGES):
        return
    if action.skip("add"):
        yield from _added(table, action)
    elif action.skip("drop"):
        action.skip("column")
        if_exists = action.skip("if", "exists")
        column = action.identifier()
        cascade = action.cascade()
        action.end()
        yield Dropped("table column", table, column, cascade, if_exists)
    elif action.skip("rename", "to"):
        yield Renamed(table, to=action.identifier())
        action.end()
    elif action.skip("rename"):
        action.skip("column")
        column = action.identifier()
        action.expect("to")
        yield Renamed(table, column, to=action.identifier())
        action.end()
    elif action.skip("set", "schema"):
        yield Renamed(table, schema=action.identifier())
        action.end()
    elif action.skip("alter"):
        action.skip("column")
        action.identifier()
        if not any(action.begins(*words) for words in harmless.COLUMN_CHANGES):
            raise NotUnderstood("values may change when they are converted")
    elif action.begins("attach") or action.begins("inherit"):
        raise NotUnderstood("what goes when the table goes is another from here on")
    else:
        raise NotUnderstood("what it does to the table's rows is not followed")


def _added(table: Name, action: Phrase) -> Iterator[Effect]:
    constraints = ("constraint", "check", "unique", "primary", "foreign", "exclude", "not")
    if not any(action.begins(word) for word in constraints):
        action.skip("column")
        action.skip("if", "not", "exists")
        yield Created(table, action.identifier())


def _create(phrase: Phrase) -> Iterator[Effect]:
    for word in ("global", "local", "temporary", "temp", "unlogged"):
        phrase.skip(word)
    if phrase.skip("table"):
        phrase.skip("if", "not", "exists")
        yield Created(phrase.name())


def _insert(phrase: Phrase) -> Iterator[Effect]:
    if phrase.holds_word("update") or phrase.holds_word("delete") or phrase.holds_word("merge"):
        raise NotUnderstood("it may overwrite or delete rows")
    yield from ()


def _set(phrase: Phrase) -> Iterator[Effect]:
    if not phrase.skip("local"):
        phrase.skip("session")
    setting = phrase.word()
    if setting not in harmless.SETTINGS | {"constraints"}:
        raise NotUnderstood("the statements after it may mean something else")
    yield from ()


_VERBS: dict[str, Callable[[Phrase], Iterator[Effect]]] = {
    "drop": _drop,
    "alter": _alter,
    "create": _create,
    "insert": _insert,
    "set": _set,
    "reset": _set,
}
