"""Which locks others wait for while a statement runs, how long they are held, and whether that grows with the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.review.proving.evidence import works_on

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Passage, Proof
    from pipeline.review.running.trace import Lock, Ran, Run


def held_during(passage: Passage, ran: Ran) -> Iterator[Lock]:
    """The locks that the transaction holds while the statement runs: those taken before it too."""
    return (lock for lock in passage.watched.locks if lock.since <= ran.ended <= lock.until)


def blocking(proof: Proof, passage: Passage, ran: Ran) -> list[Lock]:
    """Those of them under which others wait for something that was there before; tables first, then the worst."""
    found = [lock for lock in held_during(passage, ran) if lock.blocks_writes]
    return sorted(found, key=lambda one: (one.relation not in proof.rows_of, not one.blocks_reads, -one.held))


def work_under_lock(proof: Proof, passage: Passage, ran: Ran) -> list[Lock]:
    """The locks under which the statement reads, writes or indexes all of a table; that table's first."""
    relations = {*ran.rewritten, *ran.built, *(one.relation for one in ran.scanned)}
    if not any(works_on(proof, ran, relation) for relation in relations):
        return []
    return sorted(blocking(proof, passage, ran), key=lambda lock: not works_on(proof, ran, lock.relation))


def in_busy_run(passage: Passage) -> dict[Lock, Lock]:
    """
    Each lock of the watched run as it was held in the busy one, where watching did not stretch it.

    There only the statements are known: a lock is held from the one that took it to the next commit.
    """
    if passage.busy is None:
        return {}
    twins = dict(_numbered(passage.busy))
    found: dict[Lock, Lock] = {}
    for key, ran in _numbered(passage.watched):
        twin = twins.get(key)
        if twin is None:
            continue
        until = twin.ended if twin.autocommit else _end_of_transaction(passage.busy, twin)
        found |= {lock: replace(lock, since=twin.started, until=until) for lock in ran.locks}
    return found


def _numbered(run: Run) -> Iterator[tuple[tuple[int, str, int], Ran]]:
    """Statements with their line, their SQL, and how often that has been there before."""
    seen: Counter[tuple[int, str]] = Counter()
    for ran in run.statements:
        yield (ran.line, ran.sql, seen[ran.line, ran.sql]), ran
        seen[ran.line, ran.sql] += 1


def _end_of_transaction(run: Run, ran: Ran) -> float:
    return next((at for at in run.commits if at >= ran.ended), run.ended)
