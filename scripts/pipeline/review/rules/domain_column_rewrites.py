"""
A column of a domain with a CHECK makes the server write the whole table again, even where it is NULL everywhere.

Measured on PostgreSQL 12 to 18, with a default and without. The same condition as a CHECK of the table can be NOT
VALID first and validated while everybody works.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.dialects.postgresql import DOMAIN

from pipeline.review.reading.naming import among, quoted, words_of
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {table} wait while every row is written again, because {domain} has a CHECK.",
    remedy="Use the type the domain is made of, and its condition as a CHECK of the table:\n{code}",
)


@rule.in_script
def columns_of_checked_domains(script: Script) -> Iterator[Hit]:
    checked: list[str] = []
    for statement in script.statements:
        if statement.kind == "CreateDomainStmt" and len(statement.node.constraints):
            checked.append(words_of(statement.node.domainname))
        for column in statement.added_columns:
            if statement.is_new(column.table):
                continue
            if among(column.type_name, checked) or _is_checked_domain(statement, column.name):
                check = f"ALTER TABLE {quoted(column.table)} ADD CONSTRAINT … CHECK (…) NOT VALID"
                values = {"table": column.table, "domain": column.type_name, "code": execute(check)}
                yield Hit(f"{column.table}.{column.name}", statement.line, values)


def _is_checked_domain(statement: Statement, name: str) -> bool:
    """SQLAlchemy's own DOMAIN, made elsewhere, tells what it checks."""
    column = getattr(statement.call.operation, "column", None) if statement.call is not None else None
    kind = getattr(column, "type", None)
    return isinstance(kind, DOMAIN) and column is not None and column.name == name and kind.check is not None
