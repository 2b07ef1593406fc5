"""What the source rules must not say, and what they know from the files around a revision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review.checking import check_source
from pipeline.review.directory import read_revision
from pipeline.review.finding import Edit, Finding
from pipeline.review.revision import Revision
from pipeline.review.rule import all_rules
from pipeline.review.schema.names import given_name

Read = Callable[..., Revision]


def said(revision: Revision) -> set[tuple[str, str]]:
    return {(finding.rule, finding.subject) for finding in found(revision)}


def found(revision: Revision) -> list[Finding]:
    return list(check_source(revision, all_rules()))


def written(folder: Path, name: str, down: str | None, upgrade: str, downgrade: str = "pass") -> Revision:
    path = folder / f"{name}.py"
    path.write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = {name!r}\ndown_revision = {down!r}\n"
        f"def upgrade():\n    {upgrade}\ndef downgrade():\n    {downgrade}\n"
    )
    return read_revision(path)


STATE = 'sa.Column("state", sa.Enum("a", "b", name="state"))'


def test_a_type_of_an_earlier_revision_is_there(tmp_path: Path) -> None:
    written(tmp_path, "one", None, f'op.create_table("orders", {STATE})')
    second = written(tmp_path, "two", "one", f'op.add_column("parcels", {STATE})', 'op.drop_column("parcels", "state")')

    assert said(second) == set()


def test_a_type_that_an_earlier_revision_dropped_is_not(tmp_path: Path) -> None:
    written(tmp_path, "one", None, f'op.create_table("orders", {STATE})')
    written(tmp_path, "two", "one", 'op.drop_table("orders"); op.execute("DROP TYPE state")')
    third = written(
        tmp_path, "three", "two", f'op.add_column("parcels", {STATE})', 'op.drop_column("parcels", "state")'
    )

    assert said(third) == {("type-is-not-created", "state")}


def test_a_table_with_a_type_of_an_earlier_revision_would_make_it_again(tmp_path: Path) -> None:
    """Alembic remembers a type within one run: an empty database shows nothing of it, production does."""
    written(tmp_path, "one", None, f'op.create_table("orders", {STATE})')
    drop = 'op.drop_table("parcels"); op.execute("DROP TYPE state")'
    second = written(tmp_path, "two", "one", f'op.create_table("parcels", {STATE})', drop)

    assert said(second) == {("type-is-created-twice", "state")}


def test_what_happens_in_a_renamed_table_is_undone_under_either_name(read: Read) -> None:
    revision = read(
        """
        op.alter_column("feeds", "url", new_column_name="link")
        op.rename_table("feeds", "channels")
        op.create_unique_constraint("channels_link_key", "channels", ["link"])
        """,
        """
        op.drop_constraint("channels_link_key", "channels", type_="unique")
        op.rename_table("channels", "feeds")
        op.alter_column("feeds", "link", new_column_name="url")
        """,
    )

    assert said(revision) == set()


def test_a_rename_that_is_not_undone_is_told_with_the_way_back(read: Read) -> None:
    revision = read(
        """
        op.rename_table("feeds", "channels")
        op.add_column("channels", sa.Column("link", sa.Text()))
        """,
        'op.drop_column("channels", "link")',
    )

    assert [(one.rule, one.remedy) for one in found(revision)] == [
        ("downgrade-does-not-restore", 'bring it back in downgrade(): op.rename_table("channels", "feeds")')
    ]


def test_dropping_a_column_takes_its_index_along(read: Read) -> None:
    revision = read(
        """
        op.add_column("videos", sa.Column("language", sa.Text()))
        op.create_index("ix_videos_language", "videos", ["language"])
        """,
        'op.drop_column("videos", "language")',
    )

    assert said(revision) == set()


def test_a_downgrade_that_was_not_followed_is_not_judged(read: Read) -> None:
    revision = read(
        'op.add_column("videos", sa.Column("language", sa.Text()))',
        """
        import somewhere
        op.execute(somewhere.undo())
        """,
    )

    assert said(revision) == set()


@pytest.mark.parametrize(
    "moving",
    ["UPDATE videos SET video_title = title", "DELETE FROM videos"],
    ids=["its values are copied", "its rows are deleted"],
)
def test_a_column_that_loses_nothing_is_no_rename(read: Read, moving: str) -> None:
    revision = read(
        f"""
        op.add_column("videos", sa.Column("video_title", sa.Text()))
        op.execute("{moving}")
        op.drop_column("videos", "title")
        """,
        """
        op.add_column("videos", sa.Column("title", sa.Text()))
        op.drop_column("videos", "video_title")
        """,
    )

    assert said(revision) == set()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ('title = mapped_column("heading")', {("renamed-column-is-emptied", "videos.caption", "error")}),
        ("caption = mapped_column(Text)\n    heading = mapped_column(Text)", set()),
    ],
    ids=["the new name alone", "both names"],
)
def test_the_models_tell_whether_it_was_a_rename(
    tmp_path: Path, columns: str, expected: set[tuple[str, str, str]]
) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").touch()
    (tmp_path / "models.py").write_text(f'class Video(Base):\n    __tablename__ = "videos"\n    {columns}\n')
    add, drop = 'op.add_column("videos", sa.Column("{}", sa.Text()))', 'op.drop_column("videos", "{}")'
    revision = written(
        versions, "one", None,
        f'{add.format("heading")}; {drop.format("caption")}', f'{add.format("caption")}; {drop.format("heading")}',
    )  # fmt: skip

    assert {(one.rule, one.subject, str(one.severity)) for one in found(revision)} == expected


def test_naming_a_constraint_is_an_edit_on_both_sides(read: Read) -> None:
    revision = read(
        'op.create_unique_constraint(None, "users", ["email"])', 'op.drop_constraint(None, "users", type_="unique")'
    )

    edits = {edit for one in found(revision) for edit in one.edits}

    assert edits == {
        Edit(11, 11, '    op.create_unique_constraint("users_email_key", "users", ["email"])'),
        Edit(15, 15, '    op.drop_constraint("users_email_key", "users", type_="unique")'),
    }


def test_a_constraint_too_long_is_named_as_the_server_would() -> None:
    """Measured on 18: a table of 40 letters and a column of 40 give 29 and 29 of them."""
    assert given_name("t" * 40, ["c" * 40], "key") == f"{'t' * 29}_{'c' * 29}_key"


def test_a_helper_beside_the_revisions_is_no_application(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").touch()
    (tmp_path / "helpers.py").touch()
    revision = written(tmp_path / "versions", "one", None, "from app.migrations.helpers import note")

    assert said(revision) == set()


@pytest.mark.parametrize(
    "imported", ["migrations.helpers import db", "app.migrations.models import names", "..models import names"]
)
@pytest.mark.parametrize("versions", ["versions", "versions/2024"])
def test_helpers_of_the_revisions_may_be_called_as_models_are(tmp_path: Path, versions: str, imported: str) -> None:
    (tmp_path / versions).mkdir(parents=True)
    (tmp_path / "env.py").touch()
    (tmp_path / "helpers.py").touch()
    (tmp_path / "models.py").touch()
    revision = written(tmp_path / versions, "one", None, f"from {imported}")

    assert said(revision) == set()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("op.execute(update(User).values(a=1))", "update(User) writes the columns, with their defaults, that"),
        ("session.add(User())", "session.add(User) writes the columns, with their defaults, that"),
        ("session.query(User).all()", "session.query(User) selects the columns that"),
    ],
)
def test_a_query_of_a_model_is_told_by_what_it_does(tmp_path: Path, query: str, words: str) -> None:
    revision = written(tmp_path, "one", None, f"from app.models import User; {query}")

    assert [one.message.startswith(words) for one in found(revision) if one.rule == "orm-in-revision"] == [True]
