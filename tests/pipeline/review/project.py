"""A project with a script directory in a git repository of its own, for the tests that need a history."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

_FILE = '''"""{message}

Revises: {parent}
"""

import sqlalchemy as sa
from alembic import op

revision = {identifier!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends_on!r}


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
'''

CHECKOUT = Path(__file__).parents[3]
DOWN_REVISION_LINE = 10


@dataclass(frozen=True)
class Project:
    """`folder` is the repository's root, `migrations` the script directory in it."""

    folder: Path
    migrations: Path

    def write(
        self,
        identifier: str,
        down: str | tuple[str, ...] | None = None,
        *,
        name: str | None = None,
        labels: object = None,
        depends_on: object = None,
        upgrade: str = "pass",
        downgrade: str = "pass",
    ) -> Path:
        path = self.migrations / "versions" / f"{name or identifier}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            _FILE.format(
                message=name or identifier,
                parent=down,
                identifier=identifier,
                down=down,
                labels=labels,
                depends_on=depends_on,
                upgrade=upgrade,
                downgrade=downgrade,
            )
        )
        return path

    def replace(self, path: Path, before: str, after: str) -> None:
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def git(self, *words: str) -> str:
        return git(self.folder, *words)

    def commit(self, message: str = "a commit") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str) -> None:
        self.git("switch", "--quiet", "--create", name)


def git(folder: Path, *words: str, accept: Container[int] = (0,)) -> str:
    """Run git as nobody in particular, whatever this machine's configuration is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@localhost", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in accept, f"git {words}: {done.stderr}"
    return done.stdout


def review_script(*words: str | Path, cwd: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    """Run the script as people and workflows run it."""
    return subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "review_revisions.py"), *map(str, words)],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
