"""
An index that nobody uses and everybody pays for.

CREATE INDEX CONCURRENTLY that fails half-way leaves an index that is not valid: no query uses it, every write keeps it
up to date, and IF NOT EXISTS takes it for the real one ever after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction
from pipeline.review.proving.evidence import short
from pipeline.review.reading.naming import quoted
from pipeline.review.rewriting import execute
from pipeline.review.rule import Harm, Hit, Rule

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

rule = Rule(
    __name__,
    harm=Harm.LEAVES_A_MESS,
    effect="It leaves the index {subject} invalid: no query uses it, and every write still pays for it.",
    remedy="In an autocommit block, before it is made:\n{drop}",
    shown_by=None,
)


@rule.in_live
def invalid(proof: Proof) -> Iterator[Hit]:
    failure = proof.upgrade.watched.failure
    for index in proof.invalid_indexes:
        drop = execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(short(index))}")
        line = proof.line_of(failure)
        yield Hit(short(index), line, {"drop": drop}, direction=Direction.UPGRADE)
