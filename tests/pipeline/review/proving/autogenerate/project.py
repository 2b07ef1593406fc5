"""Small projects in git: a model and its revision, then its second version and what Flask-Migrate writes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipeline.review.running.variables import environment
from tests.pipeline.review.project import git
from tests.pipeline.review.proving.autogenerate import writer
from tests.pipeline.review.proving.autogenerate.change import Change

_APP = """
import os
from flask import Flask
from flask_migrate import Migrate
import models
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
models.db.init_app(app)
Migrate(app, models.db, **models.options)
"""
_MODELS = """
import enum
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql
db = SQLAlchemy()
options = {}
"""
_BY_HAND = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = {revision!r}
down_revision = {previous!r}


def upgrade():
{upgrade}


def downgrade():
{downgrade}
"""

_NO_WAY_BACK = 'raise NotImplementedError("PostgreSQL does not undo it.")'


class Writer:
    """A process in which Flask-Migrate writes revisions, started once: importing takes longer than writing."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(writer.__file__))], env=environment(url), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.communicate(timeout=30)

    def ask(self, verb: str, folder: Path, revision: str = "") -> None:
        """Let it do `verb` in the project, on the database that is there for writing."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"verb": verb, "folder": str(folder), "revision": revision}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        assert answer["failed"] is None, answer["failed"]


@dataclass(frozen=True)
class Written:
    """A project after its change, and its commit from before."""

    folder: Path
    since: str

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"


def skeleton(folder: Path, write: Writer) -> Path:
    """What `flask db init` makes, once; the projects are copies of it."""
    folder.mkdir()
    (folder / "app.py").write_text(_APP)
    (folder / "models.py").write_text(_MODELS)
    write.ask("init", folder)
    git(folder, "init", "--quiet")
    return folder


def written(change: Change, folder: Path, bare: Path, write: Writer) -> Written:
    """The change as Flask-Migrate does it."""
    since = _start(change, change.before, folder, bare, write)
    _set_models(folder, change.after)
    write.ask("migrate", folder, "0003")
    _commit(folder, "change the model")
    return Written(folder, since)


def by_hand(change: Change, folder: Path, bare: Path, write: Writer) -> Written:
    """The change as it is done safely."""
    since = _start(change, change.before, folder, bare, write, instead=change.safe_before)
    _set_models(folder, change.safe_after or change.after)
    previous = "0002" if change.by_hand else "0001"
    for number, (upgrade, downgrade) in enumerate(change.safe, start=3):
        previous = _write(folder, f"{number:04}", previous, upgrade, downgrade)
    _commit(folder, "change the model")
    return Written(folder, since)


def _start(
    change: Change, models: str, folder: Path, bare: Path, write: Writer, instead: str | None = None
) -> str:  # fmt: skip
    shutil.copytree(bare, folder)
    _set_models(folder, models)
    write.ask("migrate", folder, "0001")
    write.ask("upgrade", folder)
    if change.by_hand:
        _write(folder, "0002", "0001", *change.by_hand)
        write.ask("upgrade", folder)
    if instead is not None:
        _set_models(folder, instead)
    return _commit(folder, "the model as it was")


def _set_models(folder: Path, text: str) -> None:
    (folder / "models.py").write_text(_MODELS + text)


def _write(folder: Path, revision: str, previous: str, upgrade: str, downgrade: str) -> str:
    bodies = {"upgrade": _indented(upgrade), "downgrade": _indented(downgrade or _NO_WAY_BACK)}
    text = _BY_HAND.format(revision=revision, previous=previous, **bodies)
    if not downgrade:
        text = text.replace("\n\n\ndef upgrade", '\nirreversible = "PostgreSQL does not undo it."\n\n\ndef upgrade')
    (folder / "migrations" / "versions" / f"{revision}_by_hand.py").write_text(text)
    return revision


def _indented(body: str) -> str:
    return textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")


def _commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD").strip()
