"""Every table gets its rows, with values that hurt, within what the schema allows; where it does not, it is told."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.postgres import start_server
from pipeline.review.running.databases import Databases, plain
from pipeline.review.seeding.database import Seeded, renew_columns, seed
from tests.pipeline.review.seeding.conftest import EVERYTHING, Scratch
from yt_pubsub_handler.database import Model

SHORT = {"public.few", "public.never", "public.swallowed"}
"""What the schema above lets nobody fill."""
Making = Callable[[str], Scratch]
Everything = tuple[Scratch, tuple[Seeded, ...]]


def short(seeded: tuple[Seeded, ...]) -> dict[str, str | None]:
    return {one.table: one.why for one in seeded if one.rows != one.wanted}


def test_our_own_schema_fills_completely(database_url: str) -> None:
    seeded = seed(make_url(database_url), 200)

    assert [one for one in seeded if one.table.startswith("public.")] == [
        Seeded(f"public.{table}", 200, 200) for table in sorted(Model.metadata.tables)
    ]
    with psycopg.connect(plain(make_url(database_url))) as connection:
        states = connection.execute("SELECT count(DISTINCT state) FROM leases").fetchone()
        secrets = connection.execute(
            "SELECT min(octet_length(secret)), max(octet_length(secret)) FROM leases"
        ).fetchone()
        parents = connection.execute("SELECT count(DISTINCT subscription_id) > 50 FROM posts").fetchone()
    assert (states, secrets, parents) == ((5,), (32, 199), (True,))


def test_everything_a_table_can_ask_for_is_met_or_told(everything: Everything) -> None:
    _, seeded = everything

    assert {one.table for one in seeded if one.why} == set(short(seeded)) == SHORT
    assert "never ever" in str(short(seeded)["public.never"])
    assert 'unique constraint "few_pkey"' in str(short(seeded)["public.few"])
    assert "trigger" in str(short(seeded)["public.swallowed"])


def test_the_older_server_is_seeded_as_well() -> None:
    with Keeper() as keeper:
        url = make_url(start_server(keeper, 16).url())
        Scratch(url).run(EVERYTHING)

        assert set(short(seed(url, 60))) == SHORT


def test_two_databases_seeded_alike_are_equal_row_by_row(everything: Everything, scratch: Making) -> None:
    again = scratch(EVERYTHING)
    seed(again.url, 120)

    assert _contents(again) == _contents(everything[0])


def test_another_seed_is_another_database(databases: Databases) -> None:
    contents = []
    for number in (1, 2):
        made = Scratch(databases.empty())
        made.run("CREATE TABLE t (n int, word text)")
        seed(made.url, 60, seed=number)
        contents.append(_contents(made))
    assert contents[0] != contents[1]


def _contents(database: Scratch) -> dict[str, list[tuple[str]]]:
    tables = database.rows("SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND oid > 16384")
    return {table: database.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for (table,) in tables}


def test_what_is_there_is_left_and_what_is_missing_is_added(scratch: Making) -> None:
    database = scratch("CREATE TABLE t (id serial PRIMARY KEY, word text); CREATE TABLE full_ (n int)")
    database.run("INSERT INTO t (word) VALUES ('kept'); INSERT INTO full_ SELECT generate_series(1, 30)")

    seeded = seed(database.url, 20)

    assert seeded == (Seeded("public.full_", 30, 20), Seeded("public.t", 20, 20))
    assert database.one("SELECT word FROM t WHERE id = 1") == "kept"


def test_new_columns_and_new_labels_are_used_by_a_few_rows_more(scratch: Making) -> None:
    database = scratch("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id text PRIMARY KEY, mood mood NOT NULL)")
    seed(database.url, 50)
    database.run("ALTER TABLE t ADD score int; ALTER TYPE mood ADD VALUE 'happy'")

    seeded = renew_columns(database.url, 8)

    assert seeded == (Seeded("public.t", 58, 58),)
    assert database.one("SELECT count(*) > 2 FROM t WHERE score IS NOT NULL")
    assert database.one("SELECT count(*) > 2 FROM t WHERE mood = 'happy'")


@pytest.mark.parametrize(
    ("only", "more"), [({"public.child"}, (0, 8)), ({"public.child", "public.a_view"}, (8, 8)), (None, (8, 8))]
)
def test_rows_are_renewed_in_the_tables_that_changed_unless_something_else_did(
    only: set[str] | None, more: tuple[int, int], scratch: Making
) -> None:
    database = scratch("CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (parent int REFERENCES parent)")
    seed(database.url, 20)

    seeded = renew_columns(database.url, 8, only=only)

    assert [(one.table, one.rows) for one in seeded] == [
        ("public.child", 20 + more[1]),
        ("public.parent", 20 + more[0]),
    ]


def test_the_longest_texts_are_there_and_are_no_part_of_the_rest(scratch: Making) -> None:
    database = scratch("CREATE TABLE t (id serial, words text)")

    seed(database.url, 2000)

    assert database.one("SELECT count(*) FROM t WHERE length(words) = 10000") == 1


def test_the_bookkeeping_of_others_is_left_alone(scratch: Making) -> None:
    database = scratch(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); CREATE SCHEMA s;"
        "CREATE TABLE s.versions (version_num varchar(32) PRIMARY KEY); CREATE TABLE s.skipped (n int);"
        "CREATE TABLE owned (n int); ALTER EXTENSION plpgsql ADD TABLE owned"
    )

    assert seed(database.url, 5, skip={"s.skipped"}) == ()


def test_the_applications_own_inserts_work_afterwards(scratch: Making) -> None:
    database = scratch(
        "CREATE TABLE a (id serial PRIMARY KEY, parent int NOT NULL REFERENCES a);"
        "CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY, v int) PARTITION BY RANGE (id);"
        "CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (1) TO (100000);"
        "CREATE TABLE c (id serial PRIMARY KEY, v int); INSERT INTO c VALUES (5, 1)"
    )

    assert short(seed(database.url, 30)) == {}

    database.run(
        "INSERT INTO a (parent) SELECT min(id) FROM a; INSERT INTO b (v) VALUES (1); INSERT INTO c (v) VALUES (1)"
    )
    assert database.one("SELECT count(DISTINCT id) FROM b") == 31


def test_small_tables_have_the_values_that_hurt(scratch: Making) -> None:
    database = scratch(
        "CREATE TABLE t (w text, v varchar(7), n numeric(4,2), f float8, at timestamptz, a int[], i int)"
    )

    seed(database.url, 40)

    assert database.one("SELECT count(*) FROM t WHERE w IS NULL") > 0
    assert database.one("SELECT count(DISTINCT w) FROM t WHERE lower(rtrim(w)) = 'duplicate'") == 3
    assert database.one("SELECT count(*) FROM t WHERE w = ''") > 0
    assert database.one("SELECT max(char_length(v)) FROM t") == 7
    assert database.one("SELECT max(n)::text FROM t WHERE n <> 'NaN'") == "99.99"
    assert database.one("SELECT count(*) FROM t WHERE f = 'NaN'") > 0
    assert database.one("SELECT count(*) FROM t WHERE at = 'infinity'") > 0
    assert database.one("SELECT count(*) FROM t WHERE a = '{}' OR array_ndims(a) = 2 OR a[1] IS NULL") >= 3
    assert database.one("SELECT (min(i), max(i)) = (-2147483648, 2147483647) FROM t")
    assert database.one("SELECT count(*) - count(DISTINCT w) FROM t") > 0


def test_a_plain_seeding_is_readable_by_a_driver(scratch: Making, everything: Everything) -> None:
    database = scratch(EVERYTHING)

    seed(database.url, 60, plain=True)

    for (table,) in database.rows("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND oid > 16384"):
        database.rows(f"SELECT * FROM {table}")
    assert len(database.rows("SELECT * FROM types")) == 60
    with pytest.raises(psycopg.DataError):
        everything[0].rows("SELECT * FROM types")


def test_checks_leave_variety(everything: Everything) -> None:
    database, _ = everything

    for column in ("code", "pct", "y", "doc", "mail", "u", "trimmed", "d", "phone", "ver"):
        assert database.one(f"SELECT count(DISTINCT {column}::text) FROM picky") > 20, column
    kinds = "SELECT count(DISTINCT (a IS NULL, b IS NULL, c IS NULL, d IS NULL)) FROM arcs"
    assert database.one(kinds) == 4
    assert database.one("SELECT count(*) > 10 FROM tasks WHERE state = 'done'")
    assert database.one("SELECT count(DISTINCT po2) > 20 FROM types")


def test_keys_refer_to_many_parents_and_to_none_where_they_may(everything: Everything) -> None:
    database, _ = everything

    assert database.one(
        "SELECT count(DISTINCT project_id) > 30 AND count(*) > count(assignee) AND count(assignee) > 5 FROM tasks"
    )
    assert database.one("SELECT count(parent) BETWEEN 60 AND 119 FROM tasks")
    assert database.one("SELECT count(DISTINCT parent_id) > 10 FROM tree")
    assert database.one("SELECT count(lead) BETWEEN 30 AND 90 FROM team")
    assert database.one("SELECT count(*) FROM full_match WHERE a IS NULL") > 0
    assert database.one("SELECT count(*) FROM husband JOIN wife ON wife.id = wife_id") == 120
    assert database.one("SELECT count(*) FROM dep JOIN emp ON emp.id = boss") == 120
    matching = "SELECT count(*) FROM soft JOIN base ON base.id = base_id"
    assert 60 < database.one(matching) < 118


def test_each_partition_has_rows(everything: Everything) -> None:
    database, _ = everything

    for partition in ("measures_1", "measures_2a", "regions_eu", "regions_other", "hashed_0"):
        assert database.one(f"SELECT count(*) > 2 FROM {partition}"), partition


def test_rows_that_a_trigger_refuses_do_not_cost_the_others(everything: Everything) -> None:
    database, _ = everything

    assert database.one("SELECT count(*) FROM triggered WHERE n % 3 IN (-2, -1, 2)") == 120


def test_columns_may_be_called_like_our_own(scratch: Making) -> None:
    database = scratch(
        'CREATE TABLE x (number int, place int, rows int, n int PRIMARY KEY, i int, r int, "#" int);'
        "CREATE TABLE y (n int REFERENCES x, p int NOT NULL REFERENCES x, id int PRIMARY KEY, value text);"
        "ALTER TABLE x ADD FOREIGN KEY (place) REFERENCES y"
    )

    assert short(seed(database.url, 30)) == {}
    assert database.one("SELECT count(place) FROM x") > 5


def test_what_cannot_be_reached_is_said(empty_database_url: str) -> None:
    nowhere = make_url(empty_database_url).set(database="nowhere")

    with pytest.raises(CouldNotAnswer, match='database "nowhere" does not exist'):
        seed(nowhere, 5)
