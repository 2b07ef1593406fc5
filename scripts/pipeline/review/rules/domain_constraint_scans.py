"""
A domain's new condition is tried on every table that uses it, while writes to them wait.

ALTER DOMAIN takes Share on each table that has a column of it. ADD CONSTRAINT … NOT VALID reads none of them; VALIDATE
in a later transaction still takes Share, but on one domain at a time and at an hour of your choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import words_of
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import as_sql, changed, execute
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Writes to every table that has a column of {subject} wait while all its rows are checked.",
    remedy="In this revision:\n{code}\nand VALIDATE CONSTRAINT in a later revision, when few write.",
)

_ADD_CONSTRAINT, _SET_NOT_NULL = "C", "O"


@rule.in_script
def checked_domains(script: Script) -> Iterator[Hit]:
    made: set[tuple[str, int]] = set()
    for statement in script.statements:
        if statement.kind == "CreateDomainStmt":
            made.add((words_of(statement.node.domainname), statement.transaction))
        if statement.kind == "AlterDomainStmt" and _scans(statement):
            domain = words_of(statement.node.type_name)
            if (domain, statement.transaction) not in made:
                yield Hit(domain, statement.line, {"code": _instead(statement, domain)})


def _scans(statement: Statement) -> bool:
    constraint = getattr(statement.node, "def").constraint
    added = statement.node.subtype == _ADD_CONSTRAINT and not constraint.skip_validation
    return added or statement.node.subtype == _SET_NOT_NULL


def _instead(statement: Statement, domain: str) -> str:
    if statement.node.subtype == _SET_NOT_NULL:
        return execute(f"ALTER DOMAIN {domain} ADD CONSTRAINT not_null CHECK (VALUE IS NOT NULL) NOT VALID")
    node = changed(statement.node)
    getattr(node, "def").constraint.skip_validation = True
    return execute(as_sql(node))
