"""
A statement works through a whole table under a lock for which others wait.

This is what was measured, whoever sent the statement: raw SQL, a DO block, a function, a loop over what the database
has. Where the reading of the revision has seen it coming, that finding carries the measurement instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.review.finding import Severity
from pipeline.review.proving.evidence import measured, short, works_on
from pipeline.review.proving.locks import blocking
from pipeline.review.rule import Harm, Hit, Rule, Shown

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Passage, Proof
    from pipeline.review.running.trace import Lock, Ran

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    effect="{who} of {table} wait while the whole table is {work}.",
    remedy="Split it so that no lock is held while it works, as the rules about locks show (`--list-rules`).",
    shown_by=Shown.WORK,
)


@rule.in_live
def work(proof: Proof) -> Iterator[Hit]:
    for passage in proof.passages:
        for ran in passage.watched.statements:
            locks = [lock for lock in blocking(proof, passage, ran) if works_on(proof, ran, lock.relation)]
            locks = [lock for lock in locks if proof.rows_of.get(lock.relation)]
            for lock in locks[:1]:
                yield _hit(proof, passage, ran, lock)


def _hit(proof: Proof, passage: Passage, ran: Ran, lock: Lock) -> Hit:
    done = "written again" if lock.relation in ran.rewritten else "indexed" if lock.relation in ran.built else "read"
    who = "Reads and writes" if lock.blocks_reads else "Writes"
    return Hit(
        short(lock.relation),
        ran.line,
        {"who": who, "table": short(lock.relation), "work": done},
        severity=Severity.ERROR if passage is proof.upgrade else Severity.WARNING,
        direction=passage.direction,
        evidence=tuple(measured(proof, passage, ran, lock, None)),
    )
