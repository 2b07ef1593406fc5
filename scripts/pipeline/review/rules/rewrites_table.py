"""
The command copies the whole table while nobody can read or write it.

VACUUM FULL, CLUSTER, SET LOGGED and UNLOGGED, SET TABLESPACE and SET ACCESS METHOD hold AccessExclusive for as long as
the copy takes. An extension like pg_repack does it beside the traffic, outside of the revisions.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.reading.naming import relation
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="Reads and writes of {subject} wait while {command} copies it.",
    remedy="Take {command} of {subject} out of the revision, and let pg_repack do it beside the traffic:\n    {code}",
)

_CHANGES = {
    "SetLogged": "SET LOGGED",
    "SetUnLogged": "SET UNLOGGED",
    "SetTableSpace": "SET TABLESPACE",
    "SetAccessMethod": "SET ACCESS METHOD",
}


@rule.in_sql
def copied_tables(statement: Statement) -> Iterator[Hit]:
    for table, command in _copies(statement):
        if not statement.is_new(table):
            yield Hit(table, values={"command": command, "code": f"pg_repack --no-superuser-check --table={table} …"})


def _copies(statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.kind == "VacuumStmt" and statement.node.is_vacuumcmd and statement.has_option("full"):
        names = [relation(one.vacuum_relation.relation) for one in statement.node.rels]
        yield from ((name, "VACUUM FULL") for name in names or ["every table"])
    elif statement.kind == "ClusterStmt":
        yield statement.table or "every clustered table", "CLUSTER"
    else:
        yield from ((one.table, _CHANGES[one.kind]) for one in statement.changes if one.kind in _CHANGES)
