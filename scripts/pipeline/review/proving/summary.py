"""
The report's part `live`: what each revision did, for the formats and for other programs.

Its keys are an interface like those of the findings: add to them, never rename. Times are seconds, to the millisecond.
`locks`, `sent` and `commits` of a passage are of the run under readers and writers, on its clock; `statements` are of
the run that was watched, which takes longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.review.finding import Direction, Finding, Severity
from pipeline.review.proving.evidence import mode, short
from pipeline.review.proving.proof import Crash, Passage, Proof
from pipeline.review.proving.terms import Terms
from pipeline.review.running.trace import Lock, Ran


@dataclass(frozen=True)
class Withdrawn:
    """A suspicion that came from reading and that running refuted, with the reason."""

    finding: Finding
    why: str


@dataclass(frozen=True)
class Live:
    """
    All that was seen of the revisions, on which server and on what terms; `notes` are for whoever reads it.

    `out_of_time`: some were not reached.
    """

    proofs: tuple[Proof, ...]
    notes: tuple[str, ...]
    server: int
    terms: Terms
    out_of_time: bool = False
    without_release: str | None = None
    """Why the release was not tried, where it could not be."""


def as_dictionary(seen: Live, findings: Sequence[Finding], withdrawn: Sequence[Withdrawn]) -> dict[str, Any]:
    """Return all of it as JSON can hold it."""
    last = seen.proofs[-1] if seen.proofs else None
    return {
        "server": f"PostgreSQL {seen.server}",
        "rows": seen.terms.rows,
        "seed": seen.terms.seed,
        "release": seen.terms.release,
        "notes": list(seen.notes),
        "revisions": [_revision(proof, findings) for proof in seen.proofs],
        "together": _together(last),
        "drift": [str(one) for one in last.drift.findings] if last and last.drift else None,
        "withdrawn": [_withdrawn(one) for one in withdrawn],
    }


def _revision(proof: Proof, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "revision": proof.revision.id,
        "file": str(proof.revision.file),
        "verdict": _verdict(proof, findings),
        "upgrade": _passage(proof, proof.upgrade),
        "downgrade": _passage(proof, proof.downgrade) if proof.downgrade else None,
        "restored": None if proof.downgrade is None else not proof.not_restored and proof.downgrade.passed,
        "not_restored": [str(one) for one in proof.not_restored],
        "lost_by_the_downgrade": [str(one) for one in proof.not_brought_back if one.loses],
        "crashes": [_crash(one) for one in proof.crashes],
        "invalid_indexes": list(proof.invalid_indexes),
        "broken": None if proof.broken is None else [str(one) for one in proof.broken],
        "untried": list(proof.untried),
    }


def _crash(crash: Crash) -> dict[str, Any]:
    failure = crash.again.failure
    return {
        "after_commit": crash.commit,
        "commits": crash.commits,
        "converged": crash.converged,
        "failed": failure.words if failure else None,
        "differs": [str(one) for one in crash.schema],
    }


def _verdict(proof: Proof, findings: Sequence[Finding]) -> str:
    """The worst that is said of it and was not accepted."""
    own = [one for one in findings if one.revision == proof.revision.id and one.waived is None]
    worst = max((one.severity for one in own), key=lambda severity: severity.weight, default=Severity.INFO)
    return {Severity.ERROR: "unsafe", Severity.WARNING: "with care", Severity.INFO: "safe"}[worst]


def _passage(proof: Proof, passage: Passage) -> dict[str, Any]:
    run = passage.watched
    timed = passage.busy or run
    return {
        "seconds": _seconds(timed.took),
        "failed": run.failure.words if run.failure else None,
        "changes": [str(one) for one in passage.schema],
        "rows": [str(one) for one in passage.rows],
        "statements": [_statement(ran, run.started) for ran in run.statements],
        "locks": [_lock(lock, start, passage, proof) for lock, start in _held(passage)],
        "sent": [
            {"line": ran.line, "at": _seconds(ran.started - timed.started), "seconds": _seconds(ran.took)}
            for ran in timed.statements
        ],
        "commits": [_seconds(moment - timed.started) for moment in timed.commits],
        "stalls": [
            {"relation": short(one.relation), "reads": _seconds(one.reads), "writes": _seconds(one.writes)}
            for one in passage.stalls
        ],
    }


def _held(passage: Passage) -> Iterator[tuple[Lock, float]]:
    """Each lock with the beginning of the run whose clock it is on: the busy one, where that had such a statement."""
    for lock in passage.watched.locks:
        really = passage.really(lock)
        yield really, (passage.watched if really is lock else passage.busy or passage.watched).started


def _statement(ran: Ran, start: float) -> dict[str, Any]:
    return {
        "line": ran.line,
        "sql": ran.sql,
        "transaction": ran.transaction,
        "autocommit": ran.autocommit,
        "at": _seconds(ran.started - start),
        "seconds": _seconds(ran.took),
        "rewritten": [short(one) for one in ran.rewritten],
        "scanned": [{"relation": short(one.relation), "rows": one.rows} for one in ran.scanned],
        "built": [short(one) for one in ran.built],
        "said": list(ran.said),
    }


def _lock(lock: Lock, start: float, passage: Passage, proof: Proof) -> dict[str, Any]:
    stall = passage.stall_of(lock.relation)
    return {
        "relation": short(lock.relation),
        "mode": mode(lock.mode),
        "from": _seconds(lock.since - start),
        "until": _seconds(lock.until - start),
        "blocks": "reads and writes" if lock.blocks_reads else "writes" if lock.blocks_writes else "nobody",
        "rows": proof.rows_of.get(lock.relation),
        "stalled": None if stall is None else _seconds(max(stall.reads, stall.writes)),
    }


def _together(last: Proof | None) -> dict[str, Any] | None:
    both = last.together if last else None
    if both is None:
        return None
    return {
        "seconds": _seconds(both.upgrade.took),
        "failed": both.upgrade.failure.words if both.upgrade.failure else None,
        "downgrade_failed": both.downgrade.failure.words if both.downgrade and both.downgrade.failure else None,
        "differs": [str(one) for one in both.schema],
    }


def _withdrawn(one: Withdrawn) -> dict[str, Any]:
    finding = one.finding
    direction = finding.direction if isinstance(finding.direction, Direction) else None
    return {
        "rule": finding.rule, "revision": finding.revision, "direction": direction, "file": str(finding.file),
        "line": finding.line, "subject": finding.subject, "message": finding.message, "why": one.why,
    }  # fmt: skip


def _seconds(value: float) -> float:
    return round(value, 3)
