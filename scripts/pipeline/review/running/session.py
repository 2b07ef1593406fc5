"""
A reviewed project that stays started on one database: upgrade, downgrade and upgrade cost its imports once.

Whatever its revisions do to their process (end it, hang, fork), the next run finds another one. Between runs nobody
is connected to the database, so that it can be copied.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.review.finding import Direction
from pipeline.review.running.databases import plain
from pipeline.review.running.observing import HELD, RELATIONS, Observer
from pipeline.review.running.process import Ended, Process
from pipeline.review.running.project import Project
from pipeline.review.running.refusals import does_not_start, has_no_env
from pipeline.review.running.trace import Failure, Run

_SECONDS_TO_START = 60.0
_SECONDS_TO_GIVE_UP = 2.0
"""Between the cancelling of a statement and the end of the process that may have survived it."""
_POLL = 0.002
_SECONDS_OF_HASTE = 0.2
"""For so long a statement in autocommit is polled without a pause: on small tables it is over in a moment."""
_ENDED_AS_TOLD = 86
_ABOUT_MODELS = {"models", "excluded", "failed", "done"}
_CANCELED = "57014"
# What each statement tells of itself comes at debug1; with helpers, others than its own backend would hold its locks.
_SETTINGS = {"client_min_messages": "debug1", "max_parallel_maintenance_workers": "0"}

_Connection = psycopg.Connection[tuple[Any, ...]]


class Watch(StrEnum):
    FULL = "full"
    TIMES = "times"
    """Without what is asked beside each statement, which would stretch the locks under which others wait."""


class Session:
    """
    Runs commands of Alembic in `project` on the scratch database at `url`, and tells what they did.

    Who connects has the time `zone`, if one is given. To be entered. Entering and each run raise CouldNotAnswer where
    the project does not start.
    """

    def __init__(self, project: Project, url: URL, zone: str | None = None) -> None:
        self._project = project
        self._url = url
        self._settings = _SETTINGS if zone is None else {**_SETTINGS, "timezone": zone}
        self._process: Process | None = None
        self._began = False
        self.remarks: tuple[str, ...] = ()
        """What could not be watched, and why."""

    def __enter__(self) -> Self:
        if not (self._project.layout.directory / "env.py").is_file():
            raise CouldNotAnswer(has_no_env(self._project))
        self._keeper = Keeper()
        try:
            self._process = self._start()
        except BaseException:
            self._keeper.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        self._keeper.close()

    def move(self, url: URL) -> None:
        """Go on on another database."""
        self._url = url
        if self._project.flask:  # Its app was made for one database.
            self._kill()

    def run(
        self, direction: Direction, target: str, *, watch: Watch, seconds: float, die_at_commit: int | None = None
    ) -> Run:
        """
        Run `alembic upgrade` or `alembic downgrade` to `target`; one that takes longer than `seconds` is stopped.

        With `die_at_commit` the process is ended right after that many commits, counted from 1.
        """
        process = self._running()
        gone = False
        with self._connected() as connection:
            self._prepare(connection)
            observer = Observer(dict(connection.execute(RELATIONS).fetchall()))
            observer.started = time.monotonic()
            process.say({
                "verb": direction.value, "target": target, "url": self._url.render_as_string(hide_password=False),
                "database": self._url.database, "watch": watch.value, "die_at_commit": die_at_commit,
            })  # fmt: skip
            try:
                timed_out = _Run(process, connection, observer, seconds).listen()
                failure = self._failure(observer, seconds) if timed_out else _told(observer)
            except Ended as ended:
                failure = self._after_its_end(observer, ended, die_at_commit)
                gone = True
            if gone or not self._process:
                _see_off(connection, observer.backends)
        self._remark(observer)
        self._refuse_what_never_began(observer)
        return Run(
            direction, target, observer.started, observer.ended, observer.statements(), tuple(observer.commits), failure
        )

    def models(self, verb: str, seconds: float) -> list[dict[str, Any]]:
        """Return what `models_inside` tells of the project's models. Raises CouldNotAnswer, also after `seconds`."""
        process = self._running()
        url = self._url.render_as_string(hide_password=False)
        process.say({"verb": verb, "url": url, "database": self._url.database})
        told: list[dict[str, Any]] = []
        until = time.monotonic() + seconds
        while not told or "over" not in told[-1]:
            try:
                line = process.hear(until - time.monotonic())
            except Ended as ended:
                self._kill()
                raise CouldNotAnswer(f"env.py ended its process with exit code {ended.code}.") from ended
            if line is None:
                self._kill()
                raise CouldNotAnswer(f"The models were not told within {seconds:.0f} s: env.py waits for something.")
            if line.keys() & _ABOUT_MODELS:  # Beside it, the witness tells of connections.
                told.append(line)
        return told

    def _running(self) -> Process:
        self._process = self._process or self._start()
        return self._process

    def _start(self) -> Process:
        process = Process(self._keeper, self._project, self._url)
        try:
            line = process.hear(_SECONDS_TO_START)
        except Ended:
            words = process.last_words()
            process.kill()
            raise CouldNotAnswer(does_not_start(self._project, {"words": words})) from None
        if line == {"ready": True}:
            return process
        process.kill()
        if line is None:
            words = f"it was not ready within {_SECONDS_TO_START:.0f} s."
            raise CouldNotAnswer(does_not_start(self._project, {"words": words}))
        raise CouldNotAnswer(does_not_start(self._project, line["refused"]))

    def _failure(self, observer: Observer, seconds: float) -> Failure | None:
        """It was stopped: in its statement, or between two."""
        told = observer.failure
        if told is not None and told["sqlstate"] not in {None, _CANCELED}:
            return _told(observer)  # It had failed by itself, and took its time to say so.
        if told is None:
            self._kill()
            observer.stop(time.monotonic())
        at = told if told and told["file"] else observer.last or {}
        running = (told or observer.current or {}).get("sql")
        return Failure(
            f"It was stopped after {seconds:.0f} s.", Path(at["file"]) if at else None, at.get("line", 1),
            told["sqlstate"] if told else None, running, timed_out=True,
        )  # fmt: skip

    def _after_its_end(self, observer: Observer, ended: Ended, die_at_commit: int | None) -> Failure:
        if not ended.was_a_child:
            self._kill()
        observer.stop(time.monotonic())
        at = observer.current or observer.last or {}
        if ended.code == _ENDED_AS_TOLD and len(observer.commits) == die_at_commit:
            words = f"It was ended right after commit {die_at_commit}, as it was told."
        else:
            words = f"The revision ended its process with exit code {ended.code}."
        sql_ = (observer.current or {}).get("sql")
        return Failure(words, Path(at["file"]) if at else None, at.get("line", 1), sql=sql_)

    def _refuse_what_never_began(self, observer: Observer) -> None:
        """An env.py that fails fails for each run: that is about the project, not about its revisions."""
        failure = observer.failure
        self._began = self._began or failure is None or bool(observer.last) or failure["file"] is not None
        if failure is not None and (failure["elsewhere"] or not self._began):
            raise CouldNotAnswer(does_not_start(self._project, failure))

    def _remark(self, observer: Observer) -> None:
        remarks = [
            f"{place} takes a cursor of the driver: what it sends is run, and not watched."
            for place in observer.unwatched
        ]
        if observer.deaf:
            remarks.append("The project's driver does not hand on what the server says beside its answers.")
        self.remarks = tuple(dict.fromkeys([*self.remarks, *remarks]))

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _prepare(self, connection: _Connection) -> None:
        """For whoever connects from here on; a copy of a database does not take its settings along."""
        for name, value in self._settings.items():
            change = sql.SQL("ALTER DATABASE {} SET {} = {}")
            database = sql.Identifier(self._url.database or "postgres")
            connection.execute(change.format(database, sql.Identifier(name), sql.Literal(value)))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[_Connection]:
        try:
            with psycopg.connect(plain(self._url), autocommit=True, options="-c client_min_messages=warning") as made:
                yield made
        except psycopg.Error as error:
            raise CouldNotAnswer(
                f"The scratch database {self._url.database} could not be watched: {str(error).strip()}"
            ) from error


class _Run:
    """Listens to one run: stops it in time, and polls the locks of what nobody can ask afterwards."""

    def __init__(self, process: Process, connection: _Connection, observer: Observer, seconds: float) -> None:
        self._process = process
        self._connection = connection
        self._observer = observer
        self._until = time.monotonic() + seconds
        self._polled: int | None = None
        self._haste_until = 0.0

    def listen(self) -> bool:
        """Return whether it had to be stopped; one that did not even stop then has told no end. Raises Ended."""
        cancelled = False
        while self._observer.ended == 0.0:
            left = self._until - time.monotonic()
            if left <= 0 and cancelled:
                return True
            if left <= 0:
                cancelled = True
                self._until += _SECONDS_TO_GIVE_UP
                for pid in self._observer.backends:
                    self._connection.execute("SELECT pg_cancel_backend(%s)", (pid,))
                continue
            line = self._process.hear(left if self._polled is None else self._pause())
            if line is not None:
                self._take(line)
            if self._polled is not None:
                self._poll(self._polled)
        return cancelled and self._observer.failure is not None

    def _take(self, line: dict[str, Any]) -> None:
        if "died" in line:
            raise Ended(line["died"], was_a_child=True)
        self._observer.take(line)
        if "begins" in line and line["poll"]:
            self._connection.execute(HELD, (line["pid"],))  # Once for the caches: the next ones take no time.
            self._process.say({"go": True})
        elif "at" in line:
            self._polled = self._observer.polls
            self._haste_until = time.monotonic() + _SECONDS_OF_HASTE
        elif "ends" in line:
            self._polled = None

    def _pause(self) -> float:
        return 0.0 if time.monotonic() < self._haste_until else _POLL

    def _poll(self, pid: int) -> None:
        at = time.monotonic()
        self._observer.polled(self._connection.execute(HELD, (pid,)).fetchall(), at)


def _told(observer: Observer) -> Failure | None:
    failure = observer.failure
    if failure is None:
        return None
    file = Path(failure["file"]) if failure["file"] else None
    return Failure(
        failure["words"], file, failure["line"], failure["sqlstate"], failure["sql"], values=failure["values"]
    )


def _see_off(connection: _Connection, backends: set[int]) -> None:
    """The server notices late that a client has gone; until then it holds what it held."""
    for pid in backends:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until = time.monotonic() + _SECONDS_TO_GIVE_UP
    there = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
    while connection.execute(there, (list(backends),)).fetchone() != (0,) and time.monotonic() < until:
        time.sleep(0.01)
