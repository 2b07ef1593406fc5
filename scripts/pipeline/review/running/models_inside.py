"""
Runs in the reviewed project's Python: makes in an empty database what the project's models say, and nothing else.

Only the project's env.py knows the models, and how to connect. So Alembic runs it as for `alembic current`, and where
it would apply revisions, the tables are made instead, on the connection that is open there: any driver will do.

Like inside.py it needs nothing but what Alembic needs, takes its job as JSON on standard input and tells what came of
it as one JSON object a line. The job's `verb` is "create", or "filters": then it tells what env.py's include_name and
include_object leave out of the database that is there.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from pipeline.review.running.inside.projects import follow, start

VERBS = ("create", "filters")


class Models:
    """What env.py tells Alembic of the models, each time it would apply revisions."""

    def __init__(self, verb: str, out: int) -> None:
        self.verb = verb
        self.out = out
        self.runs = 0

    def instead_of_revisions(self) -> None:
        from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415 - the project's own.

        def run(environment: Any, **_: Any) -> None:
            self.runs += 1
            (self.create if self.verb == "create" else self.filters)(environment.get_context())

        environment_context: Any = EnvironmentContext
        self._replaced = environment_context.run_migrations
        environment_context.run_migrations = run

    def revisions_again(self) -> None:
        """Whoever applies revisions next in this process is to get them."""
        from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415 - the project's own.

        environment_context: Any = EnvironmentContext
        environment_context.run_migrations = self._replaced

    def create(self, context: Any) -> None:
        metadata = _every(context.opts.get("target_metadata"))
        entities = _entities()
        filtered = any(_given(context, name) for name in ("include_name", "include_object"))
        self.say({"models": len(metadata), "tables": sum(len(one.tables) for one in metadata), "filtered": filtered})
        if not metadata and not entities:
            return
        for schema in sorted({table.schema for one in metadata for table in one.tables.values() if table.schema}):
            _run(context.connection, "CREATE SCHEMA IF NOT EXISTS " + _quoted(context, schema))
        for one in metadata:
            for enum in _enums_nobody_creates(one):
                enum.create(context.connection, checkfirst=True)
            one.create_all(context.connection)
        self.create_entities(context.connection, entities)
        # env.py may have opened its transaction in any of several ways; the driver's own connection has one end.
        context.connection.connection.commit()

    def create_entities(self, connection: Any, entities: list[Any]) -> None:
        """Make what alembic_utils was told of, again and again while one needs another."""
        while entities:
            left, why = [], ""
            for entity in entities:
                nested = connection.begin_nested()
                try:
                    for statement in _statements(entity.to_sql_statement_create()):
                        connection.execute(statement)
                except Exception as error:  # noqa: BLE001 - it is told if no other order helps.
                    nested.rollback()
                    left.append(entity)
                    why = _words(error)
                else:
                    nested.commit()
            if len(left) == len(entities):
                raise RuntimeError(f"{type(left[-1]).__name__} {left[-1].signature} cannot be made: {why}")
            entities = left

    def filters(self, context: Any) -> None:
        from sqlalchemy import MetaData  # noqa: PLC0415 - the project's own.

        metadata = _every(context.opts.get("target_metadata"))
        modelled = {(table.schema, table.name): table for one in metadata for table in one.tables.values()}
        found = {}
        for schema in {None, *(schema for schema, _ in modelled)}:
            reflected = MetaData()
            reflected.reflect(context.connection, schema=schema)
            for table in reflected.tables.values():
                found[table.schema, table.name] = table
        default = context.connection.dialect.default_schema_name
        for key in found.keys() | modelled.keys():
            self.filter_table(context, found.get(key), modelled.get(key), key[0] or default)

    def filter_table(self, context: Any, there: Any, modelled: Any, schema: str) -> None:
        table = there if modelled is None else modelled
        parents = {"schema_name": table.schema, "table_name": table.name}
        if not _included(context, there, modelled, "table", {"schema_name": table.schema}):
            self.say({"excluded": ["table", schema, table.name, table.name]})
            return
        for kind, parts in _PARTS.items():
            old = {part.name: part for part in parts(there)} if there is not None else {}
            new = {part.name: part for part in parts(modelled)} if modelled is not None else {}
            for name in old.keys() | new.keys():
                if name is not None and not _included(context, old.get(name), new.get(name), kind, parents):
                    self.say({"excluded": [kind, schema, table.name, str(name)]})

    def say(self, what: dict[str, Any]) -> None:
        os.write(self.out, (json.dumps(what) + "\n").encode())


def _constraints(kind: str) -> Any:
    return lambda table: [one for one in table.constraints if type(one).__name__ == kind]


_PARTS: dict[str, Any] = {
    "column": lambda table: table.columns,
    "index": lambda table: table.indexes,
    "unique_constraint": _constraints("UniqueConstraint"),
    "foreign_key_constraint": _constraints("ForeignKeyConstraint"),
}


def _included(context: Any, there: Any, modelled: Any, kind: str, parents: dict[str, Any]) -> bool:
    """Ask env.py as Alembic would: by name what the database has, then by object what either has."""
    by_name, by_object = _given(context, "include_name"), _given(context, "include_object")
    name = (there if modelled is None else modelled).name
    if by_name and there is not None:
        table = parents.get("table_name", name)
        qualified = f"{parents['schema_name']}.{table}" if parents["schema_name"] else table
        if not by_name(name, kind, {**parents, "schema_qualified_table_name": qualified}):
            return False
    if by_object is None:
        return True
    if modelled is None:
        return bool(by_object(there, name, kind, True, None))
    return bool(by_object(modelled, name, kind, False, there))


def _given(context: Any, name: str) -> Any:
    return context.opts.get(name)


def _every(metadata: Any) -> list[Any]:
    if metadata is None:
        return []
    if isinstance(metadata, dict):
        metadata = list(metadata.values())
    return list(metadata) if isinstance(metadata, (list, tuple, set)) else [metadata]


def _enums_nobody_creates(metadata: Any) -> list[Any]:
    """Enum types whose columns say create_type=False: their labels are the models' all the same."""
    found = {}
    for table in metadata.tables.values():
        for column in table.columns:
            type_ = getattr(column.type, "item_type", column.type)
            if hasattr(type_, "enums") and getattr(type_, "create_type", True) is False:
                found[type_.schema, type_.name] = type_
    return list(found.values())


def _entities() -> list[Any]:
    registered = sys.modules.get("alembic_utils.replaceable_entity")
    return list(registered.registry.entities()) if registered is not None else []


def _statements(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) or hasattr(given, "__next__") else [given]


def _run(connection: Any, statement: str) -> None:
    from sqlalchemy import text  # noqa: PLC0415 - the project's own.

    connection.execute(text(statement))


def _quoted(context: Any, name: str) -> str:
    return str(context.connection.dialect.identifier_preparer.quote(name))


def main() -> None:
    job = json.load(sys.stdin)
    out = os.dup(1)
    os.dup2(2, 1)
    follow(job["imports"])
    tell(job["verb"], out, lambda: start(job).show(job["url"]), lambda: None)


def tell(verb: str, out: int, run_env: Callable[[], None], rest: Callable[[], None]) -> None:
    """Do as `verb` says where `run_env` would apply revisions; `rest` closes what it has left open."""
    models = Models(verb, out)
    models.instead_of_revisions()
    try:
        run_env()
    except BaseException as error:  # noqa: BLE001 - whatever the project raises is what has to be told.
        end: dict[str, Any] = {"failed": "create" if models.runs else "start", "why": _words(error)}
    else:
        end = {"done": models.runs}
    models.revisions_again()
    rest()
    models.say({**end, "over": True})


def _words(error: BaseException) -> str:
    lines = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()
    return lines[0][:500] if lines else type(error).__name__
