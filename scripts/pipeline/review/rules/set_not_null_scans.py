"""
Every row is searched for NULL while nobody can read or write the table.

SET NOT NULL takes AccessExclusive and reads the table under it, unless a validated CHECK proves that there is no NULL
(`x IS NOT NULL`, alone or with more behind an AND). So: the CHECK as NOT VALID, VALIDATE in the next revision, where
nobody waits for it, then SET NOT NULL, which takes a moment. From PostgreSQL 18 on NOT NULL itself can be NOT VALID.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.naming import bare, quoted, same, schema_of
from pipeline.review.reading.parts import Change, Constraint, Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.sql_expressions import proves_not_null
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, source
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while every row is searched for NULL in {column}.",
    remedy="In this revision:\n{first}\nand in the next revision:\n{then}",
)

_NOT_VALID_NOT_NULL = 18
_OTHER_CONSTRAINTS = {"foreignkey", "unique", "primary"}


@rule.in_script
def unproven(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for change in statement.changed("SetNotNull"):
            before, after = script.statements[:position], script.statements[position + 1 :]
            if not (_is_proven(before, change) or _added_here(before, change) or _drops_its_check(after, change)):
                yield _hit(statement, change)


def _is_proven(before: list[Statement], change: Change) -> bool:
    """
    A CHECK that proves it was validated before, as far as can be seen.

    One that is validated here but was added in an earlier revision, whose text is not at hand, is taken for the proof.
    """
    added = [one for past in before for one in past.added_constraints if same(one.table, change.table)]
    validated = {
        one.name for past in before for one in past.changed("ValidateConstraint") if same(one.table, change.table)
    }
    if validated - {one.name for one in added}:
        return True
    return any(_proves(one, change.name or "") and (not one.not_valid or one.name in validated) for one in added)


def _proves(constraint: Constraint, column: str) -> bool:
    if constraint.kind is Kind.NOT_NULL:
        return column in constraint.columns
    return constraint.kind is Kind.CHECK and proves_not_null(constraint.expression, column)


def _added_here(before: list[Statement], change: Change) -> bool:
    """A column with a default that is NOT NULL from its first day: its add_column is what has to be looked at."""
    added = (one for past in before for one in past.added_columns if same(one.table, change.table))
    return any(one.name == change.name and one.not_null for one in added)


def _drops_its_check(after: list[Statement], change: Change) -> bool:
    """What follows drops a CHECK of the table: the last step of the safe form, whose first ones are older revisions."""
    for later in after:
        kind = later.call.arguments.get("type_") if later.call is not None else None
        for one in later.changed("DropConstraint"):
            if same(one.table, change.table) and kind not in _OTHER_CONSTRAINTS and not _is_key(one.name or ""):
                return True
    return False


def _is_key(name: str) -> bool:
    return name.startswith(("fk_", "uq_", "pk_")) or name.endswith(("_fkey", "_key", "_pkey", "_fk", "_uq", "_pk"))


def _hit(statement: Statement, change: Change) -> Hit:
    column, table = change.name or "", change.table
    name = f"{bare(table)}_{column}_not_null"
    values = {"table": table, "column": column}
    severity = Severity.WARNING if statement.undoes else Severity.ERROR
    validate = execute(f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}")
    if statement.postgresql_version >= _NOT_VALID_NOT_NULL:
        add = f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} NOT NULL {quoted(column)} NOT VALID"
        values |= {"first": execute(add), "then": validate}
        return Hit(f"{table}.{column}", statement.line, values, severity=severity)
    schema = schema_of(table)
    where = f", schema={source(schema)}" if schema else ""
    condition = source(f"{quoted(column)} IS NOT NULL")
    place = f"{source(name)}, {source(bare(table))}"
    values["first"] = f"op.create_check_constraint({place}, {condition}{where}, postgresql_not_valid=True)"
    values["then"] = (
        f"{validate}\n"
        f"op.alter_column({source(bare(table))}, {source(column)}, nullable=False{where})\n"
        f"op.drop_constraint({place}{where}, type_={source('check')})"
    )
    return Hit(f"{table}.{column}", statement.line, values, severity=severity)
