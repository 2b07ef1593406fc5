"""
A view or function of alembic_utils is made before the column or table that it reads.

Autogenerate writes entities without looking at what they need, so the upgrade fails: the column does not exist. What
a definition needs comes first; a revision of its own for the entity keeps the two apart for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.review.reading.script import Call, Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Hit, Rule
from pipeline.review.schema.changes import Action, Change, Kind, changes
from pipeline.review.spelling import source

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="{subject} reads {needed}, which line {line} adds only later: {direction}() fails here.",
    remedy="move this line below line {line}: {code}",
)


@rule.in_source
def entities_too_early(revision: Revision) -> Iterator[Hit]:
    for direction, script in revision.scripts.items():
        for call in script.called("create_entity", "replace_entity"):
            definition = str(getattr(call.arguments.get("target"), "definition", ""))
            needed = next((one for one in _made_after(script, call) if _reads(definition, one)), None)
            if needed is not None:
                yield Hit(
                    str(getattr(call.arguments["target"], "signature", "the entity")),
                    line=call.line, direction=direction,
                    values={
                        "needed": str(needed.thing), "line": str(needed.statement.line), "direction": direction,
                        "code": source(revision, call.node),
                    },
                )  # fmt: skip


def _made_after(script: Script, call: Call) -> Iterator[Change]:
    own = [
        number for number, one in enumerate(script.statements) if one.call is not None and one.call.node is call.node
    ]
    later: list[Statement] = script.statements[own[-1] + 1 :] if own else []
    for statement in later:
        for change in changes(statement):
            if change.action is Action.MAKE and change.thing.kind in {Kind.COLUMN, Kind.TABLE}:
                yield change


def _reads(definition: str, change: Change) -> bool:
    words = [change.thing.name.rpartition(".")[2], *([change.table.rpartition(".")[2]] if change.table else [])]
    return all(re.search(rf"\b{re.escape(word)}\b", definition) for word in words)
