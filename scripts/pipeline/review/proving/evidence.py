"""
What was measured, in the words of a finding.

"ACCESS EXCLUSIVE on orders for 1.9 s at 100,000 rows; reads stalled 1.8 s; PostgreSQL said: rewriting table orders"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.proving.estimate import Statistics, at_scale

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Passage, Proof
    from pipeline.review.running.trace import Lock, Ran

_WORTH_SAYING = 0.0005
"""Seconds: a stall shorter than this is a normal answer."""


_ALL = 0.5
"""A statement that read this part of a table's rows would read as much of a larger one."""


def short(relation: str) -> str:
    """The name as people say it: without the schema that everybody is in."""
    return relation.removeprefix("public.")


def seconds(value: float) -> str:
    """1.9 s, 46 ms, 0.4 ms: with as many digits as mean something."""
    if value >= 120:
        return f"{value / 60:,.0f} min"
    if value >= 10:
        return f"{value:,.0f} s"
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"


def mode(name: str) -> str:
    """ACCESS EXCLUSIVE, as PostgreSQL's documentation writes it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).upper()


def works_on(proof: Proof, ran: Ran, relation: str) -> bool:
    """Tell whether the statement read, wrote or indexed all of the relation, so that it takes longer with more rows."""
    if _is_emptied(proof, ran, relation):
        return False
    if relation in ran.rewritten or relation in ran.built:
        return True
    rows = max(proof.rows_of.get(relation, 1), 1)
    return any(one.relation == relation and one.rows >= rows * _ALL for one in ran.scanned)


def _is_emptied(proof: Proof, ran: Ran, relation: str) -> bool:
    """TRUNCATE gives a table an empty new file, and builds its empty indexes: it takes as long with more rows."""
    read = any(one.relation == relation and one.rows for one in ran.scanned)
    words = any(word in said for said in ran.said for word in ("rewriting", "clustering", "vacuuming", "repacking"))
    return relation in ran.rewritten and relation in proof.rows_of and not read and not words


def measured(proof: Proof, passage: Passage, ran: Ran, lock: Lock, statistics: Statistics | None) -> Iterator[str]:
    """Sentences about one lock of one statement: how long, who waited, what the server said, and at what size."""
    rows = proof.rows_of.get(lock.relation)
    parts = [f"{mode(lock.mode)} on {short(lock.relation)} for {seconds(passage.really(lock).held)}{_at(rows)}"]
    stall = passage.stall_of(lock.relation)
    if stall and lock.blocks_reads and stall.reads >= _WORTH_SAYING:
        parts.append(f"reads stalled {seconds(stall.reads)}")
    if stall and lock.blocks_writes and stall.writes >= _WORTH_SAYING:
        parts.append(f"writes stalled {seconds(stall.writes)}")
    if said := list(dict.fromkeys(ran.said)):
        parts.append(f"PostgreSQL said: {', '.join(said[:3])}")
    yield "; ".join(parts)
    there = at_production(proof, passage, ran, lock, statistics)
    if there is not None and statistics is not None:
        yield f"About {seconds(there)} at production's {statistics.of(lock.relation):,} rows."


def _at(rows: int | None) -> str:
    return "" if rows is None else f" at {rows:,} rows"


def at_production(proof: Proof, passage: Passage, ran: Ran, lock: Lock, statistics: Statistics | None) -> float | None:
    """Seconds that the statement takes at production's size; None where that is not known."""
    rows = proof.rows_of.get(lock.relation)
    wanted = statistics.of(lock.relation) if statistics else None
    if wanted is None or not rows:
        return None
    if not works_on(proof, ran, lock.relation):
        return ran.took
    twin = _twin(passage, ran)
    return at_scale(ran.took, twin.took if twin else None, rows, wanted)


def _twin(passage: Passage, ran: Ran) -> Ran | None:
    """The same statement in the run without rows."""
    others = passage.empty.statements if passage.empty else ()
    return next((one for one in others if (one.line, one.sql) == (ran.line, ran.sql)), None)
