"""What is approved must be what is done: the plan says all of it, and its digest holds for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from yt_pubsub_handler.db_utils import alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused
from yt_pubsub_handler.migration.plan import plan
from yt_pubsub_handler.release import Release
from yt_pubsub_handler.settings import Settings, keep_settings

Chain = Callable[..., list[str]]
Given = Callable[..., None]

MAKE_A = ('op.execute("CREATE TABLE a (b int)")', 'op.drop_table("a")')
ADD_C = ('op.add_column("a", sa.Column("c", sa.Text))', 'op.drop_column("a", "c")')


def downgrade(app: Flask, **event: Any) -> dict[str, Any]:
    return plan(app, {"direction": "downgrade", **event})


def test_a_plan_tells_the_way_the_sql_and_what_is_lost(empty_app: Flask, chain: Chain, given: Given) -> None:
    first, second, third = chain(MAKE_A, ADD_C, ("pass", "pass"))
    alembic_upgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x'), (2, NULL)")

    told = downgrade(empty_app, target="base", confirm="base")

    assert told.pop("seconds") < 10
    digest = told.pop("digest")
    assert (len(digest), set(digest) - set("0123456789abcdef")) == (64, set())
    nothing_more = {"counted": True, "why": None}
    assert told == {
        "direction": "downgrade",
        "from": third,
        "to": None,
        "release": {"commit": "development", "version": None, "built_at": None},
        "revisions": [
            {"revision": third, "message": "Revision 3.", "irreversible": None, "sql": ""},
            {
                "revision": second,
                "message": "Revision 2.",
                "irreversible": None,
                "sql": "ALTER TABLE a DROP COLUMN c;",
            },
            {"revision": first, "message": "Revision 1.", "irreversible": None, "sql": "DROP TABLE a;"},
        ],
        "losses": [
            {"revision": second, "kind": "column", "object": "public.a.c", "rows": 2, "values": 1, **nothing_more},
            {"revision": first, "kind": "table", "object": "public.a", "rows": 2, "values": None, **nothing_more},
        ],
        "ceilings": {"public.a.c": 1, "public.a": 2},
    }


def test_an_upgrade_is_planned_from_where_the_database_is(empty_app: Flask, chain: Chain) -> None:
    first, second = chain(MAKE_A, ('op.execute("DELETE FROM a")', "pass"))

    told = plan(empty_app, {"direction": "upgrade"})

    assert (told["from"], told["to"]) == (None, second)
    assert [(one["revision"], one["sql"]) for one in told["revisions"]] == [
        (first, "CREATE TABLE a (b int);"),
        (second, "DELETE FROM a;"),
    ]
    assert [(loss["object"], loss["why"]) for loss in told["losses"]] == [("DELETE FROM a", "it deletes rows")]


WRITTEN = {
    "batch operations": (
        'with op.batch_alter_table("a") as a: a.drop_column("c")', [("column", "public.a.c")],
    ),
    "an expression of SQLAlchemy's": (
        'op.execute(sa.schema.DropTable(sa.table("a")))', [("table", "public.a")],
    ),
    "several statements in one string": (
        'op.execute("ALTER TABLE a DROP b; DROP TABLE a")', [("column", "public.a.b"), ("table", "public.a")],
    ),
    "a comment at the end": (
        'op.execute("ALTER TABLE a DROP b -- gone"); op.drop_column("a", "c")',
        [("column", "public.a.b"), ("column", "public.a.c")],
    ),
    "a statement of the connection's own": (
        'op.get_bind().execute(sa.text("DELETE FROM a"))', [("statement", "DELETE FROM a")],
    ),
    "an autocommit block": (
        'with op.get_context().autocommit_block(): op.execute("ALTER TABLE a DROP b")',
        [("column", "public.a.b"), ("statement", "commits of 000000000002")],
    ),
    "an index built concurrently": (
        'with op.get_context().autocommit_block(): op.execute("CREATE INDEX CONCURRENTLY i ON a (b)")', [],
    ),
    "an entity of alembic_utils": (
        "from alembic_utils.pg_materialized_view import PGMaterializedView as View\n"
        'op.drop_entity(View("public", "m", "SELECT 1"), cascade=True)',
        [("statement", 'DROP MATERIALIZED VIEW "public"."m" cascade')],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("down", "expected"), WRITTEN.values(), ids=WRITTEN.keys())
def test_losses_are_found_however_they_are_written(
    down: str, expected: list[tuple[str, str]], empty_app: Flask, chain: Chain
) -> None:
    chain(MAKE_A, ("op.add_column('a', sa.Column('c', sa.Text))", down))
    alembic_upgrade(empty_app)

    told = downgrade(empty_app)

    assert [(loss["kind"], loss["object"]) for loss in told["losses"]] == expected


def test_what_a_revision_asks_the_database_ends_its_sql_and_is_a_loss(empty_app: Flask, chain: Chain) -> None:
    asks = 'op.execute("ALTER TABLE a DROP b")\nop.get_bind().execute(sa.text("SELECT 1")).scalar()'
    _, second = chain(MAKE_A, ("pass", asks))
    alembic_upgrade(empty_app)

    losses = [(loss["object"], loss["why"]) for loss in downgrade(empty_app)["losses"]]

    assert losses[0] == ("public.a.b", None)
    assert losses[-1][0] == f"revision {second}"
    assert losses[-1][1].startswith("what it does cannot be written down without a database: AttributeError")


@pytest.mark.parametrize(
    ("down", "attributes", "why"),
    [
        ("raise NotImplementedError('the names were hashed')", "", "the names were hashed"),
        ("raise NotImplementedError", "", "its downgrade() raises NotImplementedError"),
        ("pass", "irreversible = 'the names were hashed'", "the names were hashed"),
    ],
)
def test_what_cannot_be_undone_says_why(down: str, attributes: str, why: str, empty_app: Flask, chain: Chain) -> None:
    chain(MAKE_A, ("pass", down, attributes))
    alembic_upgrade(empty_app)

    assert [one["irreversible"] for one in downgrade(empty_app)["revisions"]] == [why]


def test_the_digest_is_the_same_for_the_same_plan_whatever_the_counts(
    empty_app: Flask, chain: Chain, given: Given
) -> None:
    chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    before = downgrade(empty_app)
    given("INSERT INTO a VALUES (1, 'x')")

    after = downgrade(empty_app)

    assert (before["ceilings"], after["ceilings"]) == ({"public.a.c": 0}, {"public.a.c": 1})
    assert after["digest"] == before["digest"]


def test_the_digest_is_another_for_another_database_revision(empty_app: Flask, chain: Chain, given: Given) -> None:
    first, *_ = chain(MAKE_A, ("pass", "pass"), ("pass", "pass"))
    alembic_upgrade(empty_app)
    before = downgrade(empty_app, target=first)["digest"]
    given("UPDATE alembic_version SET version_num = '000000000002'")

    assert downgrade(empty_app, target=first)["digest"] != before


def test_the_digest_is_another_for_another_release(
    empty_app: Flask, chain: Chain, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    before = downgrade(empty_app)["digest"]
    monkeypatch.setattr("yt_pubsub_handler.migration.plan.read_release", lambda: Release("c" * 40, None, None))

    assert downgrade(empty_app)["digest"] != before


def test_the_digest_is_another_when_more_depends_on_what_is_dropped(
    empty_app: Flask, chain: Chain, given: Given
) -> None:
    chain(MAKE_A, ("pass", 'op.execute("DROP TABLE a CASCADE")'))
    alembic_upgrade(empty_app)
    before = downgrade(empty_app)
    given("CREATE TABLE heir () INHERITS (a)")

    after = downgrade(empty_app)

    assert after["revisions"] == before["revisions"]
    assert after["digest"] != before["digest"]


def test_the_digest_is_another_for_another_file(empty_app: Flask, chain: Chain, tmp_path: Any) -> None:
    """Python that asks the database writes no SQL that would tell two files apart."""
    _, second = chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)
    before = downgrade(empty_app)["digest"]
    file = tmp_path / "chain" / "versions" / f"{second}.py"
    file.write_text(file.read_text() + "\n# changed\n")

    assert downgrade(empty_app)["digest"] != before


def test_a_plan_cannot_write(empty_app: Flask, chain: Chain, monkeypatch: pytest.MonkeyPatch, given: Given) -> None:
    """Even if it tried: the server refuses on this connection."""
    given("CREATE TABLE untouched ()")
    chain(MAKE_A)
    monkeypatch.setattr(
        "yt_pubsub_handler.migration.plan.count_losses",
        lambda connection, *_: connection.exec_driver_sql("DROP TABLE untouched"),
    )

    with pytest.raises(MigrationFailed, match="25006 ReadOnlySqlTransaction"):
        plan(empty_app, {"direction": "upgrade"})


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"direction": "sideways"}, r'\[request\] Nothing was done: "direction" is'),
        ({"target": "base"}, r"\[base\] Nothing was done: going back to base drops every table"),
        ({"target": "base", "confirm": "yes"}, r"\[base\] "),
        ({"target": 12}, r"\[target\] Nothing was done: a target is the 12 digits"),
        ({"target": "head"}, r"\[target\] Nothing was done: a target is the 12 digits"),
        ({"target": "0" * 12}, r"\[target\] Nothing was done: 0{12} is not a revision before 0{11}2.*: 0{11}1\."),
        ({"target": "abcdef1"}, r"\[target\] Nothing was done: abcdef1 is not a revision or promoted release before"),
    ],
)
def test_a_target_that_means_nothing_is_refused(
    event: dict[str, Any], message: str, empty_app: Flask, chain: Chain
) -> None:
    chain(MAKE_A, ADD_C)
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=message):
        plan(empty_app, event)


def test_the_first_revision_is_not_undone_by_going_one_back(empty_app: Flask, chain: Chain) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)

    with pytest.raises(Refused, match=r"\[base\] Nothing was done: 0{11}1 is the first revision"):
        downgrade(empty_app)


def test_an_empty_database_has_nothing_to_undo(empty_app: Flask, chain: Chain) -> None:
    chain(MAKE_A)

    with pytest.raises(Refused, match=r"\[empty-database\]"):
        downgrade(empty_app)


def test_a_revision_of_another_package_is_refused_in_both_directions(
    empty_app: Flask, chain: Chain, given: Given
) -> None:
    chain(MAKE_A)
    alembic_upgrade(empty_app)
    given("UPDATE alembic_version SET version_num = 'ffffffffffff'")

    for direction in ("upgrade", "downgrade"):
        with pytest.raises(Refused, match=r"\[unknown-revision\] Nothing was done: the database is at f{12}"):
            plan(empty_app, {"direction": direction})


def test_a_database_that_does_not_answer_is_told(empty_app: Flask) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    keep_settings(empty_app, Settings(database_url=url, secret_key="s", public_url="https://app.example"))

    with pytest.raises(MigrationFailed, match=r"\[unreachable\] The database cannot be asked: no connection"):
        downgrade(empty_app)
