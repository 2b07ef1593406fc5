"""Why a run failed, in the server's words where it was the server: SQLAlchemy's have the rows' values in them."""

from __future__ import annotations

import linecache
import os
import re
import traceback
from collections.abc import Iterator
from typing import Any

from pipeline.review.running.inside.batches import sent_for

_MOST = 1000
_LONGEST = 200
_MOST_NAMES = 4


def describe(error: BaseException, versions: tuple[str, ...]) -> dict[str, Any]:
    """Return the words, SQLSTATE and SQL of `error`, and the last line of a revision that it passed."""
    file, line = _blamed(error, versions)
    chain = list(_chain(error))
    sqlstate = next((found for one in chain if (found := _sqlstate(one))), None)
    sql = next((str(one.statement) for one in chain if getattr(one, "statement", None)), None)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    words = _words(getattr(error, "orig", None) or error)
    elsewhere = next((str(one) for one in chain if type(one).__name__ == "Elsewhere"), None)
    return {
        "words": words, "file": file, "line": line, "sqlstate": sqlstate, "sql": sql, "missing": missing,
        "elsewhere": elsewhere, "values": _values(error, versions),
    }  # fmt: skip


def _chain(error: BaseException | None) -> Iterator[Any]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(orig := getattr(error, "orig", None), BaseException):
            yield from (one for one in _chain(orig) if id(one) not in seen)
        error = error.__cause__ or error.__context__


def _sqlstate(error: Any) -> str | None:
    found = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or _pg8000(error).get("C")
    return found if isinstance(found, str) else None


def _words(error: BaseException) -> str:
    if said := _pg8000(error):
        return "\n".join([str(said.get("M")), *([f"DETAIL:  {said['D']}"] if "D" in said else [])])[:_MOST]
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    lines = text.splitlines() or [type(error).__name__]
    detail = [line for line in lines[1:] if line.startswith("DETAIL:")]
    return "\n".join([lines[0], *detail])[:_MOST]


def _values(error: BaseException, versions: tuple[str, ...]) -> str | None:
    """What a statement was given; or, of a line of Python that failed, what its names stood for."""
    given = next((one.params for one in _chain(error) if getattr(one, "params", None)), None)
    if given is not None:
        return _short(given[0] if isinstance(given, list) and given else given)
    step = error.__traceback__
    frame = line = None
    while step is not None:
        if os.path.realpath(step.tb_frame.f_code.co_filename).startswith(versions):
            frame, line = step.tb_frame, linecache.getline(step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    if frame is None or line is None:
        return None
    names = [name for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", line)) if name in frame.f_locals]
    shown = [f"{name} = {_short(frame.f_locals[name])}" for name in names[:_MOST_NAMES]]
    return "; ".join(shown) or None


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a class of the project's, whose repr() may need a session.
        text = f"<{type(value).__name__} without repr: {type(error).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _pg8000(error: Any) -> dict[str, Any]:
    """What that driver has of the server's answer: its fields by their letters in the protocol."""
    given = error.args[0] if isinstance(error, BaseException) and error.args else None
    return given if isinstance(given, dict) and "C" in given and "M" in given else {}


def _blamed(error: BaseException, versions: tuple[str, ...]) -> tuple[str | None, int]:
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if (place := sent_for(frame)) is not None:
            return place
        name = os.path.realpath(frame.f_code.co_filename)
        if name.startswith(versions):
            return name, line or 1
    if isinstance(error, SyntaxError) and error.filename and os.path.realpath(error.filename).startswith(versions):
        return os.path.realpath(error.filename), error.lineno or 1
    return None, 1
