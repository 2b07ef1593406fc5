"""
Every row is searched for NULL while nobody can read or write the table.

SET NOT NULL takes AccessExclusive and reads the table under it, unless a validated CHECK proves that there is no NULL
(`x IS NOT NULL`, alone or with more behind an AND). So: the CHECK as NOT VALID, VALIDATE in the next revision, where
nobody waits for it, then SET NOT NULL, which takes a moment. From PostgreSQL 18 on NOT NULL itself can be NOT VALID.
The revisions before this one are asked whether it was validated, and not dropped again since.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.lineage import Lineage
from pipeline.review.reading.naming import bare, quoted, same, schema_of
from pipeline.review.reading.parts import Change
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute, source
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.proofs import Proofs

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
            if _added_here(before, change):
                continue
            proofs = _proofs(script, before, change)
            if not (
                proofs.hold or _validates_another(before, change, proofs) or _drops_its_check(after, change, proofs)
            ):
                yield _hit(statement, change)


def _proofs(script: Script, before: list[Statement], change: Change) -> Proofs:
    """What earlier revisions, the upgrade that is undone and the statements before say of the column."""
    proofs = Proofs(change.table, change.name or "")
    undone = script.undoes.statements if script.undoes is not None else ()
    for past in (*Lineage.of_script(script).statements(bare(change.table)), *undone, *before):
        proofs.follow(past)
    return proofs


def _validates_another(before: list[Statement], change: Change, proofs: Proofs) -> bool:
    """A constraint is validated here that no text at hand adds: it is taken for the proof."""
    validated = (one for past in before for one in past.changed("ValidateConstraint") if same(one.table, change.table))
    return any(not proofs.knows(one.name or "") for one in validated)


def _added_here(before: list[Statement], change: Change) -> bool:
    """A column with a default that is NOT NULL from its first day: its add_column is what has to be looked at."""
    added = (one for past in before for one in past.added_columns if same(one.table, change.table))
    return any(one.name == change.name and one.not_null for one in added)


def _drops_its_check(after: list[Statement], change: Change, proofs: Proofs) -> bool:
    """What follows drops a CHECK that no text at hand adds: the last step of the safe form, begun elsewhere."""
    for later in after:
        kind = later.call.arguments.get("type_") if later.call is not None else None
        for one in later.changed("DropConstraint"):
            name = one.name or ""
            known = kind in _OTHER_CONSTRAINTS or _is_key(name) or proofs.knows(name)
            if same(one.table, change.table) and not known:
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
