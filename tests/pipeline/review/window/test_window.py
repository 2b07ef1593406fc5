"""What a release meets on the new schema, beyond the table: odd models, drivers, triggers, prepared plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.running.databases import databases_on
from pipeline.review.running.project import Project
from pipeline.review.window.smoke import smoke
from pipeline.review.window.window import SMOKE, Breakage, Connection, NotTried, open_window
from tests.pipeline.review.window.project import ASYNC, PLAIN, run_sql, write_project

_ODD = """
class Mood(enum.Enum):
    SAD = "sad"
    GLAD = "glad"

class Parent(Base):
    __tablename__ = "Parents"
    __table_args__ = {"schema": "Big App"}
    id: Mapped[int] = mapped_column("Id", Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column("Full Name", unique=True)
    children: Mapped[list["Child"]] = relationship(cascade="all, delete-orphan", back_populates="parent", lazy="joined")

class Child(Base):
    __tablename__ = "children"
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("Big App.Parents.Id"))
    parent: Mapped[Parent] = relationship(back_populates="children")

class Animal(Base):
    __tablename__ = "animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

class Dog(Animal):
    __tablename__ = "dogs"
    id: Mapped[int] = mapped_column(ForeignKey(Animal.id), primary_key=True)
    breed: Mapped[str | None]
    __mapper_args__ = {"polymorphic_identity": "dog"}

class Odd(Base):
    __tablename__ = "odd"
    id: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict | None] = mapped_column(JSONB)
    tags: Mapped[list | None] = mapped_column(ARRAY(Text))
    mood: Mapped[Mood | None] = mapped_column(Enum(Mood, name="mood", values_callable=lambda c: [m.value for m in c]))
    twice: Mapped[int] = mapped_column(Computed("id * 2"))
    at: Mapped[object] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column()
    note: Mapped[str | None] = deferred(mapped_column())
    __mapper_args__ = {"version_id_col": version}

Table(
    "child_tags", Base.metadata,
    Column("first", Integer, primary_key=True), Column("tag", Text, primary_key=True), Column("mood", Text),
)
Table(
    "log", Base.metadata,
    Column("words", Text, nullable=False), Column("at", DateTime, server_default=func.now()),
)
"""
_SCHEMA = (
    'CREATE SCHEMA "Big App"',
    'CREATE TABLE "Big App"."Parents" ("Id" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, '
    '"Full Name" text UNIQUE NOT NULL)',
    'CREATE TABLE children (first int, second text, parent_id int NOT NULL REFERENCES "Big App"."Parents", '
    "PRIMARY KEY (first, second))",
    "CREATE TABLE animals (id serial PRIMARY KEY, kind text NOT NULL, name text NOT NULL)",
    "CREATE TABLE dogs (id int PRIMARY KEY REFERENCES animals, breed text)",
    "CREATE TYPE mood AS ENUM ('sad', 'glad')",
    "CREATE TABLE odd (id serial PRIMARY KEY, data jsonb, tags text[], mood mood, "
    "twice int GENERATED ALWAYS AS (id * 2) STORED, at timestamptz NOT NULL DEFAULT now(), "
    "version int NOT NULL, note text)",
    "CREATE TABLE child_tags (first int, tag text, mood text, PRIMARY KEY (first, tag))",
    "CREATE TABLE log (words text NOT NULL, at timestamp DEFAULT now())",
)
_ROWS = (
    'INSERT INTO "Big App"."Parents" ("Full Name") VALUES (\'a\'), (\'b\')',
    "INSERT INTO children VALUES (1, 'x', 1), (1, 'y', 1), (2, 'z', 2)",
    # With numbers of their own: the sequence does not know of them.
    "INSERT INTO animals VALUES (1, 'animal', 'ant'), (2, 'dog', 'rex'), (3, 'dog', 'bob')",
    "INSERT INTO dogs VALUES (2, 'pug'), (3, NULL)",
    "INSERT INTO odd (data, tags, mood, version) VALUES (NULL, '{}', 'sad', 1), ('{\"a\": [1]}', '{ü,NULL}', NULL, 7)",
    "INSERT INTO child_tags VALUES (1, 'red', 'good')",
    "INSERT INTO log (words) VALUES ('one'), ('one')",
)
_NOTES = """
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None]
"""
_NOTES_TABLE = (
    "CREATE TABLE notes (id serial PRIMARY KEY, words text NOT NULL, size int)",
    "INSERT INTO notes (words, size) VALUES ('one', 1), ('two', NULL)",
)
each_driver = pytest.mark.parametrize(
    ("driver", "kind"), [("psycopg", PLAIN), ("psycopg2", PLAIN), ("pg8000", PLAIN), ("asyncpg", ASYNC)]
)


def _broken(
    project: Project, url: URL, changes: Sequence[str], smoke: str | None = None
) -> tuple[tuple[NotTried, ...], tuple[Breakage, ...]]:
    with open_window(project, url, smoke) as window:
        window.baseline()
        run_sql(url, *changes)
        return window.not_tried(), window.broken()


def _short(broken: Sequence[Breakage], connection: Connection = Connection.FRESH) -> set[tuple[str, str, str | None]]:
    return {(one.model, one.operation, one.column) for one in broken if one.connection is connection}


def test_a_row_that_the_release_could_not_have_written_says_nothing_of_what_it_writes(
    tmp_path: Path, empty_database_url: str
) -> None:
    """The database takes NULL, the release's model does not: a CHECK against NULL is nothing to it."""
    url = make_url(empty_database_url)
    run_sql(
        url,
        "CREATE TABLE notes (id serial PRIMARY KEY, words text, size int)",
        "INSERT INTO notes (words, size) VALUES (NULL, 1), ('two', NULL), (NULL, 3)",
    )
    check = "ALTER TABLE notes ADD CONSTRAINT told CHECK (words IS NOT NULL) NOT VALID"
    not_tried, broken = _broken(write_project(tmp_path, _NOTES), url, [check])

    assert (not_tried, broken) == ((), ())


def test_everything_can_be_done_with_odd_models_and_a_new_table_breaks_none(
    tmp_path: Path, empty_database_url: str
) -> None:
    url = make_url(empty_database_url)
    run_sql(url, *_SCHEMA, *_ROWS)
    not_tried, broken = _broken(write_project(tmp_path, _ODD), url, ["CREATE TABLE more (id int)"])

    assert not_tried == ()
    assert broken == ()


def test_what_a_change_breaks_in_odd_models_is_told_by_model_and_column(
    tmp_path: Path, empty_database_url: str
) -> None:
    url = make_url(empty_database_url)
    run_sql(url, *_SCHEMA, *_ROWS)
    changes = (
        "ALTER TABLE dogs DROP breed",
        "ALTER TABLE child_tags ALTER mood TYPE int USING 1",
        'ALTER TABLE "Big App"."Parents" RENAME "Full Name" TO "Name"',
        "ALTER TABLE log ADD needed int NOT NULL DEFAULT 1",
        "ALTER TABLE log ALTER needed DROP DEFAULT",
    )

    _, broken = _broken(write_project(tmp_path, _ODD), url, changes)

    assert {one.model for one in broken} == {"Dog", "Parent", "child_tags", "log"}
    assert ("Dog", "SELECT", "breed") in _short(broken)
    assert ("Parent", "INSERT", "Full Name") in _short(broken)
    assert {one.operation for one in broken if one.model == "log"} == {"INSERT", "INSERT of the least"}
    of_tags = [one for one in broken if one.model == "child_tags"]
    assert {one.operation for one in of_tags if one.connection is Connection.FRESH} == {"INSERT", "UPDATE"}
    assert {one.sqlstate for one in of_tags if one.operation == "SELECT"} == {"0A000"}


@each_driver
def test_a_type_that_changes_breaks_what_was_prepared_where_the_driver_prepares(
    driver: str, kind: str, tmp_path: Path, empty_database_url: str
) -> None:
    """Fresh connections do not show it; the pools of a release in production are full of others."""
    url = make_url(empty_database_url)
    run_sql(url, *_NOTES_TABLE)

    not_tried, broken = _broken(
        write_project(tmp_path, _NOTES, kind, driver), url, ["ALTER TABLE notes ALTER size TYPE bigint"]
    )

    assert not_tried == ()
    assert _short(broken) == set()
    kept = [(one.operation, one.sqlstate) for one in broken]
    assert kept == ([] if driver in {"psycopg2", "pg8000"} else [("SELECT", "0A000")])


@each_driver
def test_every_driver_names_the_state_and_the_column(
    driver: str, kind: str, tmp_path: Path, empty_database_url: str
) -> None:
    url = make_url(empty_database_url)
    run_sql(url, *_NOTES_TABLE)

    _, broken = _broken(
        write_project(tmp_path, _NOTES, kind, driver), url,
        ["ALTER TABLE notes ADD must text NOT NULL DEFAULT ''", "ALTER TABLE notes ALTER must DROP DEFAULT"],
    )  # fmt: skip

    said = {(one.operation, one.sqlstate, one.column, one.words) for one in broken}
    words = 'null value in column "must" of relation "notes" violates not-null constraint'
    assert said == {(operation, "23502", "must", words) for operation in ("INSERT", "INSERT of the least")}


def test_triggers_fire_and_what_failed_before_is_not_held_against_the_change(
    tmp_path: Path, empty_database_url: str
) -> None:
    url = make_url(empty_database_url)
    function = "CREATE FUNCTION {} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; END $$"
    run_sql(
        url, *_NOTES_TABLE,
        function.format("never()", "RAISE EXCEPTION 'never'"),
        "CREATE TRIGGER never BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION never()",
        function.format("grow()", "NEW.size = length(NEW.words); RETURN NEW"),
        "CREATE TRIGGER grow BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION grow()",
        "CREATE TABLE other (id int, gone int)",
    )  # fmt: skip
    changes = [
        function.format("grow2()", "PERFORM gone FROM other; RETURN NEW"),
        "CREATE TRIGGER grow2 BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION grow2()",
        "ALTER TABLE other DROP gone",
    ]

    not_tried, broken = _broken(write_project(tmp_path, _NOTES), url, changes)

    assert {(one.operation, one.why) for one in not_tried} == {("DELETE", "it fails before the upgrade already: never")}
    assert _short(broken) == {("Note", "UPDATE", "gone")}


def test_a_table_without_rows_is_said_not_to_be_tried(tmp_path: Path, empty_database_url: str) -> None:
    url = make_url(empty_database_url)
    run_sql(url, _NOTES_TABLE[0])

    not_tried, broken = _broken(write_project(tmp_path, _NOTES), url, ["ALTER TABLE notes DROP size"])

    assert {one.operation for one in not_tried} == {"INSERT", "INSERT of the least", "UPDATE", "DELETE"}
    assert {one.why for one in not_tried} == {"no row of it could be read to work with"}
    assert _short(broken) == {("Note", "SELECT", "size")}


def test_nothing_is_changed_and_the_database_can_be_copied_at_rest(tmp_path: Path, empty_database_url: str) -> None:
    with databases_on(empty_database_url) as databases:
        url = databases.empty()
        run_sql(url, *_NOTES_TABLE)
        with open_window(write_project(tmp_path, _NOTES), url) as window:
            window.baseline()
            with pytest.raises(CouldNotAnswer, match="being accessed by other users"):
                databases.copy(url)
            window.rest()
            copy = databases.copy(url)

        run_sql(copy, "DO $$ BEGIN ASSERT (SELECT array_agg(words ORDER BY id) FROM notes) = '{one,two}'; END $$")


def test_a_smoke_test_that_passed_before_and_fails_now_is_a_breakage(tmp_path: Path, empty_database_url: str) -> None:
    url = make_url(empty_database_url)
    run_sql(url, *_NOTES_TABLE)
    project = write_project(tmp_path, _NOTES)
    (tmp_path / "check.py").write_text(
        "import db, sqlalchemy\n"
        "with sqlalchemy.create_engine(db.URL).connect() as c: c.execute(sqlalchemy.text('SELECT size FROM notes'))\n"
    )

    _, broken = _broken(project, url, ["ALTER TABLE notes ADD more int"], "python check.py")
    _, later = _broken(project, url, ["ALTER TABLE notes DROP size"], "python check.py")
    not_tried, none = _broken(project, url, [], "python absent.py")

    assert broken == none == ()
    assert [(one.model, one.words.split(":")[0]) for one in later if one.operation == SMOKE] == [
        ("python check.py", "exit code 1")
    ]
    assert ["absent.py" in one.why for one in not_tried if one.operation == SMOKE] == [True]


@pytest.mark.parametrize("command", ["", "'open"])
def test_a_smoke_test_that_is_no_command_is_refused(command: str, tmp_path: Path, empty_database_url: str) -> None:
    with pytest.raises(UsageError, match="--smoke"):
        smoke(write_project(tmp_path, _NOTES), command, make_url(empty_database_url))


@pytest.mark.parametrize(
    ("models", "words"),
    [("import nothing_here", "No module named 'nothing_here'"), ("x = 1", "hands no models to Alembic")],
)
def test_a_release_that_does_not_start_is_said_in_its_own_words(
    models: str, words: str, tmp_path: Path, empty_database_url: str
) -> None:
    with (
        pytest.raises(CouldNotAnswer, match=words),
        open_window(write_project(tmp_path, models), make_url(empty_database_url)),
    ):
        pass


def test_a_release_that_connects_elsewhere_is_not_let_near_it(tmp_path: Path, empty_database_url: str) -> None:
    url = make_url(empty_database_url)
    project = write_project(tmp_path, _NOTES)
    (tmp_path / "db.py").write_text(f"URL = {url.set(database='postgres').render_as_string(hide_password=False)!r}\n")
    run_sql(url, *_NOTES_TABLE)

    with open_window(project, url) as window:
        window.baseline()  # Its engine leads elsewhere, so one of ours with its driver is used.
        assert window.not_tried() == ()
