"""What a developer types, as they type it: `make revision` and the `flask db` commands."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from flask import Flask

from yt_pubsub_handler import MIGRATIONS
from yt_pubsub_handler.migration.revisions import alembic_config, package_head


def flask_db(database_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "run", "db", *words],
        env=environment | {"DATABASE_URL": database_url},
        cwd=MIGRATIONS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_developer_sees_each_revision_run(empty_database_url: str, empty_app: Flask) -> None:
    upgraded = flask_db(empty_database_url, "upgrade")
    checked = flask_db(empty_database_url, "check")

    assert upgraded.returncode == 0
    assert upgraded.stderr.count("INFO alembic.runtime.migration: Running upgrade") == len(
        [*(MIGRATIONS / "versions").glob("*.py")]
    )
    assert f"-> {package_head(empty_app)}, Keep the rows of videos for ever." in upgraded.stderr
    assert (checked.returncode, "No new upgrade operations detected" in checked.stdout) == (0, True)


@pytest.fixture
def own_migrations(app: Flask, tmp_path: Path) -> Path:
    """Give `app` a copy of our migrations to write into, and return its folder of revisions."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    app.extensions["migrate"].directory = str(folder)
    app.extensions["migrate"].migrate.directory = str(folder)
    return folder / "versions"


def revise(app: Flask, message: str) -> None:
    with app.app_context():
        config = alembic_config(app)
        config.cmd_opts.autogenerate = True  # type: ignore[union-attr] # Flask-Migrate always sets it.
        command.revision(config, message, autogenerate=True)


def test_a_new_revision_has_all_that_a_revision_must_have(app: Flask, own_migrations: Path, postgresql: Any) -> None:
    there = set(own_migrations.glob("*.py"))
    head = package_head(app)
    postgresql.execute("DROP INDEX ix_posts_subscription_id")
    postgresql.commit()

    revise(app, "find posts of a link again")

    [file] = set(own_migrations.glob("*.py")) - there
    text = file.read_text()
    assigned = {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert re.fullmatch(r"\d{4}_\d\d_\d\d_find_posts_of_a_link_again\.py", file.name)
    assert text.startswith('"""\nFind posts of a link again.\n')
    assert re.fullmatch("[0-9a-f]{12}", assigned.pop("revision"))
    assert assigned == {"down_revision": head, "branch_labels": None, "depends_on": None}
    assert 'op.create_index(op.f("ix_posts_subscription_id"), "posts"' in text
    assert 'op.drop_index(op.f("ix_posts_subscription_id"), table_name="posts")' in text


def test_without_a_change_in_the_models_no_file_is_written(app: Flask, own_migrations: Path) -> None:
    there = set(own_migrations.glob("*.py"))

    revise(app, "nothing")

    assert set(own_migrations.glob("*.py")) - there == set()
