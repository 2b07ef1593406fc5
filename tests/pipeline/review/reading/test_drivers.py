"""What is said to the driver and to sessions of whatever maker, and who only writes a log."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision

Read = Callable[..., Revision]
INDEX = 'execute(sa.text("CREATE INDEX CONCURRENTLY ix ON videos (title)"))'


def upgrade_of(read: Read, body: str) -> Script:
    return read(body).scripts[Direction.UPGRADE]


@pytest.mark.parametrize(
    "body",
    [
        f"op.get_bind().connection.dbapi_connection.autocommit = True\nop.{INDEX}",
        f"op.get_bind().connection.set_isolation_level(0)\nop.{INDEX}",
        f"op.get_bind().connection.set_session(autocommit=True)\nop.{INDEX}",
        f'op.get_bind().engine.connect().execution_options(isolation_level="AUTOCOMMIT").{INDEX}',
        f'with op.get_bind().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:\n    c.{INDEX}',
    ],
)
def test_autocommit_of_the_driver_is_no_transaction(read: Read, body: str) -> None:
    assert [one.autocommit for one in upgrade_of(read, body).statements] == [True]


def test_autocommit_ends_where_it_is_taken_back(read: Read) -> None:
    script = upgrade_of(
        read,
        """
        raw = op.get_bind().connection
        raw.autocommit = True
        op.execute("VACUUM videos")
        raw.autocommit = False
        op.execute("DROP TABLE videos")
        """,
    )

    assert [one.autocommit for one in script.statements] == [True, False]


def test_a_session_is_one_whoever_makes_it(read: Read) -> None:
    script = upgrade_of(
        read,
        """
        from app import db
        session = db.Session(bind=op.get_bind())
        session.execute(sa.text("DELETE FROM videos"))
        session.commit()
        """,
    )

    assert [one.sql for one in script.statements] == ["DELETE FROM videos"]
    assert script.not_analysed == []


@pytest.mark.parametrize("call", ["LOG.info('done')", "get_logger('x').warning('slow')", "seen['a'].append(1)"])
def test_a_log_of_another_library_is_not_said(read: Read, call: str) -> None:
    script = upgrade_of(read, f"from app.helpers import LOG, get_logger, seen\n{call}")

    assert script.not_analysed == []


def test_operations_and_the_context_are_imported_by_name(read: Read) -> None:
    script = upgrade_of(
        read,
        """
        from alembic.context import get_context
        schema = get_context().version_table_schema or ""
        if get_context().dialect.name == "postgresql":
            op.execute("DROP TABLE " + schema + "videos")
        else:
            op.execute("DROP TABLE others")
        """,
    )

    assert [one.sql for one in script.statements] == ["DROP TABLE videos"]
    assert script.not_analysed == []


def test_a_word_that_depends_on_the_environment_is_read_and_said(read: Read) -> None:
    script = upgrade_of(
        read,
        """
        import os
        fast = os.environ.get("FAST")
        op.execute(f"CREATE INDEX {'CONCURRENTLY ' if fast else ''}ix ON videos (title)")
        """,
    )

    assert [one.concurrent for one in script.statements] == [True]
    assert [one.why for one in script.not_analysed] == [
        "fast is not known before it runs: 'CONCURRENTLY ' is read, not ''"
    ]


def test_columns_that_are_not_known_are_one_name(read: Read) -> None:
    script = upgrade_of(read, "from app import names\nop.create_index('ix', 'videos', names)")

    assert [one.sql for one in script.statements] == ["CREATE INDEX ix ON videos (unread_all_names)"]
