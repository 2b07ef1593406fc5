"""
The upgrade drops a table that no revision made.

Autogenerate drops whatever is in the database and not in the models it was shown: tables of an extension, of another
application, or of a model that env.py does not import. All of their rows go.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.lineage import Lineage
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import Action, Kind, changes

rule = Rule(
    __name__,
    harm=Harm.LOSES_DATA,
    effect="No revision made the table {subject}: it is another's, or its model is not imported, and its rows go.",
    remedy="delete this line, and let autogenerate leave the table alone: in env.py, "
    'include_name=lambda name, type_, parent: type_ != "table" or name in target_metadata.tables',
)


@rule.in_source
def tables_of_others(revision: Revision) -> Iterator[Hit]:
    script = revision.scripts.get(Direction.UPGRADE)
    lineage = Lineage.of(revision)
    if script is None or not lineage.complete or not lineage.entries:
        return
    balance = Balance()
    lines: set[int] = set()
    for statement in script.statements:
        for change in changes(statement):
            is_drop = change.action is Action.DROP and change.thing.kind is Kind.TABLE
            bare = change.thing.name.rpartition(".")[2]
            unknown = is_drop and change.thing not in balance.ever_made and not lineage.mentions(bare)
            if unknown and not change.tolerant and statement.line not in lines and lineage.makes_all_it_changes():
                lines.add(statement.line)
                yield Hit(change.thing.name, line=statement.line, direction=Direction.UPGRADE)
            balance.apply(change)
