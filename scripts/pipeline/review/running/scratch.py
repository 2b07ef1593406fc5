"""A database that is there for one review and nobody else's: made on the server that was named, and dropped."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import CouldNotAnswer, UsageError


@contextmanager
def scratch_database(server: str) -> Iterator[URL]:
    """
    Make an empty database on the server of the URL `server`, yield its URL, and drop it.

    The database that the URL names is only connected to, never changed. Raises UsageError for what is no URL of
    PostgreSQL, CouldNotAnswer when the server does not let us.
    """
    url = _checked(server)
    name = f"review_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(_plain(url), autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise CouldNotAnswer(
            f"No scratch database could be made with --database-url ({str(error).strip()}): give the URL of a "
            "throwaway server whose user may create databases, never production's."
        ) from error
    try:
        yield url.set(database=name)
    finally:
        with psycopg.connect(_plain(url), autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _checked(server: str) -> URL:
    try:
        url = make_url(server)
    except ArgumentError as error:
        raise UsageError(f"--database-url is no URL: give postgresql://user:password@host/name. ({error})") from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise UsageError(f"--database-url leads to {url.get_backend_name()}: revisions are reviewed for PostgreSQL.")
    return url


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql", database=url.database or "postgres").render_as_string(hide_password=False)
