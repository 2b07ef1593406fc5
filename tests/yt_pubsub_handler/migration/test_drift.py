"""A change made by hand is found by asking, not by the revision that trips over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities, registry
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.condition import tell_condition

Rows = Callable[[str], list[tuple[Any, ...]]]

CHANGES = {
    "an index by hand": ("CREATE INDEX by_hand ON videos (author)", "remove_index videos.by_hand"),
    "a column by hand": ("ALTER TABLE videos ADD by_hand int", "remove_column videos.by_hand"),
    "a column that is gone": ("ALTER TABLE videos DROP author", "add_column videos.author"),
    "a table by hand": ("CREATE TABLE by_hand (id int)", "remove_table by_hand"),
    "another type": ("ALTER TABLE videos ALTER author TYPE varchar(3)", "modify_type videos.author"),
    "no longer required": ("ALTER TABLE videos ALTER author DROP NOT NULL", "modify_nullable videos.author"),
    "another default": ("ALTER TABLE leases ALTER mode SET DEFAULT 'x'", "modify_default leases.mode"),
    "a constraint that is gone": (
        "ALTER TABLE leases DROP CONSTRAINT uq_leases_callback_key",
        "add_constraint leases.uq_leases_callback_key",
    ),
}


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=CHANGES.keys())
def test_what_differs_is_named(change: str, told: str, app: Flask, postgresql: Any) -> None:
    postgresql.execute(change)
    postgresql.commit()

    assert tell_condition(app)["drift"] == [told]


def test_the_ledger_is_no_drift(app: Flask, postgresql: Any) -> None:
    assert postgresql.execute("SELECT to_regclass('pipeline.runs') IS NOT NULL").fetchone() == (True,)

    assert tell_condition(app)["drift"] == []


def test_before_the_head_being_different_is_right(app: Flask, postgresql: Any) -> None:
    postgresql.execute("UPDATE alembic_version SET version_num = 'e3a9ffa2d6e7'; CREATE TABLE by_hand (id int)")
    postgresql.commit()

    assert tell_condition(app)["drift"] is None


@pytest.fixture
def registered_view() -> Iterator[None]:
    register_entities([PGView("public", "titles", "SELECT title FROM videos")], exclude_schemas=["pipeline"])
    yield
    registry.clear()  # type: ignore[no-untyped-call] # It has no annotations.


def test_an_entity_that_is_missing_is_named_and_not_made(app: Flask, postgresql: Any, registered_view: None) -> None:
    assert tell_condition(app)["drift"] == ["create_entity PGView: public.titles"]
    assert postgresql.execute("SELECT to_regclass('titles')").fetchone() == (None,)


def test_a_comparison_that_fails_says_why(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["migrate"].migrate, "directory", "/nowhere")

    assert tell_condition(app)["drift"]["unknown"].startswith("CommandError: ")


def test_a_locked_table_keeps_nobody_waiting_for_the_status(app: Flask, postgresql: Any) -> None:
    """It is what one looks at while a migration holds its locks."""
    postgresql.execute("LOCK TABLE videos")

    told = tell_condition(app)

    waited = {"unknown": "55P03 LockNotAvailable canceling statement due to lock timeout"}
    assert (told["pending"], told["drift"]) == ([], waited)


def test_what_comparing_makes_is_taken_back(
    empty_app: Flask, chain: Callable[..., list[str]], tmp_path: Path, empty_postgresql: Any
) -> None:
    """env.py is the app's, and on this connection it could write."""
    chain(("pass", "pass"))
    alembic_upgrade(empty_app)
    env = tmp_path / "chain" / "env.py"
    making = 'connection.exec_driver_sql("CREATE TABLE left_behind ()")'
    env.write_text(
        env.read_text().replace("    context.configure(connection", f"    {making}\n    context.configure(connection")
    )

    told = tell_condition(empty_app)["drift"]

    assert "remove_table left_behind" in told
    assert empty_postgresql.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
