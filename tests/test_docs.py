"""A promise in the docs that nobody keeps is worse than none; what can be checked mechanically is."""

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from yt_pubsub_handler import settings

PAGES = sorted([Path("README.md"), Path("CONTRIBUTING.md"), *Path("docs").glob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):.*##", Path("Makefile").read_text(), re.MULTILINE))

each_page = pytest.mark.parametrize("page", PAGES, ids=str)


@each_page
def test_every_make_target_that_is_named_is_there(page: Path) -> None:
    typed = re.findall(r"(?:^    |`)make ([a-z-]+)", page.read_text(), re.MULTILINE)

    assert set(typed) - TARGETS == set()


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", page.read_text()) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_picture_in_the_readme_is_there_small_and_described() -> None:
    pictures = re.findall(r'<img src="([^"]+)" width="[^"]+" alt="([^"]{20,})">', Path("README.md").read_text())

    assert len(pictures) == Path("README.md").read_text().count("<img")
    assert [name for name, _ in pictures if not 0 < Path(name).stat().st_size < 150_000] == []


@each_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = re.findall(
        r"`((?:\.github|docs|scripts|tests|migrations|requirements|yt_pubsub_handler)/[\w./-]+)`", page.read_text()
    )

    assert [name for name in named if not Path(name).exists()] == []


def test_every_target_is_in_the_readme() -> None:
    assert {name for name in TARGETS if f"`make {name}" not in Path("README.md").read_text()} == {"help", "setup"}


def test_make_help_lists_every_target() -> None:
    listed = subprocess.run(["make", "help"], capture_output=True, text=True, check=True).stdout

    assert {line.split()[0] for line in listed.splitlines()} == TARGETS


def test_every_setting_is_in_the_readme_and_none_that_is_not_read() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", Path("README.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(settings.NAMES)


def _settings_table() -> dict[str, tuple[str, str]]:
    """Name → when it is needed, and what it is, as the README has it."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|$", Path("README.md").read_text(), re.MULTILINE)
    return {name: (needed, what) for name, needed, what in rows}


def _lacking(environment: dict[str, str]) -> set[str]:
    """What is missed by an app that is started with `environment`."""
    try:
        settings.Settings.read(environment)
    except settings.MissingSettings as error:
        return set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", str(error)))
    return set()


def test_the_readme_says_which_settings_are_needed_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_read_secret", lambda _: {})
    here = _lacking({})
    on_lambda = _lacking({"AWS_LAMBDA_FUNCTION_NAME": "app", "SETTINGS_SECRET": "app/production"})

    needed = {name: "yes" if name in here else "on Lambda" if name in on_lambda else "no" for name in settings.NAMES}

    assert {name: said for name, (said, _) in _settings_table().items()} == needed


def test_the_readme_tells_the_default_of_each_setting_that_has_one() -> None:
    defaults = {field.name.upper(): field.default for field in dataclasses.fields(settings.Settings)}
    told = _settings_table()

    for name, default in defaults.items():
        if isinstance(default, str):
            assert f"`{default}` by default" in told[name][1]


def test_the_review_in_the_readme_is_what_it_says(tmp_path: Path) -> None:
    shown = Path("README.md").read_text().split("$ make review\n")[1].split("```")[0]
    revision = tmp_path / "migrations/versions/0007_drop_title.py"
    revision.parent.mkdir(parents=True)
    revision.write_text(
        '"""Drop the title of videos."""\n\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = "0007"\n'
        'down_revision = None\n\n\ndef upgrade():\n    op.drop_column("videos", "title")\n\n\n'
        'def downgrade():\n    op.add_column("videos", sa.Column("title", sa.Text()))\n'
    )

    command = [str(Path(".venv/bin/python").absolute()), str(Path("scripts/review_revisions.py").absolute()), "--all"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (1, shown)


_ENV = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
_BEFORE = """
from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = None


def upgrade():
    op.create_table("videos", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("title", sa.Text()))


def downgrade():
    op.drop_table("videos")
"""
_DEMANDS = """from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade():
    op.alter_column("videos", "title", nullable=False)


def downgrade():
    op.alter_column("videos", "title", nullable=True)
"""


def test_what_running_shows_in_the_readme_is_what_it_says(tmp_path: Path) -> None:
    file = "migrations/versions/0007_demand_title.py"
    shown = Path("README.md").read_text().split(f"$ make review ARGS={file}\n")[1].split("```")[0]
    (tmp_path / "migrations/versions").mkdir(parents=True)
    (tmp_path / "migrations/env.py").write_text(_ENV)
    (tmp_path / "migrations/versions/0006_videos.py").write_text(_BEFORE)
    (tmp_path / file).write_text(f'"""Demand a title of each video."""\n\n{_DEMANDS}')

    command = [str(Path(".venv/bin/python").absolute()), str(Path("scripts/review_revisions.py").absolute()), file]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (said.returncode, _timeless(said.stdout)) == (1, _timeless(shown))


def _timeless(text: str) -> str:
    return re.sub(r"\d[\d.,]* (ms|s)\b", "… ms", text)


def test_every_option_of_the_rehearsal_in_the_readme_is_one() -> None:
    help_ = subprocess.run(
        [".venv/bin/python", "scripts/rehearse.py", "--help"], capture_output=True, text=True, check=True
    ).stdout

    mentioned = {"--from", "--with-tests", "--port", "-v"}
    assert {option for option in mentioned if option not in Path("README.md").read_text()} == set()
    assert {option for option in mentioned if option not in help_} == set()


def test_every_step_of_the_rehearsal_in_the_readme_is_one() -> None:
    shown = Path("README.md").read_text().split("$ make rehearse\n")[1].split("```")[0]
    workflow = Path(".github/workflows/deploy.yml").read_text()
    ours = "".join(path.read_text() for path in Path("scripts/pipeline/rehearsal").glob("*.py"))

    steps = re.findall(r"^✓ (.+?)  \d", shown, re.MULTILINE)

    named = set(re.findall(r"- name: (.+)", workflow)) | set(re.findall(r'\.step\(f?"([^"{]+)', ours))
    assert len(steps) > 8
    assert [step for step in steps if not step.startswith(tuple(named))] == []


def test_ci_calls_what_the_readme_tells_and_nothing_else() -> None:
    script = Path(".ci/run").read_text().splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]

    assert commands == ["make test", "make test-system", "make rehearse"]
