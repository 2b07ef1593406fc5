"""
Where revisions are run: one project, started once and told one URL, at which copies of a database take turns.

Starting it anew for each copy would take longer than what most revisions have to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from pipeline.review.comparing.catalog import (
    Catalog,
    Difference,
    differences,
    invalid_indexes,
    read_catalog,
    relations_of,
)
from pipeline.review.comparing.rows import Sums, TableChange, compare_rows
from pipeline.review.drift import SECONDS as DRIFT_SECONDS
from pipeline.review.finding import Direction
from pipeline.review.proving.terms import Terms
from pipeline.review.running.databases import Databases, plain
from pipeline.review.running.project import Project
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.spent import Part
from pipeline.review.running.trace import Run

_TABLES = r"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
      AND c.relname <> 'alembic_version'
"""

_ZONE = "America/New_York"
"""Not UTC, where a change between times with and without a zone rewrites nothing and moves no value."""


class Workbench:
    """Copies of databases, the project that changes the one on stage, and what is read from them afterwards."""

    def __init__(self, project: Project, databases: Databases, stage: URL, terms: Terms) -> None:
        self.project = project
        self.databases = databases
        self.stage = stage
        self.terms = terms
        self.session = Session(project, stage, _ZONE)

    def __enter__(self) -> Self:
        self.session.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.session.__exit__(*error)

    def asked_for_models(self, url: URL, verb: str) -> list[dict[str, Any]]:
        """What the project says of its models on the database at `url`; for `drift`."""
        with self.on_stage(url), self.databases.spent.on(Part.DRIFT):
            return self.session.models(verb, DRIFT_SECONDS)

    def upgrade(
        self, target: str, watch: Watch = Watch.TIMES, die_at_commit: int | None = None, part: Part = Part.RUNS
    ) -> Run:
        """The time that it takes is counted for `part`."""
        with self.databases.spent.on(part):
            return self._run(Direction.UPGRADE, target, watch, die_at_commit)

    def downgrade(self, target: str, watch: Watch = Watch.TIMES) -> Run:
        with self.databases.spent.on(Part.RUNS):
            return self._run(Direction.DOWNGRADE, target, watch, None)

    def _run(self, direction: Direction, target: str, watch: Watch, die_at_commit: int | None) -> Run:
        seconds = self.terms.seconds
        return self.session.run(direction, target, watch=watch, seconds=seconds, die_at_commit=die_at_commit)

    @contextmanager
    def on_stage(self, url: URL) -> Iterator[URL]:
        with self.databases.on_stage(self.stage, url) as stage:
            yield stage

    @contextmanager
    def copy_on_stage(self, of: URL) -> Iterator[URL]:
        """A copy that is dropped in the end."""
        copy = self.databases.copy(of)
        with ExitStack() as stack:
            stack.callback(self.databases.drop, copy)
            yield stack.enter_context(self.on_stage(copy))

    def catalog(self, url: URL | None = None) -> Catalog:
        """The schema of the database at `url`, by default the one on stage."""
        with self._connected(url) as connection:
            return read_catalog(connection)

    def different_from(self, wanted: Catalog) -> tuple[Difference, ...]:
        """How the schema on stage differs."""
        return tuple(differences(wanted, self.catalog()))

    def changed_tables(self, before: Catalog) -> frozenset[str] | None:
        """The tables on stage of which something is different, as `relations_of` names them."""
        return relations_of(before, self.catalog())

    def changed_rows(self, before: URL, known: Sums) -> tuple[TableChange, ...]:
        """How the rows on stage differ from those at `before`, which it is a copy of and of which sums are `known`."""
        with self._connected(before) as old, self._connected() as new:
            return compare_rows(old, new, known)

    def invalid_indexes(self) -> tuple[str, ...]:
        with self._connected() as connection:
            return tuple(invalid_indexes(connection))

    def count_rows(self, url: URL) -> dict[str, int]:
        """How many rows each table has, by `schema.name`."""
        with self._connected(url) as connection:
            tables = connection.execute(_TABLES).fetchall()
            counts = {}
            for schema, table in tables:
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
                counts[f"{schema}.{table}"] = connection.execute(query).fetchall()[0][0]
            return counts

    @contextmanager
    def _connected(self, url: URL | None = None) -> Iterator[psycopg.Connection[Any]]:
        with (
            self.databases.spent.on(Part.COMPARING),
            psycopg.connect(plain(url or self.stage), autocommit=True) as connection,
        ):
            yield connection
