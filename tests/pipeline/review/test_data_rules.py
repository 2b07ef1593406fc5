"""
Rules about data and about releases on schemas: which direction, which transaction, whose object.

The examples beside the rules show what is found; here is what may not be, and what one line is told but once.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.checking import check_sql
from pipeline.review.finding import Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import all_rules

OURS = {
    "add-enum-label", "add-not-null-without-default", "delete-all-rows", "downgrade-fails-on-newer-rows",
    "downgrade-loses-column", "drop-cascade", "drop-column", "drop-server-default", "drop-shared-object", "drop-table",
    "enum-label-used-too-early", "narrowing-type-change", "rename-column", "rename-table", "rename-type",
    "type-change-without-using", "unique-over-duplicates", "update-all-rows", "update-under-lock",
}  # fmt: skip
Read = Callable[..., Revision]


def found(revision: Revision) -> list[tuple[str, str, str]]:
    """What our rules find, as rule, severity and subject."""
    findings = check_sql(revision, [rule for rule in all_rules() if rule.name in OURS])
    return sorted((one.rule, str(one.severity), one.subject) for one in findings)


def test_a_plain_new_table_is_not_mentioned(read: Read) -> None:
    """Neither when it is made nor when it is taken back: that is what most revisions are."""
    upgrade = """
        op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
        with op.batch_alter_table("drafts", schema=None) as batch_op:
            batch_op.create_index(batch_op.f("ix_drafts_id"), ["id"], unique=True)
    """
    downgrade = """
        with op.batch_alter_table("drafts", schema=None) as batch_op:
            batch_op.drop_index(batch_op.f("ix_drafts_id"))
        op.drop_table("drafts")
    """

    assert found(read(upgrade, downgrade)) == []


@pytest.mark.parametrize(
    "written",
    [
        'op.drop_column("videos", "title")',
        'op.drop_column("videos", "title", schema="public")',
        'op.execute("ALTER TABLE videos DROP title")',
        'op.execute("alter table if exists only public.videos drop column if exists title restrict")',
        'op.get_bind().execute(sa.text("ALTER TABLE videos DROP COLUMN title"))',
        'op.execute("SELECT 1; ALTER TABLE videos DROP COLUMN title;")',
        'op.execute("ALTER TABLE \\"videos\\" DROP COLUMN \\"title\\"")',
    ],
)
def test_a_column_is_dropped_however_it_is_written(read: Read, written: str) -> None:
    assert found(read(written)) == [("drop-column", "error", "videos.title")]


@pytest.mark.parametrize(
    "written",
    [
        "op.execute(\"COMMENT ON COLUMN videos.title IS 'we could DROP COLUMN title'\")",
        "op.execute(\"INSERT INTO notes VALUES ('TRUNCATE videos; DROP TABLE videos')\")",
        'op.execute("-- DROP TABLE videos\\nSELECT 1")',
        'op.execute("ALTER TABLE videos ALTER COLUMN title DROP NOT NULL")',
        'op.execute("ALTER TABLE videos DROP CONSTRAINT ck_videos_title")',
        'op.execute("DROP INDEX ix_videos_title")',
    ],
)
def test_words_that_look_like_it_are_not_it(read: Read, written: str) -> None:
    assert found(read(written)) == []


def test_in_a_downgrade_a_column_of_the_upgrade_may_go(read: Read) -> None:
    upgrade = 'op.add_column("videos", sa.Column("state", sa.Text(), nullable=True), schema="public")'

    assert found(read(upgrade, 'op.drop_column("videos", "state")')) == [
        ("downgrade-loses-column", "info", "videos.state")
    ]


def test_cascade_on_a_dropped_table_is_said_with_the_table(read: Read) -> None:
    assert found(read('op.execute("DROP TABLE posts CASCADE")')) == [("drop-table", "error", "posts")]


def test_a_type_dropped_with_cascade_takes_columns(read: Read) -> None:
    assert found(read('op.execute("DROP TYPE mood CASCADE")')) == [("drop-cascade", "error", "type mood")]


def test_tables_that_swap_their_names_are_there_all_the_time(read: Read) -> None:
    upgrade = """
        op.execute("CREATE TABLE posts_new (LIKE posts INCLUDING ALL)")
        op.rename_table("posts", "posts_old")
        op.rename_table("posts_new", "posts")
    """

    assert found(read(upgrade)) == []


def test_a_view_that_comes_in_another_transaction_comes_too_late(read: Read) -> None:
    upgrade = """
        op.rename_table("posts", "links")
        with op.get_context().autocommit_block():
            op.execute("CREATE VIEW posts AS SELECT * FROM links")
    """

    assert found(read(upgrade)) == [("rename-table", "error", "posts")]


def test_a_downgrade_gives_back_the_name(read: Read) -> None:
    upgrade = 'op.alter_column("videos", "title", new_column_name="headline")'
    downgrade = 'op.alter_column("videos", "headline", new_column_name="title")'

    assert found(read(upgrade, downgrade)) == [("rename-column", "error", "videos.title")]


def test_a_column_that_fills_itself_needs_no_default(read: Read) -> None:
    upgrade = """
        op.execute("ALTER TABLE videos ADD COLUMN a serial NOT NULL")
        op.execute("ALTER TABLE videos ADD COLUMN b int GENERATED ALWAYS AS IDENTITY")
        op.execute("ALTER TABLE videos ADD COLUMN c int GENERATED ALWAYS AS (1) STORED NOT NULL")
        op.execute("ALTER TABLE videos ADD COLUMN d int NOT NULL DEFAULT 0")
        op.execute("ALTER TABLE videos ADD COLUMN e int CHECK (e IS NOT NULL OR e IS NULL)")
    """

    assert found(read(upgrade)) == []


def test_a_column_made_strict_at_once_fails_on_the_rows_that_are_there(read: Read) -> None:
    upgrade = """
        op.add_column("videos", sa.Column("state", sa.Text(), nullable=True))
        op.alter_column("videos", "state", nullable=False)
    """

    [(rule, severity, subject)] = found(read(upgrade))
    [finding] = [one for one in check_sql(read(upgrade), all_rules()) if one.rule == rule]

    assert (rule, severity, subject) == ("add-not-null-without-default", "error", "videos.state")
    assert (finding.line, "rows that are there" in finding.message) == (12, True)


def test_a_column_filled_and_made_strict_still_fails_the_running_release(read: Read) -> None:
    upgrade = """
        op.add_column("videos", sa.Column("state", sa.Text(), nullable=True))
        with op.get_context().autocommit_block():
            op.execute("UPDATE videos SET state = 'new' WHERE state IS NULL")
        op.alter_column("videos", "state", nullable=False)
    """
    finding = next(one for one in check_sql(read(upgrade), all_rules()) if one.rule == "add-not-null-without-default")

    assert "each INSERT of it fails" in finding.message


def test_in_a_downgrade_the_older_release_fills_the_column_itself(read: Read) -> None:
    downgrade = """
        op.add_column("videos", sa.Column("state", sa.Text(), nullable=True))
        with op.get_context().autocommit_block():
            op.execute("UPDATE videos SET state = 'new' WHERE state IS NULL")
        op.alter_column("videos", "state", nullable=False)
    """

    assert found(read('op.execute("SELECT 1")', downgrade)) == []


def test_the_remedy_is_the_authors_own_call(read: Read) -> None:
    upgrade = 'op.add_column("videos", sa.Column("state", sa.String(20), comment="x", nullable=False), schema="app")'
    [finding] = [one for one in check_sql(read(upgrade), all_rules()) if one.rule == "add-not-null-without-default"]

    assert finding.remedy.splitlines()[1].strip() == (
        'op.add_column("videos", sa.Column("state", sa.String(20), comment="x", server_default="", nullable=False),'
        ' schema="app")'
    )


def test_a_remedy_for_sql_is_sql(read: Read) -> None:
    upgrade = 'op.execute("ALTER TABLE videos ADD COLUMN n integer NOT NULL, ADD COLUMN p point NOT NULL")'
    findings = [one for one in check_sql(read(upgrade), all_rules()) if one.rule == "add-not-null-without-default"]

    assert [one.remedy.splitlines()[1].strip() for one in findings] == [
        'op.execute("ALTER TABLE videos ADD COLUMN n int DEFAULT 0 NOT NULL, ADD COLUMN p point NOT NULL")',
        'op.execute("ALTER TABLE videos ADD COLUMN n int NOT NULL, ADD COLUMN p point")',
    ]


def test_a_default_dropped_for_a_change_of_type_is_there_again(read: Read) -> None:
    upgrade = """
        op.execute("ALTER TABLE posts ALTER state DROP DEFAULT, ALTER state TYPE mood USING state::mood")
        op.execute("ALTER TABLE posts ALTER state SET DEFAULT 'sad'")
    """

    assert found(read(upgrade)) == []


def test_replacing_an_enum_by_name_is_no_rename(read: Read) -> None:
    upgrade = """
        op.execute("ALTER TYPE mood RENAME TO mood_old")
        op.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
        op.execute("ALTER TABLE posts ALTER mood TYPE mood USING mood::text::mood")
        op.execute("DROP TYPE mood_old")
    """

    assert found(read(upgrade)) == []


def test_a_label_may_be_used_once_it_is_committed(read: Read) -> None:
    upgrade = """
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'happy'")
        op.execute("ALTER TABLE posts ALTER mood SET DEFAULT 'happy'")
    """

    assert found(read(upgrade)) == [("add-enum-label", "info", "mood.happy")]


def test_a_unique_key_that_comes_back_may_meet_newer_duplicates(read: Read) -> None:
    upgrade = 'op.drop_constraint("uq_videos_slug", "videos", type_="unique")'
    downgrade = 'op.create_unique_constraint("uq_videos_slug", "videos", ["slug"])'

    assert found(read(upgrade, downgrade)) == [("unique-over-duplicates", "warning", "videos(slug)")]


def test_duplicates_are_for_the_data_to_tell(read: Read) -> None:
    upgrade = 'op.create_unique_constraint("uq_videos_slug", "videos", ["slug", "state"])'

    [finding] = [one for one in check_sql(read(upgrade), all_rules()) if one.rule == "unique-over-duplicates"]

    assert finding.severity is Severity.INFO
    assert "SELECT slug, state, count(*) FROM videos GROUP BY slug, state HAVING count(*) > 1" in finding.remedy


def test_an_update_behind_an_alter_is_told_once(read: Read) -> None:
    upgrade = """
        op.add_column("videos", sa.Column("seen", sa.Boolean(), nullable=True))
        op.execute("UPDATE videos SET seen = false")
    """

    assert found(read(upgrade)) == [("update-under-lock", "error", "videos")]


@pytest.mark.parametrize(
    "before",
    [
        'op.create_table("drafts", sa.Column("id", sa.Integer()))',
        'op.create_foreign_key("fk", "posts", "videos", ["video_id"], ["id"], postgresql_not_valid=True)',
        'op.execute("ALTER TABLE posts VALIDATE CONSTRAINT fk")',
        'op.execute("CREATE INDEX ix ON posts (id)")',
    ],
)
def test_an_update_behind_what_readers_do_not_notice_is_an_update(read: Read, before: str) -> None:
    upgrade = f'{before}\nop.execute("UPDATE videos SET seen = false WHERE seen IS NULL")'  # noqa: S608 # A revision's text.

    assert found(read(upgrade)) == []


def test_rows_of_a_new_table_are_nobodys(read: Read) -> None:
    upgrade = """
        op.execute("ALTER TABLE videos ADD COLUMN seen boolean")
        op.execute("CREATE TABLE drafts AS SELECT id FROM videos")
        op.execute("UPDATE drafts SET id = id + 1")
        op.execute("DELETE FROM drafts")
    """

    assert found(read(upgrade)) == []


def test_a_type_whose_old_one_nobody_knows_is_not_judged(read: Read) -> None:
    assert found(read('op.execute("ALTER TABLE videos ALTER views TYPE integer")')) == []


def test_a_cast_that_is_told_how_is_accepted(read: Read) -> None:
    upgrade = """
        op.alter_column(
            "videos", "views", existing_type=sa.Text(), type_=sa.Integer(), postgresql_using="views::integer"
        )
    """

    assert found(read(upgrade)) == []


def test_the_missing_using_can_be_fixed_by_itself(read: Read) -> None:
    upgrade = 'op.alter_column("videos", "views", existing_type=sa.Text(), type_=sa.Integer())'
    [finding] = [one for one in check_sql(read(upgrade), all_rules()) if one.rule == "type-change-without-using"]

    assert [edit.text.strip() for edit in finding.edits] == [
        'op.alter_column("videos", "views", existing_type=sa.Text(), type_=sa.Integer(), postgresql_using="views::int")'
    ]
