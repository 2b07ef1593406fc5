"""
Completes what was read of a revision by what it was seen to send.

Each statement seen is found again among those read (by its text, else by its line and kind), and stands in its place
where that had a name in it that was not known; what was not read is added where it was sent, and a line of which
statements were seen is no longer one that could not be followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import postgast

from pipeline.review.finding import NotAnalysed
from pipeline.review.reading.recorder import without_driver_placeholders
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement, parse
from pipeline.review.reading.unknown import unread_in


class Seen(NamedTuple):
    """A statement that one direction of a revision sent."""

    line: int
    sql: str
    autocommit: bool


def complete(script: Script, seen: Iterable[Seen], postgresql_version: int) -> None:
    """Add to `script` what was seen beyond what was read, and strike out what is known now."""
    missing = list(script.statements)
    known: set[int] = set()
    for one in seen:
        try:
            parsed = list(parse(without_driver_placeholders(one.sql)))
        except postgast.PgQueryError as error:
            script.not_analysed.append(
                NotAnalysed(script.file, one.line, f"PostgreSQL's grammar does not read it: {error}")
            )
            continue
        if all(kind != "DoStmt" for _, _, kind in parsed):  # Seeing one sent does not tell what it does.
            known.add(one.line)
        for sql, node, kind in parsed:
            found = _same(missing, sql, kind, one.line)
            if found is not None:
                missing.remove(found)
                if any(unread_in(found.sql)):
                    here = next(at for at, other in enumerate(script.statements) if other is found)
                    script.statements[here] = replace(found, sql=sql, node=node, kind=kind)
            else:
                _add(script, one, (sql, node, kind), postgresql_version)
    script.not_analysed[:] = [said for said in script.not_analysed if said.line not in known]


def _same(statements: list[Statement], sql: str, kind: str, line: int) -> Statement | None:
    words = sql.split()
    by_text = (one for one in statements if one.sql.split() == words)
    by_place = (one for one in statements if one.line == line and one.kind == kind)
    return next(by_text, None) or next(by_place, None)


def _add(script: Script, seen: Seen, parsed: tuple[str, Any, str], version: int) -> None:
    sql, node, kind = parsed
    place = sum(1 for one in script.statements if one.line <= seen.line)
    before = script.statements[place - 1] if place else None
    made = Statement(
        sql=sql, node=node, kind=kind, file=script.file, line=seen.line, revision=script.revision,
        direction=script.direction, transaction=before.transaction if before else 0, autocommit=seen.autocommit,
        new_tables=before.new_tables if before else frozenset(), postgresql_version=version,
    )  # fmt: skip
    script.statements.insert(place, made)
