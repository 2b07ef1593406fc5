"""Which table is locked by a foreign key that goes, and when that is worth a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.review.directory import read_revision
from pipeline.review.finding import Severity
from tests.pipeline.review.conftest import findings_in

MORE = "ALTER TABLE channels ADD COLUMN note text"


def write(folder: Path, number: int, upgrade: list[str], downgrade: tuple[str, ...] = ()) -> Path:
    def body(statements: list[str] | tuple[str, ...]) -> str:
        return "\n".join(f"    op.execute({sql!r})" for sql in statements) or "    pass"

    down = repr(f"{number - 1:012}") if number > 1 else None
    path = folder / f"{number}.py"
    path.write_text(
        f"from alembic import op\nrevision = '{number:012}'\ndown_revision = {down}\n"
        f"def upgrade():\n{body(upgrade)}\ndef downgrade():\n{body(downgrade)}\n"
    )
    return path


def told(path: Path) -> list[tuple[str, Severity]]:
    """The tables at the other end that are said to be locked as well."""
    found = [one for one in findings_in(read_revision(path)) if one.rule == "drop-foreign-key-locks-parent"]
    return [
        (one.message.removeprefix("Nobody can read or write ").partition(" either")[0], one.severity) for one in found
    ]


@pytest.mark.parametrize(
    ("earlier", "dropped", "parents"),
    [
        ("CREATE TABLE posts (id int, v int REFERENCES videos)", "ALTER TABLE posts DROP CONSTRAINT posts_v_fkey",
         ["videos"]),
        ("ALTER TABLE posts ADD CONSTRAINT x FOREIGN KEY (v) REFERENCES videos",
         "ALTER TABLE public.posts DROP CONSTRAINT x", ["videos"]),
        ("CREATE TABLE posts (id int, v int REFERENCES videos)", "ALTER TABLE posts DROP COLUMN v", ["videos"]),
        ("CREATE TABLE posts (id int, v int REFERENCES videos)", "ALTER TABLE posts DROP COLUMN id", []),
        ("CREATE TABLE posts (id int, v int REFERENCES videos)", "DROP TABLE posts", ["videos"]),
        ("CREATE TABLE posts (id int, v int REFERENCES posts)", "DROP TABLE posts", []),
        ("CREATE TABLE posts (id int UNIQUE)", "ALTER TABLE posts DROP CONSTRAINT posts_id_key", []),
        ("CREATE TABLE posts (id int, v int REFERENCES videos)", "DROP TABLE posts; DROP TABLE videos", []),
    ],
)  # fmt: skip
def test_an_earlier_revision_tells_where_a_key_leads(
    tmp_path: Path, earlier: str, dropped: str, parents: list[str]
) -> None:
    write(tmp_path, 1, [earlier])

    assert [parent for parent, _ in told(write(tmp_path, 2, [dropped, MORE]))] == parents


def test_a_key_that_was_dropped_before_is_no_longer_there(tmp_path: Path) -> None:
    write(tmp_path, 1, ["CREATE TABLE posts (id int, v int REFERENCES videos)"])
    write(tmp_path, 2, ["ALTER TABLE posts DROP CONSTRAINT posts_v_fkey"])

    assert told(write(tmp_path, 3, ["DROP TABLE posts", MORE])) == []


@pytest.mark.parametrize(
    "more", [[], ["ALTER TABLE posts ADD COLUMN note text"], ["CREATE TABLE new (id int); ALTER TABLE new ADD n int"]]
)
def test_nothing_is_said_where_no_third_table_and_no_rows_are_waited_for(tmp_path: Path, more: list[str]) -> None:
    write(tmp_path, 1, ["CREATE TABLE posts (id int, v int REFERENCES videos)"])

    assert told(write(tmp_path, 2, ["ALTER TABLE posts DROP CONSTRAINT posts_v_fkey", *more])) == []


def test_a_downgrade_of_two_new_tables_is_worth_no_more_than_information(tmp_path: Path) -> None:
    made = ["CREATE TABLE a (id int REFERENCES users)", "CREATE TABLE b (id int REFERENCES users)"]
    both = ["CREATE TABLE a (id int REFERENCES users, v int REFERENCES videos)", made[1]]

    assert told(write(tmp_path, 1, made, ("DROP TABLE b", "DROP TABLE a"))) == []
    assert {severity for _, severity in told(write(tmp_path, 1, both, ("DROP TABLE b", "DROP TABLE a", MORE)))} == {
        Severity.INFO
    }
