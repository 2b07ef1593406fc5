"""Our own revisions, each of them, there and back again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine

from yt_pubsub_handler.database import Model
from yt_pubsub_handler.migration.revisions import alembic_config, package_head, scripts


def test_there_is_one_head(app: Flask) -> None:
    assert scripts(app).get_heads() == [package_head(app)]


def test_every_revision_has_an_id_of_twelve_hexadecimal_digits(app: Flask) -> None:
    ids = [script.revision for script in scripts(app).walk_revisions()]

    assert len(ids) >= 1
    assert [revision for revision in ids if not re.fullmatch("[0-9a-f]{12}", revision)] == []


def test_every_step_back_leaves_no_trace_and_can_be_taken_again(
    empty_app: Flask, empty_database_url: str, dump_schema: Callable[[str], str]
) -> None:
    """A rollback that leaves an index behind makes the next upgrade fail, in production."""
    steps = [script.revision for script in reversed(list(scripts(empty_app).walk_revisions()))]
    schemas = {"base": dump_schema(empty_database_url)}

    with empty_app.app_context():
        config = alembic_config(empty_app)
        for before, revision in zip(["base", *steps], steps, strict=False):
            command.upgrade(config, revision)
            schemas[revision] = dump_schema(empty_database_url)
            command.downgrade(config, before)
            assert dump_schema(empty_database_url) == schemas[before]
            command.upgrade(config, revision)
            assert dump_schema(empty_database_url) == schemas[revision]
        command.downgrade(config, "base")
        assert dump_schema(empty_database_url) == schemas["base"]
        command.upgrade(config, "head")

    assert dump_schema(empty_database_url) == schemas[steps[-1]]
    assert len(set(schemas.values())) == len(steps) + 1


def differences(url: str) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        # alembic_utils, once it is imported anywhere, asks for include_schemas, which env.py always sets.
        options = {"compare_type": True, "compare_server_default": True, "include_schemas": False}
        context = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(context, Model.metadata)
    engine.dispose()
    return found


def test_the_models_are_what_the_revisions_make(database_url: str) -> None:
    assert differences(database_url) == []


def test_every_constraint_has_a_name_of_ours(database_url: str, postgresql: Any) -> None:
    """One that PostgreSQL named has no name in the models, and cannot be dropped by a revision."""
    found = postgresql.execute(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
        "AND conrelid <> 'alembic_version'::regclass AND contype <> 'n'"
    ).fetchall()

    known = {
        str(constraint.name) for table in Model.metadata.tables.values() for constraint in table.constraints
    }
    assert {name for (name,) in found} == known
    assert not [name for name in known if not re.match("(pk|uq|fk|ck)_", name)]
