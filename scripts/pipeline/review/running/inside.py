"""
Runs in the reviewed project's Python: applies revisions with the project's own env.py and writes down every statement.

It knows nothing of the review (that Python has none of its packages) and takes any Alembic since 1.0 and SQLAlchemy
since 1.3. Its job comes as JSON on standard input; what it saw leaves as one JSON object a line on the descriptor that
standard output was, while the project's own printing goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any


class Witness:
    """Sees each statement before the server does, and finds the line of a revision that sent it."""

    def __init__(self, versions: list[str], out: int) -> None:
        self.versions = tuple(os.path.realpath(folder) + os.sep for folder in versions)
        self.out = out
        self.transaction = 0

    def listen(self) -> None:
        from sqlalchemy import event  # noqa: PLC0415 - the project's own, once its folder is on the path.
        from sqlalchemy.engine import Engine  # noqa: PLC0415 - the same.

        event.listen(Engine, "before_cursor_execute", self.statement)
        event.listen(Engine, "commit", self.ended)
        event.listen(Engine, "rollback", self.ended)

    def ended(self, *_: Any) -> None:
        self.transaction += 1

    def statement(self, connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        file, line = self.place()
        if file is not None:
            self.say(
                {
                    "file": file,
                    "line": line,
                    "sql": sql,
                    "transaction": self.transaction,
                    "autocommit": autocommit(connection),
                }
            )

    def place(self) -> tuple[str | None, int]:
        """The innermost line of a revision that is being run."""
        frame = sys._getframe(1)  # A whole stack would be formatted otherwise, for each statement.
        while frame is not None:
            name = os.path.realpath(frame.f_code.co_filename)
            if name.startswith(self.versions):
                return name, frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment] # None ends it.
        return None, 0

    def say(self, what: dict[str, Any]) -> None:
        os.write(self.out, (json.dumps(what) + "\n").encode())


def autocommit(connection: Any) -> bool:
    given = getattr(connection, "connection", None)
    raw = getattr(given, "dbapi_connection", None) or getattr(given, "connection", None)
    return bool(getattr(raw, "autocommit", False))


def main() -> None:
    job = json.load(sys.stdin)
    out = os.dup(1)
    os.dup2(2, 1)
    sys.path[0] = job["root"]  # Where this file lies is no place that the project imports from.
    witness = Witness(job["versions"], out)
    try:
        witness.listen()
        run = _in_flask(job) if job["flask"] else _plain(job)
    except BaseException as error:  # noqa: BLE001 - whatever the project raises is what has to be told.
        witness.say({"failed": "start", "why": _words(error)})
        return
    for verb, target in job["steps"]:
        witness.say({"step": [verb, target]})
        try:
            run(verb, target)
        except BaseException as error:  # noqa: BLE001 - the same; SystemExit is how Flask-Migrate fails.
            file, line = _blamed(error, witness)
            witness.say({"failed": verb, "why": _words(error), "file": file, "line": line})
            witness.ended()
    witness.say({"done": True})


def _plain(job: dict[str, Any]) -> Any:
    from alembic import command  # noqa: PLC0415 - the project's own.
    from alembic.config import Config  # noqa: PLC0415 - the same.

    config = Config(job["ini"]) if job["ini"] else Config()
    config.set_main_option("script_location", job["directory"].replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", job["url"].replace("%", "%%"))
    return lambda verb, target: getattr(command, verb)(config, target)


def _in_flask(job: dict[str, Any]) -> Any:
    from alembic import command  # noqa: PLC0415 - the project's own.
    from flask.cli import ScriptInfo  # noqa: PLC0415 - the same.

    app = ScriptInfo(app_import_path=job["flask"]).load_app()
    app.app_context().push()
    config = app.extensions["migrate"].migrate.get_config(job["directory"])
    return lambda verb, target: getattr(command, verb)(config, target)


def _words(error: BaseException) -> str:
    lines = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
    return lines[0][:500] if lines else type(error).__name__


def _blamed(error: BaseException, witness: Witness) -> tuple[str | None, int]:
    """The last line of a revision in the error's traceback."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.realpath(frame.filename).startswith(witness.versions):
            return os.path.realpath(frame.filename), frame.lineno or 0
    return None, 0


if __name__ == "__main__":
    main()
