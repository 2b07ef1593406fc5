"""However a project finds its database, it finds ours; and where it does not, nothing is run and that is said."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Direction
from pipeline.review.layout import find_layout
from pipeline.review.running.project import Project, find_project
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.trace import Run
from tests.pipeline.review.running.conftest import PLAIN_ENV, Stage, ask

BY_URL = """
{before}
from alembic import context
from sqlalchemy import create_engine
with create_engine({url}).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
SHARED = """
from alembic import context
connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("STOP: not for the command line")
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""
REVISION = """
from alembic import op
revision = "0001"
down_revision = None
def upgrade():
    op.execute("CREATE TABLE made (a int)")
def downgrade():
    op.execute("DROP TABLE made")
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    return folder


def project(
    folder: Path,
    env: str,
    *variables: str,
    revision: str = REVISION,
    python: Path | None = None,
    modules: dict[str, str] | None = None,
) -> Project:
    """A project of one revision; `modules` lie beside its script directory."""
    write(folder, {"alembic/env.py": env, "alembic/versions/0001.py": revision})
    write(folder, {f"{name}.py": text for name, text in (modules or {}).items()})
    return find_project(find_layout(folder / "alembic"), python, variables)


def upgraded(made: Project, url: URL) -> Run:
    with Session(made, url) as session:
        return session.run(Direction.UPGRADE, "heads", watch=Watch.TIMES, seconds=60)


def with_driver(name: str) -> str:
    return f'{name}.replace("postgresql://", "postgresql+psycopg://")'


FROM_PARTS = """
import os
from sqlalchemy.engine import URL
part = {name: os.getenv(f"IGNORED_{name}", "") for name in ()}
url = URL.create(
    "postgresql+psycopg", os.environ["SHOP_DB_USER"], os.environ.get("SHOP_DB_PASSWORD"), os.environ["SHOP_DB_HOST"],
    int(os.environ["SHOP_DB_PORT"]), os.getenv("SHOP_DB_NAME"),
)
"""


@pytest.mark.parametrize(
    ("env", "modules"),
    [
        pytest.param(SHARED, {}, id="a connection in config.attributes"),
        pytest.param(
            BY_URL.format(before="import os", url=with_driver('os.environ["SHOP_STORAGE_SQL_URL"]')), {},
            id="a variable of its own",
        ),
        pytest.param(
            BY_URL.format(before="from settings import url", url=with_driver("url")),
            {"settings": 'import os\nurl = os.environ["SHOP_DATABASE_DSN"]'},
            id="a variable that its settings read",
        ),
        pytest.param(
            BY_URL.format(before="from settings import url", url="url"), {"settings": FROM_PARTS},
            id="a variable for each part of the URL",
        ),
        pytest.param(
            BY_URL.format(
                before='from alembic import context\ngiven = context.get_x_argument(as_dictionary=True)["db_url"]',
                url=with_driver("given"),
            ),
            {}, id="an argument -x",
        ),
    ],
)  # fmt: skip
def test_it_is_told_where_the_database_is_however_it_asks(
    stage: Stage, tmp_path: Path, env: str, modules: dict[str, str]
) -> None:
    url = stage.database().set(drivername="postgresql")

    run = upgraded(project(tmp_path, env, modules=modules), url)

    assert run.failure is None
    assert [one.sql for one in run.statements] == ["CREATE TABLE made (a int)"]
    assert ask(url, "SELECT count(*) FROM alembic_version") == 1


def test_a_variable_that_reading_does_not_find_can_be_named(stage: Stage, tmp_path: Path) -> None:
    env = BY_URL.format(before="import os\nname = '_'.join(['WHERE', 'IT', 'IS'])", url=with_driver("os.environ[name]"))
    url = stage.database().set(drivername="postgresql")

    with pytest.raises(CouldNotAnswer, match="Set the environment variable WHERE_IT_IS, or name it with --variable"):
        upgraded(project(tmp_path, env), url)

    assert upgraded(project(tmp_path, env, "WHERE_IT_IS"), url).failure is None


def test_a_module_in_a_package_does_not_hide_an_installed_one_of_its_name(stage: Stage, tmp_path: Path) -> None:
    """Alembic's folder often lies in the package itself, beside modules like `logging.py`."""
    files = {"__init__.py": "", "names.py": "NAME = 1", "colorsys.py": "raise ImportError('not this one')"}
    package = write(tmp_path / "shop", files)
    env = "import colorsys\nfrom shop.names import NAME\n" + PLAIN_ENV
    write(package, {"alembic.ini": "[alembic]\nscript_location = alembic\n"})

    assert upgraded(project(package, env), stage.database()).failure is None


def test_a_project_that_has_become_a_package_by_accident_finds_its_modules(stage: Stage, tmp_path: Path) -> None:
    folder = write(tmp_path / "backend", {"__init__.py": "", "shop_names.py": "NAME = 1"})

    assert upgraded(project(folder, "from shop_names import NAME\n" + PLAIN_ENV), stage.database()).failure is None


def test_a_database_that_is_not_ours_is_left_alone(stage: Stage, tmp_path: Path) -> None:
    """A URL written into env.py may be that of somebody's real database."""
    real = stage.database()
    env = BY_URL.format(before="", url=repr(real.render_as_string(hide_password=False)))

    with pytest.raises(CouldNotAnswer, match=rf"connects to postgresql's {real.database} on .*, and not to .*--variab"):
        upgraded(project(tmp_path, env), stage.database())

    assert ask(real, "SELECT count(*) FROM pg_class WHERE relname IN ('made', 'alembic_version')") == 0


def test_one_that_falls_back_to_another_kind_of_database_is_told_so(stage: Stage, tmp_path: Path) -> None:
    env = BY_URL.format(before="", url=repr(f"sqlite:///{tmp_path}/local.db"))

    with pytest.raises(CouldNotAnswer, match=rf"connects to sqlite's {tmp_path}/local\.db, and not to the database"):
        upgraded(project(tmp_path, env), stage.database())

    assert (tmp_path / "local.db").stat().st_size == 0


def test_an_interpreter_without_alembic_is_told_from_a_project_without_a_package(stage: Stage, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)

    with pytest.raises(CouldNotAnswer, match=r"No module named 'sqlalchemy'.*name the one that has it with --python"):
        upgraded(project(tmp_path, PLAIN_ENV, python=tmp_path / "bare" / "bin" / "python"), stage.database())
    with pytest.raises(CouldNotAnswer, match=r"Install no_such_package there, or name the Python that has it with"):
        upgraded(project(tmp_path, "import no_such_package.part\n" + PLAIN_ENV), stage.database())


def test_a_value_that_a_revision_cannot_stand_is_named(stage: Stage, tmp_path: Path) -> None:
    """A data migration reads rows, and fails on one of many: on which?"""
    reads = REVISION.replace(
        'op.execute("CREATE TABLE made (a int)")',
        "\n    for settings in ['{}', 'not json']:\n        __import__('json').loads(settings)",
    )
    sends = REVISION.replace(
        'op.execute("CREATE TABLE made (a int)")',
        "op.get_bind().exec_driver_sql('SELECT CAST(%(given)s AS text)::int', {'given': 'four'})",
    )
    failures = [
        upgraded(project(tmp_path / name, PLAIN_ENV, revision=text), stage.database()).failure
        for name, text in (("reads", reads), ("sends", sends))
    ]

    assert [failure and failure.values for failure in failures] == ["settings = 'not json'", "{'given': 'four'}"]


def test_a_folder_without_an_env_py_is_told_so(stage: Stage, tmp_path: Path) -> None:
    made = project(tmp_path, PLAIN_ENV)
    (tmp_path / "alembic" / "env.py").unlink()

    with pytest.raises(CouldNotAnswer, match=r"has no env\.py, which is what runs revisions: give --directory"):
        upgraded(made, stage.database())
