"""Any Alembic script directory is read from text alone: every layout, every style of file, and what cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from pipeline.errors import UsageError
from pipeline.review.directory import Directory, read_directory
from pipeline.review.layout import find_layout

REVISION = (
    "from alembic import op\nrevision = {0!r}\ndown_revision = {1!r}\ndef upgrade(): pass\ndef downgrade(): pass\n"
)


def write(path: Path, identifier: str, down: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(REVISION.format(identifier, down))
    return path


def ids(directory: Path) -> list[str]:
    return sorted(revision.id for revision in read_directory(find_layout(directory)).revisions)


def single(tmp_path: Path, content: str | bytes, name: str = "a_file.py") -> Directory:
    path = tmp_path / "migrations" / "versions" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_directory(find_layout(tmp_path / "migrations"))


def said(directory: Directory) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in directory.not_analysed]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project as `alembic init db/migrations` leaves it, with one revision and an env.py that must not run."""
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/db/migrations\n")
    write(tmp_path / "db/migrations/versions/a.py", "a")
    (tmp_path / "db/migrations/env.py").write_text("raise SystemExit('the review ran env.py')\n")
    return tmp_path


@pytest.mark.parametrize("typed", [".", "alembic.ini", "db/migrations", "db/migrations/versions"])
def test_the_directory_its_settings_its_versions_and_its_project_are_the_same(project: Path, typed: str) -> None:
    layout = find_layout(project / typed)

    assert (layout.directory, ids(project / typed)) == (project / "db/migrations", ["a"])


def test_a_flask_migrate_folder_has_its_settings_inside(tmp_path: Path) -> None:
    write(tmp_path / "migrations/versions/a.py", "a")
    (tmp_path / "migrations/env.py").touch()
    (tmp_path / "migrations/alembic.ini").write_text("[alembic]\n# file_template = %%(rev)s\n[loggers]\nkeys = root\n")

    assert ids(tmp_path / "migrations") == ids(tmp_path) == ids(tmp_path / "migrations/alembic.ini") == ["a"]


@pytest.mark.parametrize(
    ("locations", "separator"),
    [
        ("%(here)s/one %(here)s/two", ""),
        ("one, two", ""),
        ("one:two", "version_path_separator = :"),
        ("one:two", "path_separator = os"),
        ("one;two", "path_separator = ;"),
        ("one\n  two", "path_separator = newline"),
        ("one two", "version_path_separator = space"),
    ],
)
def test_several_version_locations_are_read_however_they_are_separated(
    project: Path, locations: str, separator: str
) -> None:
    settings = f"[alembic]\nscript_location = db/migrations\nversion_locations = {locations}\n{separator}\n"
    (project / "alembic.ini").write_text(settings)
    write(project / "one/b.py", "b")
    write(project / "two/c.py", "c")

    assert [ids(project / typed) for typed in (".", "db/migrations", "two")] == [["b", "c"], ["b", "c"], ["c"]]


def test_the_settings_may_be_in_pyproject(project: Path) -> None:
    (project / "alembic.ini").unlink()
    (project / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "%(here)s/db/migrations"\nversion_locations = ["%(here)s/one", "two"]\n'
    )
    write(project / "one/b.py", "b")
    write(project / "two/c.py", "c")

    assert ids(project) == ids(project / "db/migrations") == ["b", "c"]


def test_settings_in_pyproject_count_beside_an_ini_for_the_rest(project: Path) -> None:
    """As `alembic init --template pyproject` leaves them."""
    (project / "alembic.ini").write_text("[alembic]\n# sqlalchemy.url =\n")
    (project / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s/db/migrations"\n')

    assert ids(project) == ["a"]


def test_paths_are_shown_as_they_can_be_typed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "db/migrations/versions")

    assert [str(file) for file in find_layout(Path()).files()] == ["a.py"]


def test_settings_that_are_a_template_do_not_hide_the_one_directory_there_is(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = {alembic_dir}\n")
    write(tmp_path / "alembic/versions/a.py", "a")
    (tmp_path / "alembic/env.py").touch()

    assert ids(tmp_path) == ["a"]


def test_a_package_is_looked_up_as_folders(project: Path) -> None:
    (project / "alembic.ini").write_text("[alembic]\nprepend_sys_path = lib\nscript_location = shop.db:migrations\n")
    write(project / "lib/shop/db/migrations/versions/b.py", "b")

    assert ids(project) == ["b"]


@pytest.mark.parametrize(("setting", "expected"), [("true", ["a", "b"]), ("false", ["a"])])
def test_folders_in_versions_count_if_the_settings_say_so(project: Path, setting: str, expected: list[str]) -> None:
    with (project / "alembic.ini").open("a") as settings:
        settings.write(f"recursive_version_locations = {setting}\n")
    write(project / "db/migrations/versions/2024/b.py", "b", "a")

    assert ids(project) == expected


def test_revisions_below_the_versions_that_no_setting_names_are_told(project: Path) -> None:
    """Alembic does not look there; neither do we, and nobody should take that for approval."""
    for name in ("b", "c"):
        write(project / f"db/migrations/versions/2024/{name}.py", name, "a")
    write(project / "db/migrations/versions/more/d.py", "d", "a")
    (project / "db/migrations/versions/data").mkdir()
    (project / "db/migrations/versions/data/table.py").write_text("ROWS = []\n")

    directory = read_directory(find_layout(project))

    assert [(one.file.name, one.why.partition(" here")[0]) for one in directory.not_analysed] == [
        ("2024", "2 files of revisions"),
        ("more", "1 file of revisions"),
    ]
    assert [revision.id for revision in directory.revisions] == ["a"]


def test_without_settings_revisions_in_folders_alone_are_seen(tmp_path: Path) -> None:
    write(tmp_path / "migrations/versions/2024/b.py", "b")

    assert ids(tmp_path / "migrations") == ["b"]


def test_settings_that_cannot_be_read_are_told_and_the_usual_ones_assumed(tmp_path: Path) -> None:
    write(tmp_path / "migrations/versions/a.py", "a")
    (tmp_path / "migrations/alembic.ini").write_text("[alembic\n")

    directory = read_directory(find_layout(tmp_path / "migrations"))

    assert [revision.id for revision in directory.revisions] == ["a"]
    assert [(one.file.name, one.line) for one in directory.not_analysed] == [("alembic.ini", 1)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (None, "is no Alembic script directory: it has no env.py"),
        ("[alembic]\n", "is no Alembic script directory: it has no env.py"),
        ("[alembic]\nscript_location = nowhere\n", "names .*nowhere as script_location, and there is no such folder"),
        ("[one]\nscript_location = a\n[two]\nscript_location = b\n", "leads to several script directories"),
    ],
)
def test_what_leads_nowhere_is_a_usage_error(tmp_path: Path, settings: str | None, message: str) -> None:
    if settings is not None:
        (tmp_path / "alembic.ini").write_text(settings)

    with pytest.raises(UsageError, match=message):
        find_layout(tmp_path)


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere: give --directory"):
        find_layout(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "header",
    [
        "revision = 'a'\ndown_revision = 'b'",
        "revision = u'a'\ndown_revision = u'b'",
        "revision: str = 'a'\ndown_revision: str | None = 'b'",
        "revision, down_revision = 'a', 'b'",
        "PARENT = 'b'\nrevision = 'a'\ndown_revision = PARENT",
        "revision = 'a'\ndown_revision = ('b',)",
        "revision = 'a'\ndown_revision = ['b']",
        "revision = ('a')\ndown_revision = (\n    'b'\n)",
        "revision = 'x'\ndown_revision = None\nrevision = 'a'\ndown_revision = 'b'",
    ],
)
def test_every_way_to_write_the_ids_is_read(tmp_path: Path, header: str) -> None:
    [revision] = single(tmp_path, header + "\ndef upgrade(): pass\n").revisions

    assert (revision.id, revision.down) == ("a", ("b",))


def test_merges_labels_and_dependencies_are_read(tmp_path: Path) -> None:
    text = "revision = 'a'\ndown_revision = ('b', 'c')\nbranch_labels = {'billing'}\ndepends_on = 'd'\n"

    [revision] = single(tmp_path, text).revisions

    assert (revision.down, revision.labels, revision.depends_on) == (("b", "c"), ("billing",), ("d",))


def test_the_first_alembic_took_the_id_from_the_name(tmp_path: Path) -> None:
    [revision] = single(tmp_path, "down_revision = None\ndef upgrade(): pass\n", "1a2b3c.py").revisions

    assert revision.id == "1a2b3c"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf# Z\xc3\xbcrich\nrevision = 'a'\ndown_revision = None\n",
        b"# -*- coding: latin-1 -*-\n# Z\xfcrich\nrevision = 'a'\ndown_revision = None\n",
        b"revision = 'a'\r\ndown_revision = None\r\nPATTERN = '\\d'\r\n",
        b"revision = 'a'\n\x0c\ndown_revision = None\n",
    ],
)
def test_byte_order_marks_codings_and_line_ends_are_read(tmp_path: Path, content: bytes) -> None:
    directory = single(tmp_path, content)

    assert ([revision.id for revision in directory.revisions], directory.not_analysed) == (["a"], ())


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"revision = 'a'\ndef upgrade():\n    print 'x'\n", 3, "It is written in Python 2"),
        (b"revision = 'a'\ntry:\n    pass\nexcept A, e:\n    pass\n", 4, "It is written in Python 2"),
        (b"revision = 'a'\ndef upgrade(:\n", 2, "The file is not Python 3: invalid syntax"),
        (b"revision = 'a'\n# Z\xfcrich\n", 2, "The file is not text in the encoding it claims"),
        (b"# coding: klingon\nrevision = 'a'\n", 1, "The file is not text in the encoding it claims"),
        (b"revision = 'a'\n<<<<<<< HEAD\n", 2, "The file is not Python 3"),
        (b"revision = 'a'\nx = '\0'\n", 1, "null bytes"),
        (b"revision = make()\ndef upgrade(): pass\n", 1, "`revision` is no plain string"),
        (b"revision = None\n", 1, "`revision` is no plain string"),
        (b"import x\ndef upgrade(): pass\n", 2, "defines upgrade() but no `revision`"),
        (b"from x import upgrade\n", 1, "defines upgrade() but no `revision`"),
        (b"revision = 'a'\ndef upgrade(): pass\n", 1, "There is no `down_revision`"),
        (b"revision = 'a'\ndown_revision = f'{x}'\n", 2, "`down_revision` is an expression"),
    ],
)
def test_what_cannot_be_read_is_told_with_line_and_reason(tmp_path: Path, content: bytes, line: int, why: str) -> None:
    [(where, told)] = said(single(tmp_path, content))

    assert (where, why in told) == (line, True), told


@pytest.mark.parametrize(
    ("name", "content"),
    [("__init__.py", "def upgrade(): pass\n"), (".#a.py", "revision = (\n")],
)
def test_what_alembic_passes_over_is_passed_over(tmp_path: Path, name: str, content: str) -> None:
    directory = single(tmp_path, content, name)

    assert (directory.revisions, directory.not_analysed) == ((), ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf# Later.\r\n", "The file is empty"),
        (b'"""Later."""\n', "The file defines neither `revision` nor upgrade()"),
        (b"def column(): pass\n", "The file defines neither `revision` nor upgrade()"),
    ],
)
def test_a_file_that_is_no_revision_is_told_as_alembic_stops_at_it(tmp_path: Path, content: bytes, why: str) -> None:
    """Beside it the history has no gap: what follows what is as certain as without it."""
    directory = single(tmp_path, content, "helpers.py")

    [(line, told)] = said(directory)
    assert (line, told.startswith(why), "Alembic refuses every command" in told) == (1, True, True)
    assert (directory.revisions, directory.complete) == ((), True)


def test_alembic_does_stop_at_such_a_file(project: Path) -> None:
    (project / "db/migrations/versions/helpers.py").touch()
    scripts = ScriptDirectory(str(project / "db/migrations"))

    with pytest.raises(CommandError, match="Could not determine revision id"):
        scripts.get_heads()


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "loop.py").symlink_to("loop.py")
    (versions / "nowhere.py").symlink_to("gone.py")
    os.mkfifo(versions / "pipe.py")
    (versions / "folder.py").mkdir()

    directory = read_directory(find_layout(tmp_path))

    assert [one.file.name for one in directory.not_analysed] == ["loop.py", "nowhere.py", "pipe.py"]
    assert all("cannot be opened as a file" in one.why for one in directory.not_analysed)


def test_nesting_too_deep_for_python_is_told(tmp_path: Path) -> None:
    [(line, why)] = said(single(tmp_path, "revision = 'a'\nx = " + "-" * 100_000 + "1\n"))

    assert (line, why.startswith(("Python cannot read", "The file is not Python"))) in [(1, True), (2, True)]
