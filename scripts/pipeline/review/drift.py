"""
The models against the migrated database, by two real databases: one that the revisions made, one that the models did.

`alembic check` compares what SQLAlchemy reads of a database with what it knows of the models, and neither has
everything: defaults, checks, predicates of indexes, labels. PostgreSQL's own catalog has.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.review.comparing.catalog import Catalog, Difference, differences, read_catalog
from pipeline.review.comparing.responsibility import Excluded, sorted_out
from pipeline.review.running.databases import Databases, plain
from pipeline.review.running.process import job, program
from pipeline.review.running.project import Project
from pipeline.review.running.variables import environment

SECONDS = 120.0
"""How long env.py may take to tell of its models, each time it is asked."""
Asking = Callable[[URL, str], list[dict[str, Any]]]
"""Tells what `models_inside` says on the database at a URL when it is told a verb."""
_EXTENSIONS = """SELECT x.extname, n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
WHERE x.extname <> 'plpgsql' ORDER BY x.oid"""
_SCHEMAS = (
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')"
)
_RELATIONS = """SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
  n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS
  (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'TYPE', n.nspname, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS
  (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')"""


@dataclass(frozen=True)
class Drift:
    """
    What differs: before is the database that the revisions made, after the one that the models did.

    `findings` are what the models are responsible for; `information` is what only the database has, and no model
    could say or does. `not_compared` says why nothing was compared.
    """

    findings: tuple[Difference, ...] = ()
    information: tuple[Difference, ...] = ()
    not_compared: str | None = None


@dataclass(frozen=True)
class _Made:
    """What making the models' database came to."""

    models: int
    filtered: bool
    failure: str | None


def drift(project: Project, databases: Databases, migrated: URL, asking: Asking | None = None) -> Drift:
    """
    Compare the models of `project` with the database at `migrated`, to which nobody may be connected.

    `asking` asks a project that is started already; without it, one is started for each question.

    Raises CouldNotAnswer when the project does not start, or its models cannot be created.
    """
    url = databases.empty()
    _prepare(url, migrated)
    ask = asking or partial(_run, project)
    made = _make(ask, url)
    if made.failure:
        url, made = _make_beside_what_is_there(ask, databases, migrated, made.failure)
    if not made.models:
        return Drift(not_compared="env.py gives Alembic no target_metadata: there are no models to compare with.")
    excluded = _filters(ask, databases.copy(migrated)) if made.filtered else frozenset()
    database, models = _catalog(migrated), _catalog(url)
    findings, information = sorted_out(differences(database, models), database, models, excluded)
    return Drift(findings, information)


def _prepare(url: URL, migrated: URL) -> None:
    """Create what models take for granted, and revisions have to create: schemas and extensions."""
    with psycopg.connect(plain(migrated)) as there, psycopg.connect(plain(url)) as connection:
        for (name,) in there.execute(_SCHEMAS):
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))
        for name, schema in there.execute(_EXTENSIONS):
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {} CASCADE").format(
                    sql.Identifier(name), sql.Identifier(schema)
                )
            )


def _make(ask: Asking, url: URL) -> _Made:
    lines = ask(url, "create")
    told = [line for line in lines if "models" in line]
    failure = next((str(line["why"]) for line in lines if "failed" in line), None)
    models = sum(line["models"] for line in told)
    return _Made(models, any(line["filtered"] for line in told), failure)


def _make_beside_what_is_there(ask: Asking, databases: Databases, migrated: URL, why: str) -> tuple[URL, _Made]:
    """Models may use a function, a domain or a sequence that only a revision creates: then with these in place."""
    url = databases.copy(migrated)
    with psycopg.connect(plain(url)) as connection:
        for kind, schema, name in connection.execute(_RELATIONS).fetchall():
            connection.execute(
                sql.SQL("DROP {} IF EXISTS {} CASCADE").format(sql.SQL(kind), sql.Identifier(schema, name))
            )
    made = _make(ask, url)
    if made.failure:
        raise CouldNotAnswer(
            f"The models cannot be created in an empty database ({why}), nor beside what the revisions make beside "
            f"tables ({made.failure}): create what they need in a revision, or declare it in the models."
        )
    return url, made


def _filters(ask: Asking, url: URL) -> frozenset[Excluded]:
    lines = ask(url, "filters")
    failure = next((line["why"] for line in lines if "failed" in line), None)
    if failure:
        raise CouldNotAnswer(f"env.py's include_name or include_object fails on the migrated database: {failure}")
    return frozenset(Excluded(*line["excluded"]) for line in lines if "excluded" in line)


def _catalog(url: URL) -> Catalog:
    with psycopg.connect(plain(url)) as connection:
        return read_catalog(connection)


def _run(project: Project, url: URL, verb: str) -> list[dict[str, Any]]:
    database = url.render_as_string(hide_password=False)
    try:
        done = subprocess.run(
            program(project, "models_inside"), input=json.dumps(job(project, url) | {"verb": verb}), cwd=project.root,
            env=environment(database, project.variables), capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CouldNotAnswer(
            f"The models were not created within {SECONDS:.0f} s: env.py waits for something."
        ) from error
    except OSError as error:
        raise CouldNotAnswer(f"{project.python} cannot be run: {error.strerror}.") from error
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    start = next((line["why"] for line in lines if line.get("failed") == "start"), None)
    if start or not lines:
        words = start or (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CouldNotAnswer(
            f"The project's env.py does not run in {project.root} with {project.python.name}: {words} "
            "Install what it needs beside Alembic, so that its models can be compared."
        )
    return lines
