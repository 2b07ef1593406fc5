"""
What users of other linters complain about, one test for each complaint that reading can show.

A finding that is wrong costs more than one that is missing: after the third, nobody reads the fourth.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Finding, Severity
from pipeline.review.reviewing import Options, review
from pipeline.review.revision import Revision
from tests.pipeline.review.conftest import findings_in
from tests.pipeline.review.project import Project, review_script

Read = Callable[..., Revision]

TABLE = """
op.create_table(
    "videos",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("title", sa.String(length=100), nullable=False),
    sa.Column("seconds", sa.SmallInteger(), nullable=True),
    sa.Column("seen_at", sa.DateTime(), server_default=sa.text("now()"), nullable=False),
    sa.Column("channel_id", sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(["channel_id"], ["channels.id"]),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("title"),
)
"""
STOCK = (
    TABLE + 'op.create_index(op.f("ix_videos_title"), "videos", ["title"], unique=False)',
    'op.drop_index(op.f("ix_videos_title"), table_name="videos")\nop.drop_table("videos")',
)
BATCH = (
    TABLE
    + 'with op.batch_alter_table("videos", schema=None) as batch_op:\n'
    + '    batch_op.create_index(batch_op.f("ix_videos_title"), ["title"], unique=False)',
    'with op.batch_alter_table("videos", schema=None) as batch_op:\n'
    '    batch_op.drop_index(batch_op.f("ix_videos_title"))\nop.drop_table("videos")',
)
NULLABLE_STOCK = (
    'op.add_column("videos", sa.Column("language", sa.Text(), nullable=True))',
    'op.drop_column("videos", "language")',
)
NULLABLE_BATCH = (
    'with op.batch_alter_table("videos", schema=None) as batch_op:\n'
    '    batch_op.add_column(sa.Column("language", sa.Text(), nullable=True))',
    'with op.batch_alter_table("videos", schema=None) as batch_op:\n    batch_op.drop_column("language")',
)


def said(revision: Revision) -> list[tuple[int, str]]:
    return [(one.line, one.rule) for one in findings_in(revision) if one.severity is not Severity.INFO]


def reviewed(project: Project) -> list[Finding]:
    return [one for one in review(Options(project.migrations)).findings if one.severity is not Severity.INFO]


@pytest.mark.parametrize("directions", [STOCK, BATCH], ids=["stock", "batch"])
def test_a_new_table_with_its_index_gives_nothing_at_all(read: Read, directions: tuple[str, str]) -> None:
    """Others have six warnings for it: its index, its key, its integer, its varchar, its timestamp, its names."""
    assert findings_in(read(*directions)) == []


@pytest.mark.parametrize("directions", [NULLABLE_STOCK, NULLABLE_BATCH], ids=["stock", "batch"])
def test_a_new_nullable_column_is_only_told_what_going_back_loses(read: Read, directions: tuple[str, str]) -> None:
    assert [(one.rule, one.severity) for one in findings_in(read(*directions))] == [
        ("downgrade-loses-column", Severity.INFO)
    ]


def test_whatever_is_done_to_a_table_of_the_same_revision_harms_nobody(read: Read) -> None:
    upgrade = """
    op.create_table("tags", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))
    op.create_index("ix_tags_name", "tags", ["name"])
    op.create_unique_constraint("uq_tags_name", "tags", ["name"])
    op.create_check_constraint("ck_tags_name", "tags", "name <> ''")
    op.execute("ALTER TABLE tags ALTER COLUMN name SET NOT NULL")
    op.alter_column("tags", "id", existing_type=sa.Integer(), type_=sa.BigInteger())
    op.execute("INSERT INTO tags (id, name) VALUES (1, 'new')")
    op.execute("UPDATE tags SET name = 'old'")
    """

    assert said(read(upgrade, 'op.drop_table("tags")')) == []


def test_a_table_is_new_in_its_own_revision_only(project: Project) -> None:
    """A whole history that is linted as one script hides every index on a table that the first revision made."""
    made = 'op.create_table("tags", sa.Column("name", sa.Text()))'
    project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade=made, downgrade='op.drop_table("tags")')
    index = project.write(
        "dddddddddddd", "cccccccccccc", upgrade='op.create_index("ix", "tags", ["name"])',
        downgrade='with op.get_context().autocommit_block():\n'
        '        op.drop_index("ix", table_name="tags", postgresql_concurrently=True)',
    )  # fmt: skip

    assert [(one.file.name, one.rule) for one in reviewed(project)] == [(index.name, "index-blocks-writes")]


def test_a_finding_is_accepted_by_a_comment_with_a_reason(project: Project) -> None:
    make, drop = "op.execute('CREATE TABLE tags (id int)')", "op.execute('DROP TABLE tags')"
    accepted = f"{drop}  # review: allow drop-table -- unused since May"
    project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade=make, downgrade=drop)
    project.write("dddddddddddd", "cccccccccccc", upgrade=accepted, downgrade=make)

    assert {(one.rule, one.waived) for one in reviewed(project)} == {("drop-table", "unused since May")}


def test_what_is_no_rename_after_all_is_still_a_dropped_column(project: Project) -> None:
    """The rename's finding stands for the drop's; whoever waives the one has not accepted the other."""
    upgrade = (
        'op.add_column("videos", sa.Column("heading", sa.Text(), nullable=True))\n'
        '    op.drop_column("videos", "headings")'
    )
    downgrade = (
        'op.add_column("videos", sa.Column("headings", sa.Text(), nullable=True))\n'
        '    op.drop_column("videos", "heading")'
    )
    path = project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade=upgrade, downgrade=downgrade)
    before = [one.rule for one in reviewed(project)]
    waiver = '"headings")  # review: allow renamed-column-is-emptied -- another thing\n\n\ndef downgrade'
    project.replace(path, '"headings")\n\n\ndef downgrade', waiver)

    after = [(one.rule, one.waived) for one in reviewed(project)]

    assert before == ["renamed-column-is-emptied"]
    assert sorted(after, key=str) == [("drop-column", None), ("renamed-column-is-emptied", "another thing")]


@pytest.mark.parametrize("quotes", ["", '"'], ids=["plain", "quoted"])
def test_a_rename_written_as_drop_and_add_is_told_once_and_as_a_rename(read: Read, quotes: str) -> None:
    """Others say "ban-drop-column" alone, which nobody connects with a rename."""
    table = f"{quotes}videos{quotes}"
    revision = read(
        f"op.execute('ALTER TABLE {table} ADD COLUMN heading text NOT NULL, DROP COLUMN headings')",
        f"op.execute('ALTER TABLE {table} ADD COLUMN headings text, DROP COLUMN heading')",
    )

    assert said(revision) == [(11, "renamed-column-is-emptied")]


def test_not_null_is_read_where_it_is_and_not_where_the_words_are(read: Read) -> None:
    """A regular expression finds it in a default, a comment, a partial index and a CHECK."""
    upgrade = """
    op.execute("ALTER TABLE videos ADD COLUMN note text DEFAULT 'NOT NULL'")
    op.execute("COMMENT ON COLUMN videos.note IS 'SET NOT NULL later'")
    op.execute("ALTER TABLE videos ADD CONSTRAINT ck_note CHECK (note IS NOT NULL) NOT VALID -- SET NOT NULL")
    """

    assert said(read(upgrade, 'op.drop_column("videos", "note")')) == []


def test_a_new_label_of_an_enum_may_be_added_in_the_transaction(read: Read) -> None:
    """Since 12 it may; only using it there fails. Others ask for a revision without transaction."""
    add = "ALTER TYPE state ADD VALUE IF NOT EXISTS 'lost'"

    found = said(read(f'op.execute("{add}")'))

    assert found == []


def test_a_warning_does_not_fail_the_build(project: Project) -> None:
    drop = "op.execute('DROP VIEW recent')"
    view = "op.execute('CREATE VIEW recent AS SELECT 1 AS one')"
    project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade=drop, downgrade=view)

    done = review_script("--directory", project.migrations)

    assert "drop-shared-object" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("default", ["0", "now()", "'new'", "current_timestamp"])
def test_a_default_that_does_not_change_from_row_to_row_rewrites_nothing(read: Read, default: str) -> None:
    revision = read(
        f'op.execute("ALTER TABLE videos ADD COLUMN extra text NOT NULL DEFAULT {default}")',
        'op.drop_column("videos", "extra")',
    )

    assert said(revision) == []


def test_an_autocommit_block_is_no_transaction(read: Read) -> None:
    upgrade = """
    with op.get_context().autocommit_block():
        op.create_index("ix_videos_title", "videos", ["title"], postgresql_concurrently=True)
    """
    downgrade = """
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_title", table_name="videos", postgresql_concurrently=True)
    """

    assert findings_in(read(upgrade, downgrade)) == []


def test_going_back_over_an_addition_is_no_drop_of_what_is_in_use(read: Read) -> None:
    revision = read('op.create_table("tags", sa.Column("id", sa.Integer()))', 'op.drop_table("tags")')

    assert findings_in(revision) == []


def test_what_cannot_be_followed_is_said(project: Project) -> None:
    path = project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade="__import__('helpers').migrate(op)")

    assert {one.file for one in review(Options(project.migrations)).not_analysed} == {path}
