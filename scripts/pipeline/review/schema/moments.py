"""What is there at the moment a call is made: what came before it in its direction, and in the one before that."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Call, Script
from pipeline.review.revision import Revision
from pipeline.review.schema.balance import Balance
from pipeline.review.schema.changes import changes


def moments(revision: Revision, direction: Direction) -> Iterator[tuple[Call, Balance]]:
    """
    Yield each call with what was made and dropped until just before it. The Balance changes as the walk goes on.

    A downgrade begins where the upgrade ended.
    """
    script = revision.scripts.get(direction)
    upgrade = revision.scripts.get(Direction.UPGRADE)
    if script is None:
        return
    balance = Balance.of(upgrade) if direction is Direction.DOWNGRADE and upgrade is not None else Balance()
    done = 0
    for call in script.calls:
        first = _first_statement(script, call, done)
        while done < first:
            for change in changes(script.statements[done]):
                balance.apply(change)
            done += 1
        yield call, balance


def _first_statement(script: Script, call: Call, done: int) -> int:
    """The number of the first statement that `call` sends; of a call without any, of the next line's."""
    for number in range(done, len(script.statements)):
        statement = script.statements[number]
        own = statement.call is not None and statement.call.node is call.node
        if own or (statement.call is None and statement.line > call.line):
            return number
    return done
