"""
Dropping a foreign key locks the table that it refers to as well, and the transaction goes on.

DROP CONSTRAINT of a foreign key, DROP COLUMN of its column and DROP TABLE with foreign keys take AccessExclusive on
both tables: the key's triggers on the other one go, too. Alone in its transaction that is over in a moment. If the
transaction then waits for a third table, or reads and writes rows, nobody can use the table at the other end meanwhile,
which is often the one that every request needs.

What a key leads to is told by the revision that made it, or by the downgrade that would bring it back. Without either,
a constraint is taken for a key when Alembic is told so (`type_="foreignkey"`) or its name says so, and only rows that
are read or written meanwhile count.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Severity
from pipeline.review.reading.backfills import writes
from pipeline.review.reading.naming import among, bare, schema_of
from pipeline.review.reading.parts import Kind
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import source
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.keys import Dropped, dropped_keys

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="Nobody can read or write {parent} either, until the transaction ends, and it has more to do: line {line}.",
    remedy="Drop the foreign key in a revision of its own, before this one:\n{code}",
)


@rule.in_script
def not_alone(script: Script) -> Iterator[Hit]:
    said: set[int] = set()
    for position, statement in enumerate(script.statements):
        if statement.autocommit or statement.transaction in said or _is_alone(script, statement):
            continue
        gone = {name for one in script.statements for name in one.drops("TABLE")}
        for key in dropped_keys(script, position):
            in_use = key.parent is None or not (among(key.parent, gone) or statement.is_new(key.parent))
            other = _more_to_do(script, position, key, gone) if in_use and key.parent != key.table else None
            if other is not None:
                said.add(statement.transaction)
                yield _hit(statement, key, other)
                break


def _is_alone(script: Script, statement: Statement) -> bool:
    return sum(one.transaction == statement.transaction for one in script.statements) == 1


def _more_to_do(script: Script, position: int, key: Dropped, gone: set[str]) -> Statement | None:
    """The other statement of the transaction that waits for a third table, or takes long while this one's are held."""
    here = script.statements[position]
    written = {write.position for write in writes(script)}
    own = {key.table, key.parent or key.table} | gone
    for number, one in enumerate(script.statements):
        if number == position or one.transaction != here.transaction:
            continue
        third = [table for table, lock in one.locks.items() if lock.blocks_writes and not among(table, own)]
        # Which table the key leads to may be the very one that is worked on next.
        if (third and key.parent is not None) or (number > position and (number in written or _takes_long(one))):
            return one
    return None


def _takes_long(statement: Statement) -> bool:
    checked = (Kind.FOREIGN_KEY, Kind.CHECK)
    return (
        (statement.kind == "IndexStmt" and not statement.concurrent and bool(statement.locks))
        or any(True for _ in statement.changed("ValidateConstraint", "SetNotNull"))
        or any(
            one.kind in checked and not one.not_valid and not one.inline and not statement.is_new(one.table)
            for one in statement.added_constraints
        )
    )


def _hit(statement: Statement, key: Dropped, other: Statement) -> Hit:
    schema = schema_of(key.table)
    where = f", schema={source(schema)}" if schema else ""
    code = f'op.drop_constraint({source(key.name)}, {source(bare(key.table))}, type_="foreignkey"{where})'
    parent = key.parent or f"the table that {key.name} refers to"
    values = {"parent": parent, "line": str(other.line), "code": code}
    return Hit(key.table, statement.line, values, severity=Severity.INFO if statement.undoes else None)
