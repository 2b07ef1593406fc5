"""A change made by hand is found by asking, not by the revision that trips over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

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


def test_entities_that_are_missing_are_named_and_not_made(app: Flask, postgresql: Any) -> None:
    """To compare a trigger, its function is made first, and taken back."""
    postgresql.execute("DROP FUNCTION keep_videos CASCADE")
    postgresql.commit()

    assert tell_condition(app)["drift"] == [
        "create_entity PGFunction: public.keep_videos()",
        "create_entity PGTrigger: public.videos_are_kept False public.videos",  # Its words; not a constraint trigger.
    ]
    assert postgresql.execute("SELECT to_regproc('keep_videos')").fetchone() == (None,)


def test_a_comparison_that_fails_says_why(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["migrate"].migrate, "directory", "/nowhere")

    assert tell_condition(app)["drift"]["unknown"].startswith("CommandError: ")


def test_a_locked_table_keeps_nobody_waiting_for_the_status(app: Flask, postgresql: Any) -> None:
    """It is what one looks at while a migration holds its locks."""
    postgresql.execute("LOCK TABLE videos")

    told = tell_condition(app)

    waited = {"unknown": "55P03 LockNotAvailable canceling statement due to lock timeout"}
    assert (told["pending"], told["drift"]) == ([], waited)
