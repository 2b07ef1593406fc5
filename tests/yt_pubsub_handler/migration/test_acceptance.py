"""Nobody's data goes because of an approval that meant something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.acceptance import Accepted, accept, recount
from yt_pubsub_handler.migration.connections import migration_engine
from yt_pubsub_handler.migration.errors import Refused
from yt_pubsub_handler.migration.plan import plan
from yt_pubsub_handler.migration.targets import Way
from yt_pubsub_handler.settings import settings_of

Chain = Callable[..., list[str]]
Given = Callable[..., None]

MAKE_A = ('op.execute("CREATE TABLE a (b int)")', 'op.drop_table("a")')
ADD_C = ('op.add_column("a", sa.Column("c", sa.Text))', 'op.drop_column("a", "c")')


@pytest.fixture
def undoing(empty_app: Flask) -> Iterator[Connection]:
    """Yield the connection of a downgrade's transaction."""
    with migration_engine(settings_of(empty_app)).connect() as connection:
        yield connection


def approved(app: Flask, **event: Any) -> dict[str, Any]:
    """Return the event that accepts the plan as it is now."""
    told = plan(app, event)
    return {**event, "digest": told["digest"], "ceilings": told["ceilings"]}


def test_what_was_approved_is_accepted(empty_app: Flask, chain: Chain, given: Given, undoing: Connection) -> None:
    first, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")

    accepted = accept(empty_app, approved(empty_app, target=first))
    recount(undoing, accepted, second)

    assert accepted.way == Way(second, first, (second,))
    assert [(loss.revision, loss.object) for loss in accepted.losses] == [(second, "public.a.c")]
    assert accepted.ceilings == {"public.a.c": 1}
    assert accepted.of(first) == []


def test_without_losses_no_digest_is_needed(empty_app: Flask, chain: Chain, undoing: Connection) -> None:
    first, second = chain(MAKE_A, ('op.create_index("i", "a", ["b"])', 'op.drop_index("i")'))
    alembic_upgrade(empty_app)

    assert accept(empty_app, {}) == Accepted(Way(second, first, (second,)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digest": None}, r"\[digest\] Nothing was done: this would destroy public.a.c, and nobody accepted it"),
        ({"digest": "0" * 64}, r"\[digest\] Nothing was done: the digest is of another plan"),
        ({"ceilings": {}}, r"\[ceilings\] Nothing was done: how much of public.a.c may be lost was not said"),
        ({"ceilings": {"public.a.c": -1}}, r"\[request\] Nothing was done: \"ceilings\" is an object of numbers"),
        ({"ceilings": {"public.a.c": True}}, r"\[request\] "),
        ({"ceilings": {"public.a.c": "1"}}, r"\[request\] "),
        ({"ceilings": [1]}, r"\[request\] "),
    ],
)
def test_what_was_not_accepted_is_refused(
    change: dict[str, Any], message: str, empty_app: Flask, chain: Chain, undoing: Connection
) -> None:
    chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    event = approved(empty_app) | change

    with pytest.raises(Refused, match=message):
        accept(empty_app, event)


def test_a_digest_of_another_plan_is_refused_even_if_nothing_would_be_lost(
    empty_app: Flask, chain: Chain, undoing: Connection
) -> None:
    chain(MAKE_A, ("pass", "pass"))
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=r"\[digest\] Nothing was done: the digest is of another plan"):
        accept(empty_app, {"digest": "0" * 64})


@pytest.mark.parametrize("down", [("raise NotImplementedError('hashed')",), ("pass", "irreversible = 'hashed'")])
def test_an_irreversible_revision_is_refused_wherever_it_lies(
    down: tuple[str, ...], empty_app: Flask, chain: Chain, undoing: Connection
) -> None:
    first, second, _ = chain(MAKE_A, ("pass", *down), ("pass", "pass"))
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=rf"\[irreversible\] Nothing was done: .* {second} \(hashed\)"):
        accept(empty_app, approved(empty_app, target=first))


def test_more_rows_than_were_accepted_undo_nothing(
    empty_app: Flask, chain: Chain, given: Given, undoing: Connection
) -> None:
    first, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    accepted = accept(empty_app, approved(empty_app, target="base", confirm="base"))
    undoing.rollback()
    given("INSERT INTO a VALUES (1, 'x'), (2, NULL)")

    with pytest.raises(Refused, match=r"\[ceilings\] .* public.a.c holds 1 values, accepted were 0\. Ask"):
        recount(undoing, accepted, second)
    with pytest.raises(Refused, match=r"\[ceilings\] .* public.a holds 2 rows, accepted were 0\. Ask"):
        recount(undoing, accepted, first)


def test_fewer_rows_are_fine(empty_app: Flask, chain: Chain, given: Given, undoing: Connection) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")
    event = approved(empty_app)
    given("DELETE FROM a")

    accepted = accept(empty_app, event)
    recount(undoing, accepted, second)

    assert accepted.ceilings == {"public.a.c": 1}


def test_what_nobody_could_count_was_accepted_however_much_it_is(
    empty_app: Flask, chain: Chain, given: Given, undoing: Connection
) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")

    accepted = accept(empty_app, approved(empty_app) | {"ceilings": {"public.a.c": None}})
    recount(undoing, accepted, second)

    assert accepted.ceilings == {"public.a.c": None}


def test_nobody_adds_a_row_between_the_count_and_the_drop(
    empty_app: Flask, chain: Chain, undoing: Connection, empty_postgresql: Any
) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    accepted = accept(empty_app, approved(empty_app))
    undoing.rollback()

    recount(undoing, accepted, second)

    empty_postgresql.execute("SET lock_timeout = '50ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        empty_postgresql.execute("INSERT INTO a VALUES (1, 'x')")


def test_a_lock_that_is_not_to_be_had_is_the_loop_s_to_retry(
    empty_app: Flask, chain: Chain, undoing: Connection, empty_postgresql: Any
) -> None:
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    accepted = accept(empty_app, approved(empty_app))
    undoing.commit()
    undoing.exec_driver_sql("SET lock_timeout = '50ms'")
    empty_postgresql.execute("LOCK TABLE a IN ROW EXCLUSIVE MODE")

    with pytest.raises(DBAPIError, match="LockNotAvailable"):
        recount(undoing, accepted, second)


def test_what_a_revision_undone_before_has_renamed_is_counted_under_its_new_name(
    empty_app: Flask, chain: Chain, given: Given, undoing: Connection
) -> None:
    first, second = chain(MAKE_A, ('op.rename_table("a", "z")', 'op.rename_table("z", "a")'))
    alembic_upgrade(empty_app)
    accepted = accept(empty_app, approved(empty_app, target="base", confirm="base"))
    undoing.exec_driver_sql("ALTER TABLE z RENAME TO a")
    undoing.exec_driver_sql("INSERT INTO a VALUES (1)")

    recount(undoing, accepted, second)
    with pytest.raises(Refused, match=r"public.z holds 1 rows, accepted were 0"):
        recount(undoing, accepted, first)


def test_rows_that_a_policy_hides_are_counted(
    empty_app: Flask, chain: Chain, given: Given, undoing: Connection
) -> None:
    """The count must be of what DROP takes, not of what the role may see; it fails instead."""
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    accepted = accept(empty_app, approved(empty_app))
    undoing.rollback()
    given(
        "CREATE ROLE owner", "GRANT ALL ON SCHEMA public TO owner", "ALTER TABLE a OWNER TO owner",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY", "ALTER TABLE a FORCE ROW LEVEL SECURITY",
        "INSERT INTO a VALUES (1, 'x')",
    )  # fmt: skip
    undoing.exec_driver_sql("SET ROLE owner")

    with pytest.raises(DBAPIError, match="row-level security"):
        recount(undoing, accepted, second)

    undoing.rollback()
    given("DROP OWNED BY owner CASCADE", "DROP ROLE owner")


def test_what_is_recounted_leaves_the_transaction_as_it_was(
    empty_app: Flask, chain: Chain, undoing: Connection
) -> None:
    """The revision's own statements must fail where they would have failed."""
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)

    recount(undoing, accept(empty_app, approved(empty_app)), second)

    assert undoing.exec_driver_sql("SHOW row_security").scalar() == "on"


def test_a_name_with_a_percent_sign_is_a_name(empty_app: Flask, chain: Chain, undoing: Connection) -> None:
    (first,) = chain(('op.execute(\'CREATE TABLE "50%s" ("%" int)\')', 'op.drop_table("50%s")'))
    alembic_upgrade(empty_app)
    event = approved(empty_app, target="base", confirm="base")

    recount(undoing, accept(empty_app, event), first)

    assert event["ceilings"] == {'public."50%s"': 0}


def test_what_is_derived_has_no_ceiling(empty_app: Flask, chain: Chain, given: Given, undoing: Connection) -> None:
    _, second = chain(MAKE_A, ("pass", 'op.execute("DROP TABLE a CASCADE")'))
    alembic_upgrade(empty_app)
    given("CREATE MATERIALIZED VIEW m AS TABLE a")

    event = approved(empty_app)
    accepted = accept(empty_app, event)
    recount(undoing, accepted, second)

    assert event["ceilings"] == {"public.a": 0}
    assert [loss.object for loss in accepted.losses] == ["public.a", "public.m"]
