"""Puts every rule's checks to a revision and collects what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.review.finding import Direction, Finding, Phase
from pipeline.review.history import History
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Rule

_FIRST_LINE = 1


def check_history(history: History, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the history rules find; a Hit of theirs names file and line itself, else it is about the directory."""
    for rule in rules:
        for check in rule.history_checks:
            for hit in check(history):
                yield rule.finding(hit, Phase.HISTORY, file=history.directory, line=_FIRST_LINE)


def check_source(revision: Revision, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the source rules find in one revision, whose `scripts` have been read."""
    for rule in rules:
        for check in rule.revision_checks:
            for hit in check(revision):
                yield rule.finding(hit, Phase.SOURCE, file=revision.file, line=_FIRST_LINE, revision=revision.id)


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
                yield rule.finding(hit, Phase.SQL, line=script.line, **where)
        for statement_check in rule.statement_checks:
            for statement in script.statements:
                for hit in statement_check(statement):
                    yield rule.finding(hit, Phase.SQL, line=statement.line, **where)
