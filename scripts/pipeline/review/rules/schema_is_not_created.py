"""
A table is created in a schema that no revision creates.

Alembic creates the table and not the schema (autogenerate does not see schemas at all), so on a database where nobody
made it by hand the upgrade fails: schema does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.lineage import Lineage
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import Action, Kind, Thing, changes
from pipeline.review.spelling import operations_name, quoted

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="No revision creates the schema {subject}: where nobody made it by hand, the upgrade fails here.",
    remedy="create it before: {code}",
)


@rule.in_source
def tables_in_no_schema(revision: Revision) -> Iterator[Hit]:
    script = revision.scripts.get(Direction.UPGRADE)
    if script is None or script.not_analysed:
        return
    made: set[Thing] = set()
    for statement in script.statements:
        for change in changes(statement):
            if change.thing.kind is Kind.SCHEMA and change.action is not Action.DROP:
                made |= {change.thing, change.new or change.thing}
            if change.thing.kind is not Kind.TABLE or change.action is not Action.MAKE:
                continue
            schema = Thing(Kind.SCHEMA, change.thing.name.rpartition(".")[0])
            if schema.name and schema not in made and _is_new(revision, schema.name):
                made.add(schema)
                code = f"{operations_name(revision)}.execute({quoted(f'CREATE SCHEMA IF NOT EXISTS {schema.name}')})"
                yield Hit(schema.name, line=statement.line, direction=Direction.UPGRADE, values={"code": code})


def _is_new(revision: Revision, schema: str) -> bool:
    """Tell whether nothing before speaks of it: neither a revision nor env.py, which often makes schemas."""
    lineage = Lineage.of(revision)
    env = next(
        (path for path in (one / "env.py" for one in revision.file.resolve().parents[:3]) if path.exists()), None
    )
    words = env.read_text(encoding="utf-8") if env is not None else ""
    by_env = schema in words or "CREATE SCHEMA" in words.upper() or "CreateSchema" in words
    return lineage.complete and not lineage.mentions(schema) and not by_env
