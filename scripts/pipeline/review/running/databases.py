"""Databases that are there for one review and nobody else's: empty ones, copies of them, and all dropped in the end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.keeper import Keeper
from pipeline.postgres import NEWEST, Server, start_server
from pipeline.review.running.ahead import embedded
from pipeline.review.running.spent import Part, Spent

PREFIX = "review_"
"""With what the names of ours begin."""
_SECONDS_TO_CONNECT = 10


class Databases:
    """Makes databases on a server; the one that its URL names is connected to, and never changed."""

    def __init__(self, server: URL, spent: Spent | None = None) -> None:
        self._server = server
        # Changed by several threads, each of which knows its own names.
        self._made: set[str] = set()
        self._kept: psycopg.Connection[tuple[object, ...]] | None = None
        self.spent = spent or Spent()

    def empty(self) -> URL:
        """Make an empty database. Raises CouldNotAnswer when the server does not let us."""
        return self._make("template0")

    def copy(self, of: URL) -> URL:
        """Make a copy, rows and object ids and all, of a database that nobody is connected to any more."""
        return self._make(of.database or "")

    def drop(self, url: URL) -> None:
        """Drop one of ours, whoever is still connected to it."""
        with self._connected() as connection:
            self._drop(connection, url.database or "")

    def drop_all(self) -> None:
        """Drop all of ours, and let go of the server."""
        if self._made:
            with self._connected() as connection:
                for name in sorted(self._made):
                    self._drop(connection, name)
        if self._kept is not None:
            self._kept.close()

    def stage(self) -> URL:
        """Return a URL for programs that cannot be told another one: what `on_stage` shows is there, one at a time."""
        return self._server.set(database=f"{PREFIX}stage_{secrets.token_hex(4)}")

    @contextmanager
    def on_stage(self, stage: URL, url: URL) -> Iterator[URL]:
        """
        Let the database at `url` answer at `stage` meanwhile, and nowhere else; whoever is still connected is cut off.

        A project reads once where its database is; started anew for each copy, it took longer than what it had to show.
        """
        self._rename(url, stage)
        try:
            yield stage
        finally:
            self._rename(stage, url)

    @property
    def version(self) -> int:
        """The server's major version."""
        with self._connected() as connection:
            return connection.info.server_version // 10_000

    def _make(self, template: str) -> URL:
        name = f"{PREFIX}{secrets.token_hex(6)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self._connected() as connection:
            connection.execute(command + sql.SQL(" STRATEGY FILE_COPY") if _copies_files(connection) else command)
        self._made.add(name)
        return self._server.set(database=name)

    def _rename(self, old: URL, new: URL) -> None:
        before, after = old.database or "", new.database or ""
        with self._connected() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (before,))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(before), sql.Identifier(after))
            )
        self._made.discard(before)
        self._made.add(after)

    def _drop(self, connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.discard(name)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """One connection for all that is made and moved: a review makes some sixty such calls."""
        try:
            if self._kept is None or self._kept.closed:
                self._kept = psycopg.connect(plain(self._server), autocommit=True, connect_timeout=_SECONDS_TO_CONNECT)
            with self.spent.on(Part.COPIES):
                yield self._kept
        except psycopg.Error as error:
            raise CouldNotAnswer(
                f"No scratch database could be made or dropped on the server ({str(error).strip()}): give "
                "--database-url the URL of a throwaway server whose user may create databases, never production's."
            ) from error


@contextmanager
def databases_on(
    server: str | None, version: int = NEWEST, spent: Spent | None = None, ahead: Future[Server] | None = None
) -> Iterator[Databases]:
    """
    Yield Databases on the server of the URL `server`, or on a throwaway one of ours (16 for a `version` up to it).

    What they cost is added to `spent`. One of ours may have been started `ahead`.

    Raises UsageError for what is no URL of PostgreSQL, CouldNotAnswer where there is no server.
    """
    with Keeper() as keeper:
        if server is None:
            with (spent := spent or Spent()).on(Part.SERVER):
                ours = ahead.result() if ahead is not None else start_server(keeper, embedded(version))
            server = ours.url()
        databases = Databases(_checked(server), spent)
        try:
            yield databases
        finally:
            databases.drop_all()


def _copies_files(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """
    Tell whether copying files is the quick way, which it is where nothing waits for a disk (a third of the time).

    Elsewhere each copy begins and ends with a checkpoint. Servers before 15 copy files anyhow, and have no word for it.
    """
    if connection.info.server_version < 150_000:
        return False
    return connection.execute("SHOW fsync").fetchone() == ("off",)


def plain(url: URL) -> str:
    """Return the URL for psycopg, which knows no drivers; the password is in it."""
    return url.set(drivername="postgresql", database=url.database or "postgres").render_as_string(hide_password=False)


def _checked(server: str) -> URL:
    try:
        url = make_url(server)
    except ArgumentError as error:
        raise UsageError(f"--database-url is no URL: give postgresql://user:password@host/name. ({error})") from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise UsageError(f"--database-url leads to {url.get_backend_name()}: revisions are reviewed for PostgreSQL.")
    return url
