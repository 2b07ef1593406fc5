"""
A CHECK is tried on every row while nobody can read or write the table.

ADD CHECK takes AccessExclusive and reads the whole table under it. NOT VALID takes the same lock for a moment only,
and holds for new rows from then on; VALIDATE reads the old ones while everybody works. It has to be in a later
transaction, or the lock is still held.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import bare, quoted
from pipeline.review.reading.parts import Constraint, Kind
from pipeline.review.reading.sql_expressions import columns_in, expression_text
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import edits_for, execute, not_valid, with_keyword
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {subject} wait while every row is checked.",
    remedy="In this revision:\n{code}\nand in the next revision:\n{validate}",
)


@rule.in_sql
def validating_checks(statement: Statement) -> Iterator[Hit]:
    for one in statement.added_constraints:
        if one.kind is Kind.CHECK and not one.not_valid and not statement.is_new(one.table):
            yield _hit(statement, one)


def _hit(statement: Statement, check: Constraint) -> Hit:
    call = statement.call
    columns = check.columns or columns_in(check.expression)
    name = check.name or "_".join([bare(check.table), *columns[:1], "check"])
    validate = execute(f"ALTER TABLE {quoted(check.table)} VALIDATE CONSTRAINT {quoted(name)}")
    if call is not None and call.name == "create_check_constraint":
        code = with_keyword(call, "postgresql_not_valid", "True")
        return Hit(check.table, values={"code": code, "validate": validate}, edits=edits_for(statement, code))
    if check.inline:
        condition = f"CHECK ({expression_text(check.expression)}) NOT VALID"
        alone = execute(f"ALTER TABLE {quoted(check.table)} ADD CONSTRAINT {quoted(name)} {condition}")
        return Hit(check.table, values={"code": f"the column without its CHECK, then\n{alone}", "validate": validate})
    return Hit(check.table, values={"code": execute(not_valid(statement)), "validate": validate})
