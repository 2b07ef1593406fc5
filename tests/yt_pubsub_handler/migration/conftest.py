"""Revisions of a test's own, of several lines each, on a database that holds nothing else."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection

from yt_pubsub_handler import MIGRATIONS
from yt_pubsub_handler.migration.reading import reading

Chain = Callable[..., list[str]]

_REVISION = '''"""{message}."""
import sqlalchemy as sa
from alembic import context, op

revision, down_revision = {revision!r}, {previous!r}
{attributes}

def upgrade():
{upgrade}


def downgrade():
{downgrade}
'''


@pytest.fixture
def chain(empty_app: Flask, tmp_path: Path) -> Chain:
    """
    Return a function that gives `empty_app` a chain of revisions in place of ours, and returns their ids.

    Each is the code of upgrade() and of downgrade(), and if there is a third part, of the module.
    """

    def write(*revisions: tuple[str, ...]) -> list[str]:
        folder = tmp_path / "chain"
        (folder / "versions").mkdir(parents=True)
        for name in ("env.py", "alembic.ini", "script.py.mako"):
            (folder / name).write_text((MIGRATIONS / name).read_text())
        ids = [f"{number:012x}" for number in range(1, len(revisions) + 1)]
        for revision, previous, (up, down, *rest) in zip(ids, [None, *ids], revisions, strict=False):
            text = _REVISION.format(
                message=f"Revision {int(revision)}",
                revision=revision,
                previous=previous,
                attributes="".join(rest),
                upgrade=textwrap.indent(textwrap.dedent(up), "    "),
                downgrade=textwrap.indent(textwrap.dedent(down), "    "),
            )
            (folder / "versions" / f"{revision}.py").write_text(text)
        empty_app.extensions["migrate"].directory = str(folder)
        empty_app.extensions["migrate"].migrate.directory = str(folder)
        return ids

    return write


@pytest.fixture
def empty_reading(empty_app: Flask) -> Iterator[Connection]:
    """Yield a connection to the empty database that cannot write."""
    with reading(empty_app) as connection:
        yield connection


@pytest.fixture
def given(empty_postgresql: Any) -> Callable[..., None]:
    """Return a function that makes the empty database hold what these statements make."""

    def run(*statements: str) -> None:
        for statement in statements:
            empty_postgresql.execute(statement)
        empty_postgresql.commit()

    return run
