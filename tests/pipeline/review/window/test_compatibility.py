"""
The table of what works on which schema, as it was measured by hand once, row by row and in both directions.

Each row is two versions of one model and the change of the schema between them. What the release in production does on
the new schema is what a deployment depends on; the other direction is information.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.engine import URL

from pipeline.review.running.databases import databases_on
from pipeline.review.window.window import Breakage, open_window
from tests.pipeline.review.window.project import FLASK, PLAIN, run_sql, write_project

ALL = frozenset({"SELECT", "INSERT", "INSERT of the least", "UPDATE"})
INSERTS = frozenset({"INSERT", "INSERT of the least"})
LEAST = frozenset({"INSERT of the least"})
NOTHING = frozenset[str]()

_MODEL = """
class {name}(Base):
    __tablename__ = "{table}"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    {line}
"""
_TABLE = "CREATE TABLE {{t}} (id serial PRIMARY KEY, name text NOT NULL{more})"
_ROWS = "INSERT INTO {t} (name) VALUES ('one'), ('two'), ('three')"


@dataclass(frozen=True)
class Row:
    """
    One row of the table. `old` and `new` are lines of the model, `table` is what the old table has beside id and name.

    In statements {t} is the table, {n} the row's number.
    """

    old: str
    new: str
    change: tuple[str, ...]
    new_on_old: frozenset[str]
    old_on_new: frozenset[str]
    table: str = ""
    words: str = ""
    """What one of the errors of the old release says."""
    before: tuple[str, ...] = ()
    """Statements before the table is made."""
    filled: tuple[str, ...] = ()
    """Statements once the old table has rows."""
    later: tuple[str, ...] = ()
    """Statements of the new release, after the old one was tried for the first time; `old_on_new` is after them."""


_MOOD = 'mood: Mapped[str] = mapped_column(Enum("sad", "ok", name="mood{n}"), server_default="ok")'
TABLE = {
    "add nullable column": Row(
        "", "note: Mapped[str | None]", ("ALTER TABLE {t} ADD note varchar",), ALL, NOTHING,
    ),
    "add nullable column, deferred": Row(
        "", "note: Mapped[str | None] = deferred(mapped_column())", ("ALTER TABLE {t} ADD note varchar",),
        INSERTS, NOTHING,
    ),
    "add NOT NULL, Python default": Row(
        "", "note: Mapped[str] = mapped_column(default='x')",
        ("ALTER TABLE {t} ADD note varchar NOT NULL DEFAULT 'x'", "ALTER TABLE {t} ALTER note DROP DEFAULT"),
        ALL, INSERTS, words="null value in column \"note\"",
    ),
    "add NOT NULL, server_default": Row(
        "", "note: Mapped[str] = mapped_column(server_default='x')",
        ("ALTER TABLE {t} ADD note varchar NOT NULL DEFAULT 'x'",), ALL, NOTHING,
    ),
    "drop nullable column": Row(
        "note: Mapped[str | None]", "", ("ALTER TABLE {t} DROP note",), NOTHING, ALL,
        table=", note varchar", words="column things{n}.note does not exist",
    ),
    "drop defaulted column": Row(
        "note: Mapped[str] = mapped_column(server_default='x')", "", ("ALTER TABLE {t} DROP note",),
        NOTHING, ALL, table=", note varchar NOT NULL DEFAULT 'x'",
    ),
    "drop NOT NULL column without default": Row(
        "note: Mapped[str]", "", ("ALTER TABLE {t} DROP note",), INSERTS, ALL,
        table=", note varchar NOT NULL DEFAULT 'x'",
        filled=("ALTER TABLE {t} ALTER note DROP DEFAULT",),
    ),
    "rename column": Row(
        "note: Mapped[str | None]", "remark: Mapped[str | None]", ("ALTER TABLE {t} RENAME note TO remark",), ALL, ALL,
        table=", note varchar", words="column things{n}.note does not exist",
    ),
    "rename in the model alone": Row(
        "note: Mapped[str | None]", 'remark: Mapped[str | None] = mapped_column("note")', (), NOTHING, NOTHING,
        table=", note varchar",
    ),
    "rename table": Row(
        "note: Mapped[str | None]", '__tablename__ = "stuff{n}"; note: Mapped[str | None]',
        ("ALTER TABLE {t} RENAME TO stuff{n}",), ALL | {"DELETE"}, ALL | {"DELETE"}, table=", note varchar",
        words='relation "things{n}" does not exist',
    ),
    "SET NOT NULL": Row(
        "note: Mapped[str | None]", "note: Mapped[str]",
        ("UPDATE {t} SET note = 'x'", "ALTER TABLE {t} ALTER note SET NOT NULL"),
        NOTHING, INSERTS, table=", note varchar", words='null value in column "note"',
    ),
    "DROP NOT NULL": Row(
        "note: Mapped[str]", "note: Mapped[str | None]", ("ALTER TABLE {t} ALTER note DROP NOT NULL",),
        LEAST, NOTHING, table=", note varchar NOT NULL DEFAULT 'x'",
        filled=("ALTER TABLE {t} ALTER note DROP DEFAULT",),
    ),
    "add enum label": Row(
        _MOOD, _MOOD.replace('"ok", name', '"ok", "glad", name'), ("ALTER TYPE mood{n} ADD VALUE 'glad'",),
        frozenset({"INSERT"}), NOTHING, before=("CREATE TYPE mood{n} AS ENUM ('sad', 'ok')",),
        table=", mood mood{n} NOT NULL DEFAULT 'ok'",
    ),
    "add enum label, and a row has it": Row(
        _MOOD, _MOOD.replace('"ok", name', '"ok", "glad", name'), ("ALTER TYPE mood{n} ADD VALUE 'glad'",),
        frozenset({"INSERT"}), frozenset({"SELECT"}), before=("CREATE TYPE mood{n} AS ENUM ('sad', 'ok')",),
        table=", mood mood{n} NOT NULL DEFAULT 'ok'", later=("INSERT INTO {t} (name, mood) VALUES ('new', 'glad')",),
        words="'glad' is not among the defined enum values",
    ),
    "drop server_default of NOT NULL": Row(
        "note: Mapped[str] = mapped_column(server_default='x')", "note: Mapped[str] = mapped_column(default='x')",
        ("ALTER TABLE {t} ALTER note DROP DEFAULT",), NOTHING, LEAST, table=", note varchar NOT NULL DEFAULT 'x'",
        words='null value in column "note"',
    ),
    "drop server_default of nullable": Row(
        "note: Mapped[str | None] = mapped_column(server_default='x')", "note: Mapped[str | None]",
        ("ALTER TABLE {t} ALTER note DROP DEFAULT",), NOTHING, LEAST, table=", note varchar DEFAULT 'x'",
        words="things{n}.note silently becomes NULL",
    ),
    "new table": Row(
        "", "\nclass New{n}(Base):\n    __tablename__ = 'new{n}'\n    id = mapped_column(Integer, primary_key=True)",
        ("CREATE TABLE new{n} (id serial PRIMARY KEY)", "INSERT INTO new{n} DEFAULT VALUES"),
        frozenset({"SELECT", "INSERT", "INSERT of the least", "DELETE"}), NOTHING,
    ),
}  # fmt: skip

NUMBERS = {name: number for number, name in enumerate(TABLE)}

each_change = pytest.mark.parametrize("change", TABLE)
Broken = Mapping[str, list[Breakage]]


@pytest.fixture(scope="module", params=[PLAIN, FLASK])
def both(request: pytest.FixtureRequest, _bare: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Broken]:
    """All rows at once, each with a model and a table of its own: a release takes a second to start."""
    folder = tmp_path_factory.mktemp("both")
    kind = request.param
    old_code = write_project(folder / "old", _models("old"), kind)
    new_code = write_project(folder / "new", _models("new"), kind)
    server = URL.create("postgresql+psycopg", _bare.user, _bare.password, _bare.host, _bare.port, "postgres")
    with databases_on(server.render_as_string(hide_password=False)) as databases:
        old = databases.empty()
        for name, row in TABLE.items():
            run_sql(old, *_filled(name, *row.before, _TABLE.format(more=row.table), _ROWS, *row.filled))
        new, other = databases.copy(old), databases.copy(old)
        for name, row in TABLE.items():
            run_sql(new, *_filled(name, *row.change))
        with open_window(new_code, new, keep=False) as window:
            information = window.differs(new, old)

        with open_window(old_code, other) as window:
            window.baseline()
            not_tried = window.not_tried()
            for name, row in TABLE.items():
                run_sql(other, *_filled(name, *row.change))
            first = window.broken()
            for name, row in TABLE.items():
                run_sql(other, *_filled(name, *row.later))
            later = window.broken_by_rows()
    assert not_tried == ()
    return {"new on old": _by_row(information), "old on new": _by_row(first), "later": _by_row(later)}


@each_change
def test_the_release_in_production_does_on_the_new_schema_what_the_table_says(
    both: dict[str, Broken], change: str
) -> None:
    row, broken = TABLE[change], [*both["old on new"][change], *both["later"][change]]

    assert {one.operation for one in broken} == row.old_on_new
    assert {one.connection.value for one in broken} in ({"kept open", "fresh"}, set())
    assert not row.words or any(_filled(change, row.words)[0] in one.words for one in broken)


@each_change
def test_the_new_release_does_on_the_old_schema_what_the_table_says(both: dict[str, Broken], change: str) -> None:
    assert {one.operation for one in both["new on old"][change]} == TABLE[change].new_on_old


def test_what_newer_rows_break_is_told_after_they_were_written_and_the_rest_once(both: dict[str, Broken]) -> None:
    assert {change for change, broken in both["later"].items() if broken} == {"add enum label, and a row has it"}


def _models(version: str) -> str:
    return "".join(_model(name, getattr(row, version)) for name, row in TABLE.items())


def _model(name: str, line: str) -> str:
    number = NUMBERS[name]
    (line,) = _filled(name, line)
    table, _, rest = line.partition(";") if line.startswith("__tablename__") else ("", "", line)
    text = _MODEL.format(name=f"Thing{number}", table=f"things{number}", line=rest.strip() if table else rest)
    return text.replace(f'__tablename__ = "things{number}"', table) if table else text


def _filled(name: str, *texts: str) -> list[str]:
    number = str(NUMBERS[name])
    return [text.replace("{t}", f"things{number}").replace("{n}", number) for text in texts]


def _by_row(broken: tuple[Breakage, ...]) -> Broken:
    return {name: [one for one in broken if one.model in (f"Thing{n}", f"New{n}")] for name, n in NUMBERS.items()}
