"""What a database's error says, whichever driver raised it: its words, its SQLSTATE, and the column it names."""

from __future__ import annotations

import re
import traceback
from typing import Any

_LONGEST = 500
_COLUMN = re.compile(r'column "([^"]+)"|column (?:[^".]+\.)?(.+?) does not exist')
_TABLE = re.compile(r'relation "([^"]+)"')


def told(error: BaseException) -> dict[str, Any]:
    """Return `error` as JSON can carry it."""
    original = getattr(error, "orig", None) or error
    fields = _fields(original)
    words = _words(original, fields)
    return {
        "words": words,
        "sqlstate": fields.get("sqlstate"),
        "column": fields.get("column") or _named(_COLUMN, words),
        "names_table": fields.get("table") or _named(_TABLE, words),
    }


def _fields(original: Any) -> dict[str, Any]:
    """Psycopg and psycopg2 have `diag`, asyncpg attributes on what its wrapper was raised from, pg8000 a dictionary."""
    given = original.args[0] if getattr(original, "args", None) else None
    if isinstance(given, dict) and "C" in given:
        return {"sqlstate": given["C"], "column": given.get("c"), "table": given.get("t"), "words": given.get("M")}
    source = getattr(original, "diag", None) or original.__cause__ or original
    states = (getattr(one, name, None) for one in (original, source) for name in ("sqlstate", "pgcode"))
    state = next(filter(None, states), None)
    column, table = getattr(source, "column_name", None), getattr(source, "table_name", None)
    return {"sqlstate": state, "column": column, "table": table}


def _words(original: BaseException, fields: dict[str, Any]) -> str:
    if fields.get("words"):
        return str(fields["words"])[:_LONGEST]
    # The first line: what follows is DETAIL, which quotes rows.
    lines = "".join(traceback.format_exception_only(type(original), original)).strip().splitlines()
    return re.sub(r"^[\w.]+(?:Error|Exception|Violation|\w*): (?:<class '[\w.]+'>: )?", "", lines[0])[:_LONGEST]


def _named(pattern: re.Pattern[str], words: str) -> str | None:
    match = pattern.search(words)
    return next(filter(None, match.groups()), None) if match else None
