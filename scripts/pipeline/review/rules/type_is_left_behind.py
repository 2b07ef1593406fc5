"""
An enum type stays when the table or column that it was made for is gone.

Alembic creates the type with a table and forgets it when the table is dropped. After a rollback the type is still
there, and the next upgrade fails: it already exists.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.editing import added_at_end
from pipeline.review.finding import Direction, Severity
from pipeline.review.lineage import Lineage
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.balance import Balance, both_ways
from pipeline.review.schema.changes import Change, Kind, Thing
from pipeline.review.schema.enums import Use, create_code, drop_code, uses
from pipeline.review.spelling import alchemy_name, operations_name

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="{event} the type {subject} is still there, {consequence}.",
    remedy="drop it at the end of downgrade(): {code}",
)

_IN_THE_WAY = {"event": "After a rollback", "consequence": "and the next upgrade fails because it already exists"}
_UNUSED = {"event": "After a rollback", "consequence": "with these labels, whatever the corrected upgrade asks for"}


@rule.in_source
def left_types(revision: Revision) -> Iterator[Hit]:
    scripts = both_ways(revision)
    function = revision.function(Direction.DOWNGRADE)
    if scripts is None or function is None or scripts[1].not_analysed:
        return
    for change in Balance.of(*scripts).differences(Direction.UPGRADE, made=True):
        if change.thing.kind is Kind.TYPE and not change.tolerant:
            code = drop_code(alchemy_name(revision), operations_name(revision), change.thing)
            yield Hit(
                change.thing.name, line=change.statement.line, direction=Direction.UPGRADE,
                values=(_UNUSED if _looks_first(change) else _IN_THE_WAY) | {"code": code},
                edits=(added_at_end(revision, function, code),),
                severity=Severity.WARNING if _looks_first(change) else None,
            )  # fmt: skip


@rule.in_source
def types_of_dropped_columns(revision: Revision) -> Iterator[Hit]:
    """A dropped column says in the downgrade what type it had."""
    upgrade, downgrade = (revision.scripts.get(direction) for direction in Direction)
    if upgrade is None or downgrade is None:
        return
    balance = Balance.of(upgrade)
    for call in downgrade.called("add_column"):
        for use in uses(call):
            dropped = balance.gone.get(Thing(Kind.COLUMN, use.column, call.table or ""))
            if dropped is None or use.thing in balance.gone:
                continue
            yield Hit(
                use.thing.name, line=dropped.statement.line, direction=Direction.UPGRADE,
                values={"event": f"Without {dropped.thing}", "consequence": "and nothing may need it any more"},
                remedy=_remedy(revision, use.thing, use),
                severity=Severity.INFO if _is_shared(revision, use.thing) else Severity.WARNING,
            )  # fmt: skip


def _remedy(revision: Revision, thing: Thing, use: Use) -> str:
    sa, op = alchemy_name(revision), operations_name(revision)
    return (
        f"if no other column has it, drop it after the column: {drop_code(sa, op, thing)}, "
        f"and make it again in downgrade() before the column: {create_code(sa, op, use.type)}"
    )


def _is_shared(revision: Revision, thing: Thing) -> bool:
    """Tell whether several of the revisions before this one speak of the type."""
    name = thing.name.rpartition(".")[2]
    return sum(name in entry.text for entry in Lineage.of(revision).entries) > 1


def _looks_first(change: Change) -> bool:
    """`Enum.create(bind)` asks whether the type is there; a create_table and raw SQL do not."""
    return change.statement.call is None
