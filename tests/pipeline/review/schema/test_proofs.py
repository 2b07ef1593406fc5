"""What is said to be proved about NULLs, against the server, which says at `debug1` whether it reads the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.review.directory import read_revision
from pipeline.review.finding import Direction
from pipeline.review.reading.statement import Statement, parse
from pipeline.review.schema.proofs import Proofs
from tests.pipeline.review.conftest import findings_in

NOT_VALID = "ALTER TABLE videos ADD CONSTRAINT ck CHECK (title IS NOT NULL) NOT VALID"
VALIDATE = "ALTER TABLE videos VALIDATE CONSTRAINT ck"
HISTORIES = [
    [],
    [NOT_VALID],
    [NOT_VALID, VALIDATE],
    [NOT_VALID, VALIDATE, "ALTER TABLE videos DROP CONSTRAINT ck"],
    [NOT_VALID, VALIDATE, "ALTER TABLE videos RENAME CONSTRAINT ck TO filled"],
    [NOT_VALID, "ALTER TABLE videos RENAME CONSTRAINT ck TO filled", "ALTER TABLE videos VALIDATE CONSTRAINT filled"],
    ["ALTER TABLE videos ADD CONSTRAINT ck CHECK (title IS NOT NULL AND n > 0)"],
    ["ALTER TABLE videos ADD CONSTRAINT ck CHECK (title IS NOT NULL OR n > 0)"],
    ["ALTER TABLE videos ADD CONSTRAINT ck CHECK (NOT (title IS NULL OR n IS NULL))"],
    ["ALTER TABLE videos ADD CONSTRAINT ck CHECK (title > '')"],
    ["ALTER TABLE videos ADD CHECK (title IS NOT NULL)"],
    ["ALTER TABLE videos ADD CHECK (title IS NOT NULL)", "ALTER TABLE videos DROP CONSTRAINT videos_title_check"],
    ["ALTER TABLE videos ALTER title SET NOT NULL", "ALTER TABLE videos ALTER title DROP NOT NULL"],
    ["ALTER TABLE videos DROP COLUMN title", "ALTER TABLE videos ADD COLUMN title text CHECK (title IS NOT NULL)"],
    [NOT_VALID, VALIDATE, "ALTER TABLE videos DROP COLUMN title", "ALTER TABLE videos ADD COLUMN title text"],
    ["DROP TABLE videos", "CREATE TABLE videos (title text NOT NULL, n int)"],
    ["DROP TABLE videos", "CREATE TABLE videos (title text, n int, CHECK (title IS NOT NULL))"],
    ["DROP TABLE videos", "CREATE TABLE videos (title text PRIMARY KEY, n int)"],
]
FROM_18 = [
    ["ALTER TABLE videos ADD CONSTRAINT filled NOT NULL title NOT VALID"],
    [
        "ALTER TABLE videos ADD CONSTRAINT filled NOT NULL title NOT VALID",
        "ALTER TABLE videos VALIDATE CONSTRAINT filled",
    ],
    ["ALTER TABLE videos ADD CONSTRAINT filled NOT NULL title", "ALTER TABLE videos DROP CONSTRAINT filled"],
    ["ALTER TABLE videos ADD CONSTRAINT filled NOT NULL title", "ALTER TABLE videos ALTER title DROP NOT NULL"],
]
_18 = 180000


def statements(texts: list[str]) -> list[Statement]:
    return [
        Statement(sql, node, kind, Path("x.py"), 1, "1", Direction.UPGRADE, 1, autocommit=False)
        for text in texts
        for sql, node, kind in parse(text)
    ]


def reads_the_table(connection: psycopg.Connection[Any], history: list[str]) -> bool:
    """Tell whether SET NOT NULL reads the table after `history`."""
    said: list[str] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE TABLE videos (title text, n int)")
        for sql in history:
            connection.execute(sql)
        connection.execute("SET LOCAL client_min_messages = debug1")
        said.clear()
        connection.execute("ALTER TABLE videos ALTER title SET NOT NULL")
    return any(one.startswith("verifying table") for one in said)


def test_what_is_proved_is_what_the_server_takes_for_proved(empty_postgresql: psycopg.Connection[Any]) -> None:
    new = FROM_18 if empty_postgresql.info.server_version >= _18 else []
    for history in HISTORIES + new:
        proofs = Proofs("public.videos", "title")
        for statement in statements(history):
            proofs.follow(statement)

        assert proofs.hold is not reads_the_table(empty_postgresql, history), history


@pytest.mark.parametrize(
    "history",
    [
        ["ALTER TABLE films RENAME TO videos"],
        ["ALTER TABLE videos RENAME COLUMN title TO old", "ALTER TABLE videos RENAME COLUMN name TO title"],
    ],
)
def test_what_was_renamed_proves_nothing(history: list[str]) -> None:
    """It may be another table or column that has the name now: a scan is expected, which is the careful answer."""
    proofs = Proofs("videos", "title")
    for statement in statements([NOT_VALID, VALIDATE, *history]):
        proofs.follow(statement)

    assert not proofs.hold


def write(folder: Path, number: int, *sql: str, below: str = "") -> Path:
    body = "\n".join(f"    {below}op.execute({one!r})" for one in sql)
    down = repr(f"{number - 1:012}") if number > 1 else None
    text = f"from alembic import op\nrevision = '{number:012}'\ndown_revision = {down}\ndef upgrade():\n{body}\n"
    path = folder / f"{number}.py"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("earlier", "found"),
    [
        ([[NOT_VALID], [VALIDATE]], False),
        ([[NOT_VALID]], True),
        ([[NOT_VALID], [VALIDATE], ["ALTER TABLE videos DROP CONSTRAINT ck"]], True),
        ([["ALTER TABLE videos ADD CONSTRAINT ck CHECK (n > 0) NOT VALID"], [VALIDATE]], True),
        ([["ALTER TABLE videos ADD CONSTRAINT filled NOT NULL title NOT VALID"],
          ["ALTER TABLE videos VALIDATE CONSTRAINT filled"]], False),
        ([["SELECT 'videos.title'"]], True),
    ],
)  # fmt: skip
def test_earlier_revisions_tell_whether_set_not_null_scans(
    tmp_path: Path, earlier: list[list[str]], *, found: bool
) -> None:
    for number, sql in enumerate(earlier, start=1):
        write(tmp_path, number, *sql)
    last = write(tmp_path, len(earlier) + 1, "ALTER TABLE videos ALTER title SET NOT NULL")

    names = {one.rule for one in findings_in(read_revision(last))}

    assert ("set-not-null-scans" in names) is found


def test_a_check_that_is_known_and_proves_nothing_does_not_look_like_the_last_step(tmp_path: Path) -> None:
    write(tmp_path, 1, "ALTER TABLE videos ADD CONSTRAINT ck CHECK (n > 0)")
    last = write(
        tmp_path, 2, "ALTER TABLE videos ALTER title SET NOT NULL", "ALTER TABLE videos DROP CONSTRAINT ck"
    )  # fmt: skip

    assert "set-not-null-scans" in {one.rule for one in findings_in(read_revision(last))}


def test_a_check_that_is_added_below_an_if_proves_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        1,
        "ALTER TABLE videos ADD CONSTRAINT ck CHECK (title IS NOT NULL)",
        below="if op.get_bind().execute('x').scalar(): ",
    )
    last = write(tmp_path, 2, "ALTER TABLE videos ALTER title SET NOT NULL")

    assert "set-not-null-scans" in {one.rule for one in findings_in(read_revision(last))}
