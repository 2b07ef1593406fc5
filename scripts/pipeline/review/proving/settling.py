"""
What running says of a suspicion that came from reading: right, with the measurement; wrong, then it is withdrawn; or
nothing, then it stays as it was.

It is withdrawn only by a run that could have shown it: one that ended well, with rows in the table that it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline.review.finding import Direction, Finding, Phase, Severity
from pipeline.review.proving.evidence import at_production, measured, seconds, short
from pipeline.review.proving.locks import blocking, work_under_lock
from pipeline.review.proving.proof import Passage, Proof
from pipeline.review.proving.terms import Terms
from pipeline.review.reading.naming import same
from pipeline.review.rule import Harm, Rule, Shown
from pipeline.review.running.trace import Lock, Ran

_SHORT = 0.2
"""Seconds for which everybody can wait: a lock that is held no longer at production's size is information."""
_MOST_EVIDENCE = 4


@dataclass(frozen=True)
class Settled:
    """A finding that was confirmed or left as it was; or, with `withdrawn`, the reason why it is none."""

    finding: Finding
    withdrawn: str | None = None
    confirmed: bool = False


def settle(finding: Finding, rule: Rule, proof: Proof, terms: Terms) -> Settled:
    """Hold `finding`, which is about the revision of `proof`, against what was seen."""
    if rule.shown_by is None or finding.phase is Phase.HISTORY:
        return Settled(finding)
    return _ASK[rule.shown_by](finding, rule, proof, terms)


def _work(finding: Finding, _: Rule, proof: Proof, terms: Terms) -> Settled:
    passage, seen = _seen(finding, proof)
    if passage is None or not seen:
        return Settled(finding)
    found = [(ran, locks[0]) for ran in seen if (locks := work_under_lock(proof, passage, ran))]
    if found:
        return _measured(finding, proof, passage, found, terms)
    if not passage.passed or not _has_rows(finding, proof) or _was_missed(seen):
        return Settled(finding)
    held = max((lock.held for ran in seen for lock in blocking(proof, passage, ran)), default=0.0)
    return Settled(
        finding,
        f"Run{_on_rows(finding, proof)}, it scanned, rewrote and indexed nothing that others use; the longest lock was "
        f"held for {seconds(held)}.",
    )


def _was_missed(seen: list[Ran]) -> bool:
    """Outside transactions locks are only polled: of a short statement none may have been seen."""
    return any(ran.unseen or (ran.autocommit and not ran.locks) for ran in seen)


def _lock(finding: Finding, _: Rule, proof: Proof, terms: Terms) -> Settled:
    passage, seen = _seen(finding, proof)
    if passage is None or not seen:
        return Settled(finding)
    found = []
    for ran in seen:
        taken = [lock for lock in blocking(proof, passage, ran) if lock in ran.locks]
        taken.sort(key=lambda lock: not _is_about(finding, lock.relation))
        found += [(ran, lock) for lock in taken[:1]]
    if found:
        return _measured(finding, proof, passage, found, terms)
    if not passage.passed or _was_missed(seen):
        return Settled(finding)
    return Settled(finding, "Run, it took no lock for which anybody who reads or writes would have to wait.")


def _measured(finding: Finding, proof: Proof, passage: Passage, found: list[tuple[Ran, Lock]], terms: Terms) -> Settled:
    evidence = [said for ran, lock in found for said in measured(proof, passage, ran, lock, terms.statistics)]
    there = [at_production(proof, passage, ran, lock, terms.statistics) for ran, lock in found]
    severity = finding.severity
    if all(one is not None and one <= _SHORT for one in there):
        severity = Severity.INFO
    return _confirmed(replace(finding, severity=severity), evidence)


def _failure(finding: Finding, rule: Rule, proof: Proof, _: Terms) -> Settled:
    runs = [(one.watched, Severity.ERROR) for one in proof.passages if finding.direction in {None, one.direction}]
    runs += [(run, Severity.ERROR) for run in (proof.again,) if run and finding.direction is not Direction.DOWNGRADE]
    if finding.direction is Direction.DOWNGRADE and proof.with_newer_rows:
        runs.append((proof.with_newer_rows, Severity.WARNING))
    failures = [(run.failure, severity) for run, severity in runs if run.failure is not None]
    for failure, severity in failures:
        if failure.line == finding.line or len(proof.revision.lines) == 0:
            # What may fail has failed: it stands for the failure from here on, and must not weigh less.
            worse = max(finding.severity, severity, key=lambda one: one.weight)
            return _confirmed(replace(finding, severity=worse), [f"Run, it failed: {failure.words}"])
    if cut_off := _cut_off(finding, proof):
        return _confirmed(finding, cut_off)
    whole = proof.upgrade.passed and (proof.downgrade is None or proof.downgrade.passed) and _passed_together(proof)
    if failures or not runs or not whole or (rule.harm is Harm.FAILS_ON_DATA and not _may_be_refuted(finding, proof)):
        return Settled(finding)
    again = ", undone and run again" if proof.again is not None else ""
    return Settled(finding, f"Run{_on_rows(finding, proof)}{again}, it did not fail.")


def _cut_off(finding: Finding, proof: Proof) -> list[str]:
    """A change of type may pass since it cut off what did not fit: the values of the column that it is about."""
    passage = proof.passage(finding.direction)
    changes = proof.not_brought_back if finding.direction is Direction.DOWNGRADE else proof.upgrade.rows
    if passage is None or not passage.passed:
        return []
    retyped = {short(one.name) for one in passage.schema if one.kind == "column"}
    return [
        str(change)
        for change in changes
        for one in change.changed
        if f"{short(change.table)}.{one.column}" in retyped
        and same(f"{short(change.table)}.{one.now}", finding.subject)
    ]


def _passed_together(proof: Proof) -> bool:
    """What one revision adds and the next one uses may fail only where both are pending."""
    return proof.together is None or proof.together.upgrade.failure is None


def _may_be_refuted(finding: Finding, proof: Proof) -> bool:
    """Rows that are yet to come may be worse than those that a downgrade met here."""
    return finding.direction is not Direction.DOWNGRADE and _has_rows(finding, proof)


def _loss(finding: Finding, _: Rule, proof: Proof, __: Terms) -> Settled:
    if finding.direction is Direction.DOWNGRADE:
        changes = proof.not_brought_back if proof.downgrade and proof.downgrade.passed else None
    else:
        changes = proof.upgrade.rows if proof.upgrade.passed else None
    if changes is None or not _has_rows(finding, proof):
        return Settled(finding)
    lost = [change for change in changes if change.loses and _is_about(finding, change.table)]
    if lost:
        return _confirmed(finding, [str(change) for change in lost])
    return Settled(finding, f"Run{_on_rows(finding, proof)}, no row and no value of theirs was lost.")


def _remains(finding: Finding, _: Rule, proof: Proof, __: Terms) -> Settled:
    if proof.downgrade is None:
        return Settled(finding)
    if not proof.downgrade.passed and proof.downgrade.watched.failure:
        return _confirmed(finding, [f"The downgrade failed: {proof.downgrade.watched.failure.words}"])
    different = [str(one) for one in (*proof.not_restored, *proof.not_brought_back)]
    if different:
        only_rows = not proof.not_restored and finding.rule == "downgrade-is-empty"
        return _confirmed(replace(finding, severity=Severity.INFO) if only_rows else finding, different)
    if proof.again is None or proof.again.failure is not None:
        return Settled(finding)
    what = "the schema and every row" if any(proof.rows_of.values()) else "the schema"
    return Settled(finding, f"Run, undone and run again: the downgrade brought back {what} exactly.")


def _breakage(finding: Finding, _: Rule, proof: Proof, terms: Terms) -> Settled:
    if proof.broken is None or finding.direction is Direction.DOWNGRADE:
        return Settled(finding)
    ours = [str(one) for one in proof.broken if one.table is None or _is_about(finding, one.table)]
    if ours:
        return _confirmed(finding, ours)
    if proof.broken:
        return Settled(finding)
    gone = [str(one) for one in proof.upgrade.rows if one.loses and _is_about(finding, one.table)]
    if gone:
        said = [f"The release in production ({terms.release}) does without it; what is in it is gone for good.", *gone]
        return _confirmed(_at_most_a_warning(finding), said)
    return Settled(
        finding, f"The release in production ({terms.release}) read and wrote every model of its own on the new schema."
    )


def _at_most_a_warning(finding: Finding) -> Finding:
    return replace(finding, severity=min(finding.severity, Severity.WARNING, key=lambda one: one.weight))


def _divergence(finding: Finding, _: Rule, proof: Proof, __: Terms) -> Settled:
    if not proof.crashes:
        return Settled(finding)
    bad = [str(crash) for crash in proof.crashes if not crash.converged]
    if bad:
        return _confirmed(finding, bad)
    return Settled(finding, f"Killed at {len(proof.crashes)} of its commits and run again, it ended as it should.")


_ASK: dict[Shown, Callable[[Finding, Rule, Proof, Terms], Settled]] = {
    Shown.WORK: _work,
    Shown.LOCK: _lock,
    Shown.FAILURE: _failure,
    Shown.LOSS: _loss,
    Shown.REMAINS: _remains,
    Shown.BREAKAGE: _breakage,
    Shown.DIVERGENCE: _divergence,
}


def _seen(finding: Finding, proof: Proof) -> tuple[Passage | None, list[Ran]]:
    passage = proof.passage(finding.direction)
    return passage, list(passage.statements_at(finding.line)) if passage else []


def _confirmed(finding: Finding, evidence: Iterable[str]) -> Settled:
    said = list(dict.fromkeys(evidence))
    more = [f"and {len(said) - _MOST_EVIDENCE:,} more"] if len(said) > _MOST_EVIDENCE else []
    return Settled(replace(finding, evidence=(*finding.evidence, *said[:_MOST_EVIDENCE], *more)), confirmed=True)


def _is_about(finding: Finding, relation: str) -> bool:
    """A finding's subject is `table`, `table.column`, or either with a schema."""
    words = finding.subject.split(".")
    return any(
        same(".".join(words[:end]), short(relation)) or same(".".join(words[:end]), relation) for end in (1, 2, 3)
    )


def _rows_of(finding: Finding, proof: Proof) -> dict[str, int]:
    return {name: rows for name, rows in proof.rows_of.items() if _is_about(finding, name)}


def _has_rows(finding: Finding, proof: Proof) -> bool:
    """Without rows nothing is proved; where the subject is no table of ours, some table has to have some."""
    about = _rows_of(finding, proof)
    return any((about or proof.rows_of).values())


def _on_rows(finding: Finding, proof: Proof) -> str:
    about = _rows_of(finding, proof)
    return "".join(f" on {rows:,} rows of {short(name)}" for name, rows in list(about.items())[:1])
