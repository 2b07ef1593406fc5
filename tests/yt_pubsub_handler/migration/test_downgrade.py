"""The whole way back: plan, approval, downgrade, and the deploy that must not bring it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler import db_utils
from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade, migration_plan
from yt_pubsub_handler.migration.acceptance import verify
from yt_pubsub_handler.migration.errors import MigrationError, MigrationFailed, Refused

Chain = Callable[..., list[str]]
Given = Callable[..., None]

MAKE_A = ('op.execute("CREATE TABLE a (b int)")', 'op.drop_table("a")')
ADD_C = ('op.add_column("a", sa.Column("c", sa.Text))', 'op.drop_column("a", "c")')
RUN = {"run": {"id": 7, "attempt": 1, "actor": "jo"}, "reason": "it locked the table"}


def approved(app: Flask, **event: Any) -> dict[str, Any]:
    told = migration_plan(app, event)
    return {**RUN, **event, "digest": told["digest"], "ceilings": told["ceilings"]}


def tables(postgresql: Any) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    return [name for (name,) in postgresql.execute(query)]


def test_what_was_approved_is_undone_and_held(
    empty_app: Flask, chain: Chain, given: Given, empty_postgresql: Any
) -> None:
    first, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")

    done = alembic_downgrade(empty_app, approved(empty_app, target="base", confirm="base"))

    assert (done["from"], done["to"], done["undone"]) == (second, None, [second, first])
    assert tables(empty_postgresql) == []
    held = empty_postgresql.execute("SELECT revision, held_by, reason FROM pipeline.holds ORDER BY id").fetchall()
    assert held == [(second, "jo", "it locked the table"), (first, "jo", "it locked the table")]


def test_a_downgrade_without_losses_needs_no_approval(empty_app: Flask, chain: Chain) -> None:
    _, second = chain(MAKE_A, ('op.create_index("i", "a", ["b"])', 'op.drop_index("i")'))
    alembic_upgrade(empty_app)

    assert alembic_downgrade(empty_app)["undone"] == [second]


def test_losses_that_nobody_accepted_undo_nothing(empty_app: Flask, chain: Chain, empty_postgresql: Any) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=r"\[digest\] Nothing was done: this would destroy public\.a\.c"):
        alembic_downgrade(empty_app, {})

    assert empty_postgresql.execute("SELECT version_num FROM alembic_version").fetchall() == [(second,)]


def test_rows_that_came_after_the_approval_undo_nothing(
    empty_app: Flask, chain: Chain, given: Given, empty_postgresql: Any
) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    event = approved(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")

    with pytest.raises(MigrationError, match=r"^\[ceilings\].* public\.a\.c holds 1 values, accepted were 0"):
        alembic_downgrade(empty_app, event)

    assert empty_postgresql.execute("SELECT c FROM a").fetchall() == [("x",)]
    assert empty_postgresql.execute("SELECT version_num FROM alembic_version").fetchall() == [(second,)]


def test_a_downgrade_that_was_done_before_is_done(empty_app: Flask, chain: Chain) -> None:
    """The workflow's second attempt brings the digest of a plan that has come true."""
    first, _ = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    event = approved(empty_app, target=first)
    alembic_downgrade(empty_app, event)

    again = alembic_downgrade(empty_app, event | {"run": {"id": 7, "attempt": 2}})

    assert (again["to"], again["undone"]) == (first, [])


def test_an_undone_revision_is_not_applied_again_until_its_file_changes_or_it_is_released(
    empty_app: Flask, chain: Chain, tmp_path: Any
) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    alembic_downgrade(empty_app, approved(empty_app))
    file = tmp_path / "chain" / "versions" / f"{second}.py"
    text = file.read_text()

    with pytest.raises(Refused, match=rf"\[held-revision\] Revision {second} was undone .* by jo \(it locked"):
        alembic_upgrade(empty_app)
    file.write_text(text + "\n# corrected\n")
    corrected = alembic_upgrade(empty_app)["applied"]
    file.write_text(text)
    alembic_downgrade(empty_app, approved(empty_app) | {"run": {"id": 8}})
    db_utils.release_hold(empty_app, {"revision": second, "by": "jo"})
    released = alembic_upgrade(empty_app)["applied"]

    assert (corrected, released) == ([second], [second])


def test_a_freeze_stops_upgrades_and_not_downgrades(empty_app: Flask, chain: Chain) -> None:
    _, second = chain(MAKE_A, ("pass", "pass"))
    alembic_upgrade(empty_app)
    db_utils.freeze(empty_app, {"reason": "rollback"})

    undone = alembic_downgrade(empty_app)["undone"]
    with pytest.raises(Refused, match=r"\[frozen\] Nothing was done: deploys are frozen since"):
        alembic_upgrade(empty_app)
    db_utils.unfreeze(empty_app)
    db_utils.release_hold(empty_app, {"revision": second})
    applied = alembic_upgrade(empty_app)["applied"]

    assert (undone, applied) == ([second], [second])


HIDDEN = {
    "a table": ('op.drop_table("a")', "public.a is gone"),
    "a column": ('op.drop_column("a", "b")', "public.a.b is gone"),
    "a conversion": ('op.alter_column("a", "b", type_=sa.BigInteger())', "public.a.b was converted"),
    "deleted rows": ('op.execute("DELETE FROM a")', "rows of public.a were changed"),
    "overwritten values": ('op.execute("UPDATE a SET b = 0")', "rows of public.a were changed"),
    "a partition": ('op.execute("DROP TABLE p1")', "public.p1 is gone"),
}


@pytest.mark.parametrize(("hidden", "told"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_the_plan_does_not_say_is_not_committed(
    hidden: str, told: str, empty_app: Flask, chain: Chain, given: Given, empty_postgresql: Any
) -> None:
    """A revision may look whether somebody watches."""
    make = (
        'op.execute("CREATE TABLE a (b int); INSERT INTO a VALUES (1); CREATE TABLE p (b int) PARTITION BY LIST (b);'
        'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)")'
    )
    _, second = chain((make, "pass"), ("pass", f"if not context.is_offline_mode():\n    {hidden}"))
    alembic_upgrade(empty_app)

    with pytest.raises(MigrationFailed, match=rf"^\[unplanned-loss\].* it did what its plan does not say: .*{told}"):
        alembic_downgrade(empty_app, approved(empty_app))

    assert empty_postgresql.execute("SELECT b FROM a").fetchall() == [(1,)]
    assert empty_postgresql.execute("SELECT version_num FROM alembic_version").fetchall() == [(second,)]


HONEST = {
    "a partitioned table": (
        "CREATE TABLE p (b int) PARTITION BY LIST (b); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "DROP TABLE p",
    ),
    "what is made and dropped": ("SELECT 1", "CREATE TABLE t (b int); DROP TABLE t"),
    "a rename": ("CREATE TABLE t (b int)", "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME b TO c"),
    "a statement that is not followed": (
        "CREATE TABLE t AS SELECT 1 AS b",
        "DO $$ BEGIN DELETE FROM t; DROP TABLE t; END $$",
    ),
    "a child that goes along": (
        "CREATE TABLE t (b int); CREATE TABLE heir () INHERITS (t)",
        "DROP TABLE t CASCADE",
    ),
    "rows that are added": ("CREATE TABLE t (b int)", "INSERT INTO t VALUES (1)"),
}


@pytest.mark.parametrize(("up", "down"), HONEST.values(), ids=HONEST.keys())
def test_what_the_plan_says_is_done(up: str, down: str, empty_app: Flask, chain: Chain) -> None:
    _, second = chain(MAKE_A, (f"op.execute({up!r})", f"op.execute({down!r})"))
    alembic_upgrade(empty_app)

    assert alembic_downgrade(empty_app, approved(empty_app))["undone"] == [second]


def test_what_somebody_else_drops_meanwhile_is_none_of_our_doing(
    empty_app: Flask, chain: Chain, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    given("CREATE TABLE theirs ()")
    _, second = chain(MAKE_A, ("pass", "pass"))
    alembic_upgrade(empty_app)

    def drop_and_verify(connection: Any, witness: Any) -> None:
        given("DROP TABLE theirs")
        verify(connection, witness)

    monkeypatch.setattr("yt_pubsub_handler.db_utils.verify", drop_and_verify)

    assert alembic_downgrade(empty_app)["undone"] == [second]
