"""
Between dropping the old index and having the new one, every query that needs it reads the whole table.

Autogenerate drops first, also where only the name has changed. Create the new one, then drop the old one; and where
nothing but the name changes, rename it, which takes a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.naming import bare, quoted, same, schema_of
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rewriting import as_sql, changed, execute, in_autocommit_block
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="From here until {new} is built, every query that needs {subject} reads the whole table.",
    remedy="{code}",
    shown_by=None,
)


@rule.in_source
def dropped_before_created(revision: Revision) -> Iterator[Hit]:
    """The other direction says what a dropped index was made of: a DROP INDEX has its name alone."""
    for direction, script in revision.scripts.items():
        other = revision.scripts.get(Direction.DOWNGRADE if direction is Direction.UPGRADE else Direction.UPGRADE)
        for position, statement in enumerate(script.statements):
            for name in statement.drops("INDEX"):
                old = _creation(name, [*script.statements[:position], *(other.statements if other else [])])
                new = _replacement(name, old, script.statements[position + 1 :])
                if (
                    new is not None
                    and _is_replaced(statement, name, new)
                    and _was_there(script.statements[:position], new)
                ):
                    code = _instead(name, old, new)
                    values = {"new": str(new.node.idxname), "code": code}
                    yield Hit(bare(name), statement.line, values, direction=direction)


def _is_replaced(drop: Statement, name: str, new: Statement) -> bool:
    """DROP INDEX IF EXISTS before a CREATE of that name takes away what a cut-off try has left."""
    return not (drop.node.missing_ok and drop.concurrent and new.node.idxname == bare(name))


def _creation(name: str, statements: list[Statement]) -> Statement | None:
    return next((one for one in statements if one.kind == "IndexStmt" and one.node.idxname == bare(name)), None)


def _replacement(name: str, old: Statement | None, after: list[Statement]) -> Statement | None:
    """What is created in place of the index: the same name again, or the same leading column of the same table."""
    for statement in after:
        if statement.kind == "IndexStmt" and statement.table is not None and not statement.is_new(statement.table):
            again = statement.node.idxname == bare(name)
            if again or (
                old is not None and same(old.table or "", statement.table) and _leading(old) == _leading(statement)
            ):
                return statement
    return None


def _was_there(before: list[Statement], new: Statement) -> bool:
    """A replacement that stands already (another one with the same columns) leaves no gap."""
    return not any(
        one.kind == "IndexStmt" and same(one.table or "", new.table or "") and _leading(one) == _leading(new)
        for one in before
    )


def _leading(statement: Statement) -> str:
    first: Any = statement.node.index_params[0].index_elem
    return f"{statement.node.access_method} {first.name or first.expr}"


def _instead(name: str, old: Statement | None, new: Statement) -> str:
    schema = schema_of(name) or schema_of(new.table or "")
    qualified = quoted(f"{schema}.{bare(name)}" if schema else bare(name))
    if old is not None and _definition(old) == _definition(new) and old.node.idxname != new.node.idxname:
        return "Only the name changes:\n" + execute(f"ALTER INDEX {qualified} RENAME TO {quoted(new.node.idxname)}")
    fresh = new.node.idxname if new.node.idxname != bare(name) else f"{new.node.idxname}_new"
    create = execute(as_sql(changed(new.node, concurrent=True, idxname=fresh)))
    drop = execute(f"DROP INDEX CONCURRENTLY {qualified}")
    steps = (
        f"In a revision of its own:\n{in_autocommit_block(create)}\nand in the next one:\n{in_autocommit_block(drop)}"
    )
    if fresh == new.node.idxname:
        return steps
    rename = execute(f"ALTER INDEX {quoted(f'{schema}.{fresh}' if schema else fresh)} RENAME TO {quoted(bare(name))}")
    return f"{steps}\n{rename}"


def _definition(statement: Statement) -> str:
    return as_sql(changed(statement.node, idxname="same", concurrent=False, if_not_exists=False))
