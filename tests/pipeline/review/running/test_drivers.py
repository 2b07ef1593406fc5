"""
A foreign project is watched as closely as ours, whatever its driver and however old its Alembic.

Each has an environment of its own, as a foreign project has: nothing of the review is installed there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review.finding import Direction
from pipeline.review.running.session import Session, Watch
from tests.pipeline.review.running.conftest import PLAIN_ENV, Stage

ASYNC_ENV = """
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import {import_}
def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
async def main():
    section = context.config.get_section(context.config.config_ini_section)
    engine = {engine}
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()
asyncio.run(main())
"""
FROM_CONFIG = ASYNC_ENV.format(
    import_="async_engine_from_config",
    engine='async_engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)',
)
# What the template of Alembic 1.7 has.
FROM_ENGINE = ASYNC_ENV.format(
    import_="AsyncEngine",
    engine='AsyncEngine(engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool, future=True))',
).replace("import pool", "import engine_from_config, pool")
NOW = ("sqlalchemy==2.0.43", "alembic==1.16.5")
ONCE = ("sqlalchemy==1.4.54", "alembic==1.7.7")

ROWS = 20_000
TABLE = f"CREATE TABLE t (id int, a text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, {ROWS}) g"  # noqa: S608 - a number of ours.
REWRITES = "op.execute('ALTER TABLE t ALTER COLUMN id TYPE bigint')"
FAILS = "op.execute('ALTER TABLE t ADD CONSTRAINT one_only UNIQUE (a)')"
HANGS = "op.execute('SELECT pg_sleep(600)')"
BUILDS = """
with op.get_context().autocommit_block():
    op.create_index("i", "t", ["a"], postgresql_concurrently=True)
"""
UP = Direction.UPGRADE

MakePython = Callable[..., Path]


@pytest.fixture(scope="module")
def python_with(tmp_path_factory: pytest.TempPathFactory) -> MakePython:
    """Return a function that makes an environment with these requirements, once each, and returns its Python."""
    made: dict[tuple[str, ...], Path] = {}
    uv = str(Path(sys.executable).with_name("uv"))

    def make(*requirements: str) -> Path:
        if requirements not in made:
            folder = tmp_path_factory.mktemp("python") / "venv"
            subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
            python = folder / "bin" / "python"
            subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *requirements], check=True)
            made[requirements] = python
        return made[requirements]

    return make


@pytest.mark.parametrize(
    ("requirements", "env"),
    [
        pytest.param((*NOW, "psycopg2-binary==2.9.11"), PLAIN_ENV, id="psycopg2"),
        pytest.param((*NOW, "pg8000==1.31.5"), PLAIN_ENV, id="pg8000"),
        pytest.param((*NOW, "asyncpg==0.30.0", "greenlet"), FROM_CONFIG, id="asyncpg"),
        pytest.param((*NOW, "psycopg[binary]==3.2.10", "greenlet"), FROM_CONFIG, id="psycopg-async"),
        pytest.param((*ONCE, "psycopg2-binary==2.9.11"), PLAIN_ENV, id="old-psycopg2"),
        pytest.param((*ONCE, "asyncpg==0.30.0", "greenlet"), FROM_ENGINE, id="old-asyncpg"),
    ],
)
def test_every_driver_is_watched_alike(
    stage: Stage, python_with: MakePython, requirements: tuple[str, ...], env: str
) -> None:
    python = python_with(*requirements)
    project = stage.write(REWRITES, FAILS, env=env, python=python)
    with Session(project, stage.database(TABLE).set(drivername="postgresql")) as session:
        runs = [session.run(UP, target, watch=Watch.FULL, seconds=60) for target in ("0001", "0002")]
        stage.write(REWRITES, HANGS, env=env)
        stopped = session.run(UP, "0002", watch=Watch.FULL, seconds=3).failure

    assert session.remarks == ()
    assert runs[0].failure is None
    (rewritten,), failed = runs[0].statements, runs[1].failure
    assert [lock.mode for lock in rewritten.locks] == ["AccessExclusive", "Share"]
    assert (rewritten.rewritten, rewritten.autocommit) == (("public.t",), False)
    assert [(scan.relation, scan.rows) for scan in rewritten.scanned] == [("public.t", ROWS)]
    assert rewritten.said == ('rewriting table "t"',)
    assert failed is not None
    assert (failed.sqlstate, failed.sql) == ("23505", "ALTER TABLE t ADD CONSTRAINT one_only UNIQUE (a)")
    assert 'could not create unique index "one_only"' in failed.words
    assert stopped is not None
    assert (stopped.timed_out, stopped.sqlstate, stopped.sql) == (True, "57014", "SELECT pg_sleep(600)")


@pytest.mark.parametrize(
    ("requirements", "env"),
    [
        pytest.param((*NOW, "psycopg2-binary==2.9.11"), PLAIN_ENV, id="psycopg2"),
        pytest.param((*NOW, "asyncpg==0.30.0", "greenlet"), FROM_CONFIG, id="asyncpg"),
        pytest.param((*ONCE, "psycopg2-binary==2.9.11"), PLAIN_ENV, id="old-psycopg2"),
    ],
)
def test_autocommit_is_watched_with_every_driver_that_has_it(
    stage: Stage, python_with: MakePython, requirements: tuple[str, ...], env: str
) -> None:
    """With pg8000, Alembic's autocommit_block() fails by itself."""
    project = stage.write(BUILDS, env=env, python=python_with(*requirements))
    with Session(project, stage.database(TABLE).set(drivername="postgresql")) as session:
        run = session.run(UP, "0001", watch=Watch.FULL, seconds=60)

    assert run.failure is None
    (built,) = run.statements
    assert built.autocommit
    assert ("public.t", "ShareUpdateExclusive") in {(lock.relation, lock.mode) for lock in built.locks}
    assert built.built == ("public.t",)
    assert 'building index "i" on table "t" serially' in built.said
    assert built.ended in run.commits
