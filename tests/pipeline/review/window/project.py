"""
Small projects in two versions, each with its models, its env.py and its tables, for the tests of the window.

The tables are made by DDL written by hand: what is tested is what a release does with a schema, not Alembic.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from pipeline.review.layout import find_layout
from pipeline.review.running.databases import plain
from pipeline.review.running.project import Project, find_project

PLAIN = "plain"
FLASK = "flask"
ASYNC = "async"

_ENV = """
from alembic import context
from sqlalchemy import create_engine
from models import Base
from db import URL
with create_engine(URL).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
_ENV_OF_FLASK = """
from alembic import context
from flask import current_app
database = current_app.extensions["migrate"].db
with database.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=database.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
_ENV_OF_ASYNC = """
import asyncio
from alembic import context
from db import engine
from models import Base

def run(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    async with engine.connect() as connection:
        await connection.run_sync(run)

asyncio.run(main())
"""
_DB = """
import os
URL = os.environ["DATABASE_URL"].replace("postgresql+psycopg", "postgresql+{driver}")
"""
_DB_OF_ASYNC = _DB + "from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine(URL)\n"
_APP = """
import os
from flask import Flask
from flask_migrate import Migrate
from models import db
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db.init_app(app)
Migrate(app, db)
"""
_HEAD = """
import enum
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import *
"""
_BASE = "class Base(DeclarativeBase):\n    pass\n"
_BASE_OF_FLASK = "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nBase = db.Model\n"


def write_project(folder: Path, models: str, kind: str = PLAIN, driver: str = "psycopg") -> Project:
    """Write a project with these models into `folder`; `Base` is there, and all that SQLAlchemy exports."""
    directory = folder / "migrations"
    (directory / "versions").mkdir(parents=True)
    base = _BASE_OF_FLASK if kind == FLASK else _BASE
    (folder / "models.py").write_text(_HEAD + base + textwrap.dedent(models))
    env = {PLAIN: _ENV, FLASK: _ENV_OF_FLASK, ASYNC: _ENV_OF_ASYNC}[kind]
    (directory / "env.py").write_text(env)
    if kind == FLASK:
        (folder / "app.py").write_text(_APP)
        (directory / "alembic.ini").write_text("[alembic]\n")
    else:
        (folder / "db.py").write_text((_DB_OF_ASYNC if kind == ASYNC else _DB).format(driver=driver))
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    return find_project(find_layout(directory))


def run_sql(url: URL | str, *statements: str) -> None:
    """Commit the statements, on a connection of their own."""
    with psycopg.connect(plain(make_url(url)), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def operations(breakages: Iterable[object]) -> set[str]:
    return {str(one.operation) for one in breakages}  # type: ignore[attr-defined] # Whatever has an operation.
