"""
Runs in a release's Python, from before an upgrade until after it, and does with its models what the application does.

It talks in lines of JSON: a job on standard input first, then commands; answers leave on the descriptor that standard
output was, while the project's own printing goes to standard error. It needs SQLAlchemy 1.4 or later and Alembic.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Any

_SCRIPTS = str(Path(__file__).resolve().parents[3])
_TO_BE_PREPARED = 7
"""psycopg prepares a statement at its sixth execution; asyncpg and pg8000 do at the first."""
_MOST_READERS = 20
_PAGE = 50
"""Rows. How many are wanted is a parameter, so that what reads a page and what reads one row is one statement."""
_HERE = "pipeline.review.window."


class Release:
    """The models of the release that `job` describes, and the connections to a database."""

    def __init__(self, job: dict[str, Any], parts: dict[str, Any]) -> None:
        self._parts = parts
        self._job = job
        self._found = parts["inside_models"].load(job)
        mappers = list(parts["inside_models"].mapped(self._found))
        parts["inside_models"].insist_on_root(mappers, job["head"])
        mapped = {table for mapper in mappers for table in mapper.tables}
        self.models = [parts["inside_mapped"].Mapped(mapper) for mapper in mappers]
        self.models += [parts["inside_table"].Unmapped(table) for table in self._found.tables() if table not in mapped]
        self._connections: Any = None
        self._readers = 1
        self._keeps = True

    def connect(self, url: str, anew: bool, keep: bool) -> dict[str, Any]:
        """
        Go to the database at `url`; `anew`, what was remembered of another schema is forgotten.

        With `keep`, open the connections that stay open, and use them until what they read with is prepared on the
        server. Without it, a row is enough to try an INSERT with.
        """
        self.disconnect()
        for model in self.models if anew else []:
            model.forget()
        self._connections = self._parts["inside_connections"].connections(self._found, url)
        if anew:
            self._connections.on_fresh(self._learn)
        self._keeps = keep
        if keep:
            self._keep()
        return {"models": [model.name for model in self.models]}

    def exercise(self, what: list[str]) -> dict[str, Any]:
        """Try operations of every model: read or write, on the connections that were kept open or on a fresh one."""
        kept, fresh = [], []
        if "read kept" in what:
            kept += [self._read(place, model) for place, model in enumerate(self.models)]
        if "write kept" in what:
            # What the first row shows of a kept connection, the others show of a fresh one.
            kept += self._connections.on_kept(0, partial(self._written, few=any(one.worked for one in self.models)))
        if "read fresh" in what:
            fresh += self._connections.on_fresh(self._read_all)
        if "write fresh" in what:
            fresh += self._connections.on_fresh(partial(self._written, few=not self._keeps))
        return {"kept": kept, "fresh": fresh}

    def disconnect(self) -> dict[str, Any]:
        if self._connections is not None:
            self._connections.close()
        self._connections = None
        return {}

    def _keep(self) -> None:
        self._readers = max(1, min(len(self.models), _MOST_READERS))
        self._connections.keep(1 + self._readers)
        for place, model in enumerate(self.models):
            self._read(place, model)
            for _ in range(_TO_BE_PREPARED - 1):
                self._read(place, model, 1)

    def _read(self, place: int, model: Any, rows: int = _PAGE) -> Any:
        """
        Read `rows` on a connection that does nothing else: psycopg forgets all it has prepared at any ROLLBACK.

        Hence an error of one model must not be met by the next one, as far as there are connections.
        """
        return self._connections.on_kept(
            1 + place % self._readers, lambda connection: self._on(connection, model).read(rows)
        )

    def _learn(self, connection: Any) -> None:
        with connection.begin():
            for model in self.models:
                model.learn(connection)

    def _written(self, connection: Any, few: bool) -> list[Any]:
        return [result for model in self.models for result in self._on(connection, model).write(few)]

    def _read_all(self, connection: Any) -> list[Any]:
        return [self._on(connection, model).read(_PAGE) for model in self.models]

    def _on(self, connection: Any, model: Any) -> Any:
        return self._parts["inside_exercise"].Exercise(model, connection)


def main() -> None:
    out = os.dup(1)
    os.dup2(2, 1)
    lines = iter(sys.stdin.readline, "")
    job = json.loads(next(lines))
    try:
        parts = _parts()
        parts["inside_models"].follow(job["root"], job["head"])
        release = Release(job, parts)
    except BaseException as error:  # noqa: BLE001 - whatever the project raises is what has to be told.
        _say(out, {"failed": _words(error)})
        return
    _say(out, {"models": [model.name for model in release.models]})
    for line in lines:
        command = json.loads(line)
        try:
            _say(out, getattr(release, command.pop("do"))(**command))
        except Exception as error:  # noqa: BLE001 - the same.
            traceback.print_exc()
            _say(out, {"failed": _words(error)})
    release.disconnect()


def _parts() -> dict[str, Any]:
    """Import what lies beside this file, and take it out of the project's sight: it may have a `pipeline` itself."""
    import importlib  # noqa: PLC0415 - together with what it is for.

    sys.path[0] = _SCRIPTS
    names = ("inside_models", "inside_connections", "inside_mapped", "inside_table", "inside_exercise")
    try:
        return {name: importlib.import_module(_HERE + name) for name in names}
    finally:
        del sys.path[0]
        for name in [name for name in sys.modules if name.split(".")[0] == "pipeline"]:
            del sys.modules[name]


def _say(out: int, what: dict[str, Any]) -> None:
    data = (json.dumps(what) + "\n").encode()
    while data:  # A pipe takes what fits into it.
        data = data[os.write(out, data) :]


def _words(error: BaseException) -> str:
    lines = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
    words = lines[0][:500] if lines else type(error).__name__
    return words.split(": ", 1)[-1] if type(error).__name__ == "Unusable" else words


if __name__ == "__main__":
    main()
