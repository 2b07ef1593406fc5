"""Puts every rule's checks to a revision and collects what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.review.finding import Direction, Finding, Phase
from pipeline.review.history import History
from pipeline.review.reading.script import Script
from pipeline.review.reading.unknown import as_code, in_the_files_words, is_unread
from pipeline.review.revision import Revision
from pipeline.review.rule import Rule

if TYPE_CHECKING:
    from pipeline.review.proving.proof import Proof

_FIRST_LINE = 1


def check_history(history: History, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the history rules find; a Hit of theirs names file and line itself, else it is about the directory."""
    for rule in rules:
        for check in rule.history_checks:
            for hit in check(history):
                yield rule.finding(hit, Phase.HISTORY, file=history.directory, line=_FIRST_LINE)


def check_source(revision: Revision, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the source rules find in one revision, whose `scripts` have been read."""
    spellings = {name: said for script in revision.scripts.values() for name, said in script.spellings.items()}
    for rule in rules:
        for check in rule.revision_checks:
            for hit in check(revision):
                found = rule.finding(hit, Phase.SOURCE, file=revision.file, line=_FIRST_LINE, revision=revision.id)
                yield _in_the_files_words(found, spellings)


def check_sql(revision: Revision, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the SQL rules find in both directions of one revision, whose `scripts` have been read."""
    for direction in Direction:
        if (script := revision.scripts.get(direction)) is not None:
            yield from check_script(script, rules)


def check_script(script: Script, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the SQL rules find in one direction."""
    where = {"file": script.file, "revision": script.revision, "direction": script.direction}
    for rule in rules:
        for check in rule.script_checks:
            for hit in check(script):
                yield _in_the_files_words(rule.finding(hit, Phase.SQL, line=script.line, **where), script.spellings)
        for statement_check in rule.statement_checks:
            for statement in script.statements:
                for hit in statement_check(statement):
                    found = rule.finding(hit, Phase.SQL, line=statement.line, **where)
                    yield _in_the_files_words(found, script.spellings)


def _in_the_files_words(finding: Finding, spellings: Mapping[str, str]) -> Finding:
    """A name that stands for what reading could not tell is ours: the author is told in the author's words."""
    if not spellings:
        return finding
    return replace(
        finding,
        subject=in_the_files_words(finding.subject, spellings),
        message=in_the_files_words(finding.message, spellings),
        remedy=as_code(finding.remedy, spellings),
        evidence=tuple(in_the_files_words(one, spellings) for one in finding.evidence),
        edits=() if any(is_unread(one.text) for one in finding.edits) else finding.edits,
        about=tuple(in_the_files_words(one, spellings) for one in finding.about),
    )


def check_proof(proof: Proof, rules: Iterable[Rule], phase: Phase) -> Iterator[Finding]:
    """What the rules of the phase live, or window, find in what was seen of one revision."""
    where = {"file": proof.revision.file, "revision": proof.revision.id}
    for rule in rules:
        for check in rule.live_checks if phase is Phase.LIVE else rule.window_checks:
            for hit in check(proof):
                line = proof.revision.line_of("revision")
                yield rule.finding(hit, phase, line=line, **where)
