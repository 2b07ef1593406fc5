"""What a finding tells to paste means the same where it is pasted, and speaks the file's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Finding
from pipeline.review.revision import Revision
from tests.pipeline.review.conftest import findings_in

Read = Callable[..., Revision]
DELETE = 'op.execute("DELETE FROM videos WHERE …")'


def only(read: Read, rule: str, upgrade: str, downgrade: str = "pass") -> Finding:
    found = [one for one in findings_in(read(upgrade, downgrade)) if one.rule == rule]
    assert len(found) == 1, found
    return found[0]


def test_a_loops_variable_is_not_carried_into_another_revision(read: Read) -> None:
    """There it is a NameError: the name that it has here is written instead."""
    found = only(
        read, "index-blocks-writes", 'for name, table in [("ix", "videos")]:\n    op.create_index(name, table, ["a"])'
    )

    assert found.remedy.endswith('op.execute("CREATE INDEX CONCURRENTLY ix ON videos USING btree (a)")')


def test_what_the_call_says_itself_stays_the_authors(read: Read) -> None:
    found = only(read, "index-blocks-writes", 'op.create_index("ix", "videos", [sa.text("lower(a)")])')

    assert 'op.create_index("ix", "videos", [sa.text("lower(a)")], postgresql_concurrently=True)' in found.remedy


def test_a_connection_is_not_carried_into_another_revision(read: Read) -> None:
    found = only(
        read,
        "slow-statement-under-lock",
        """
        conn = op.get_bind()
        op.add_column("videos", sa.Column("a", sa.Text()))
        conn.execute(sa.text("CREATE TABLE copies AS SELECT * FROM others"))
        """,
    )

    assert found.remedy.endswith('op.execute("CREATE TABLE copies AS SELECT * FROM others")')


def test_what_was_outside_of_a_transaction_stays_there(read: Read) -> None:
    found = only(
        read,
        "autocommit-splits-revision",
        """
        with op.get_context().autocommit_block():
            op.execute("CREATE INDEX CONCURRENTLY ix ON videos (a)")
            op.execute("CREATE INDEX CONCURRENTLY iy ON videos (b)")
        """,
    )

    assert "with op.get_context().autocommit_block():\n    op.execute(" in found.remedy


def test_an_index_of_mixed_case_is_renamed_in_quotes(read: Read) -> None:
    there = 'op.drop_index("Old", table_name="videos")\nop.create_index("New", "videos", ["a"])'
    back = 'op.drop_index("New", table_name="videos")\nop.create_index("Old", "videos", ["a"])'

    found = next(one for one in findings_in(read(there, back)) if one.rule == "renamed-index-is-rebuilt")

    assert 'ALTER INDEX "Old" RENAME TO "New"' in found.remedy


def test_a_statement_by_key_is_not_made_a_range(read: Read) -> None:
    """Its values come from outside: `WHERE id = NULL` is nothing to paste."""
    found = only(
        read,
        "update-under-lock",
        """
        op.add_column("videos", sa.Column("a", sa.Text()))
        op.get_bind().execute(sa.text("UPDATE videos SET a = :a WHERE id = :id"), {"a": "x", "id": 7})
        """,
    )

    assert "NULL" not in found.remedy
    assert "WHERE id = :id" in found.remedy


def test_a_name_of_ours_is_not_shown_to_the_author(read: Read) -> None:
    found = findings_in(
        read(
            """
            from app import settings, types
            op.drop_column("videos", "title", schema=settings.SCHEMA)
            op.alter_column("others", "title", type_=types.Long())
            """
        )
    )

    said = {one.rule: one for one in found}
    assert [one for one in found if "unread_" in f"{one.subject} {one.message} {one.remedy}"] == []
    assert said["drop-column"].subject == "settings.SCHEMA.videos.title"
    assert "schema=settings.SCHEMA)" in said["drop-column"].remedy
    assert "written again as types.Long(…)" in said["alter-type-rewrites"].message


@pytest.mark.parametrize("condition", ["false", "'kind' = 'old'", "NULL"])
def test_a_condition_that_never_holds_deletes_nothing(read: Read, condition: str) -> None:
    found = findings_in(read(DELETE.replace("…", condition)))

    assert [one.rule for one in found if one.rule == "delete-all-rows"] == []


@pytest.mark.parametrize("condition", ["true", "1 = 1", "'a' = 'a'"])
def test_a_condition_that_always_holds_deletes_everything(read: Read, condition: str) -> None:
    assert only(read, "delete-all-rows", DELETE.replace("…", condition)).subject == "videos"


def test_nulls_are_no_duplicates(read: Read) -> None:
    """A column that is new is NULL in every row, and a unique key takes any number of these."""
    found = findings_in(
        read(
            """
            op.add_column("videos", sa.Column("token", sa.Text(), nullable=True))
            op.create_unique_constraint("uq_videos", "videos", ["channel", "token"])
            """
        )
    )

    assert [one.rule for one in found if one.rule == "unique-over-duplicates"] == []
