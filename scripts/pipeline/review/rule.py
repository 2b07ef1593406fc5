"""
A rule says which harm it prevents, and has one check for each phase that can see the harm coming.

A rule without a harm is an opinion; opinions are `Harm.DESIGN`, information, and off unless asked for by name.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.review import rules
from pipeline.review.finding import Direction, Edit, Finding, Phase, Severity

if TYPE_CHECKING:
    from pipeline.review.history import History
    from pipeline.review.proving.proof import Proof
    from pipeline.review.reading.script import Script
    from pipeline.review.reading.statement import Statement
    from pipeline.review.revision import Revision


class Harm(StrEnum):
    BLOCKS = "blocks reads or writes"
    BREAKS_RUNNING_CODE = "breaks the release that is running"
    LOSES_DATA = "loses data"
    FAILS_ON_DATA = "fails on real data"
    FAILS = "fails every time"
    CANNOT_BE_UNDONE = "cannot be undone"
    LEAVES_A_MESS = "leaves a mess"
    DESIGN = "a matter of design"


class Shown(StrEnum):
    """What running a revision has to show for a suspicion to be right; settling.py says how each is told."""

    WORK = "a table that others use is scanned, rewritten or indexed under a lock that blocks them"
    LOCK = "a lock that blocks others on a table that they use"
    FAILURE = "it fails"
    LOSS = "rows or values are gone or changed"
    REMAINS = "the schema or the rows are not what they were once it was undone"
    BREAKAGE = "the release in production fails on the new schema"
    DIVERGENCE = "killed between two commits and run again, it does not end as it would have"


_SHOWN_BY = {
    Harm.BLOCKS: Shown.WORK,
    Harm.BREAKS_RUNNING_CODE: Shown.BREAKAGE,
    Harm.LOSES_DATA: Shown.LOSS,
    Harm.FAILS_ON_DATA: Shown.FAILURE,
    Harm.FAILS: Shown.FAILURE,
    Harm.CANNOT_BE_UNDONE: Shown.REMAINS,
    Harm.LEAVES_A_MESS: Shown.REMAINS,
}


@dataclass(frozen=True)
class Hit:
    """
    One place where a rule applies. `subject` and `values` fill the braces of the rule's effect and remedy.

    Without a `line`, it is where the statement, the call or the revision stands that was checked.
    """

    subject: str
    line: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    remedy: str | None = None
    severity: Severity | None = None
    direction: Direction | None = None
    evidence: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    file: Path | None = None
    revision: str | None = None
    about: tuple[str, ...] = ()
    """Other subjects of the line that this is about as well: the new name of what is renamed."""


StatementCheck = Callable[["Statement"], Iterator["Hit | str"]]
ScriptCheck = Callable[["Script"], Iterator["Hit | str"]]
RevisionCheck = Callable[["Revision"], Iterator["Hit | str"]]
HistoryCheck = Callable[["History"], Iterator["Hit | str"]]
ProofCheck = Callable[["Proof"], Iterator["Hit | str"]]
_BY_HARM = object()
"""What shows the rule's harm."""


class Rule:
    """
    A rule is made at the top of its module, and its checks are registered by decorators.

    `harm` is why it exists; `effect` is one sentence about production and `remedy` the corrected code or the next step,
    both with {subject} and the names a Hit brings. `replaces` names the rules whose finding on the same line about the
    same subject this one's makes superfluous (dedupe.py).
    """

    def __init__(
        self, module: str, *, harm: Harm, effect: str, remedy: str, severity: Severity = Severity.ERROR,
        replaces: tuple[str, ...] = (), shown_by: object = _BY_HARM,
    ) -> None:  # fmt: skip
        self.name = module.rpartition(".")[2].replace("_", "-")
        self.module = module
        self.harm = harm
        self.effect = effect
        self.remedy = remedy
        self.severity = Severity.INFO if harm is Harm.DESIGN else severity
        self.replaces = replaces
        self.shown_by = shown_by if isinstance(shown_by, Shown) else None
        if shown_by is _BY_HARM:
            self.shown_by = _SHOWN_BY.get(harm)
        self.statement_checks: list[StatementCheck] = []
        self.script_checks: list[ScriptCheck] = []
        self.revision_checks: list[RevisionCheck] = []
        self.history_checks: list[HistoryCheck] = []
        self.live_checks: list[ProofCheck] = []
        self.window_checks: list[ProofCheck] = []

    def in_sql(self, check: StatementCheck) -> StatementCheck:
        """Check each SQL statement of both directions."""
        self.statement_checks.append(check)
        return check

    def in_script(self, check: ScriptCheck) -> ScriptCheck:
        """Check all of one direction at once: what depends on an order or on what is missing (phase sql)."""
        self.script_checks.append(check)
        return check

    def in_source(self, check: RevisionCheck) -> RevisionCheck:
        """Check a revision's Python: its calls, its syntax tree, both directions (phase source)."""
        self.revision_checks.append(check)
        return check

    def in_history(self, check: HistoryCheck) -> HistoryCheck:
        """Check how the revisions follow each other and what a branch did to merged ones."""
        self.history_checks.append(check)
        return check

    def in_live(self, check: ProofCheck) -> ProofCheck:
        """Check what was seen of a revision that was run on a real database."""
        self.live_checks.append(check)
        return check

    def in_window(self, check: ProofCheck) -> ProofCheck:
        """Check what was seen of the release in production on the schema that a revision makes."""
        self.window_checks.append(check)
        return check

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that can see this harm, in their order."""
        checks = {
            Phase.HISTORY: self.history_checks,
            Phase.SOURCE: self.revision_checks,
            Phase.SQL: [*self.statement_checks, *self.script_checks],
            Phase.LIVE: self.live_checks,
            Phase.WINDOW: self.window_checks,
        }
        return tuple(phase for phase, found in checks.items() if found)

    @property
    def reason(self) -> str:
        """The module's docstring: why the rule is there."""
        return inspect.cleandoc(importlib.import_module(self.module).__doc__ or "")

    def finding(self, hit: Hit | str, phase: Phase, **where: Any) -> Finding:
        """Make a Finding of `hit`; `where` has file, line, revision and direction of what was checked."""
        found = Hit(hit) if isinstance(hit, str) else hit
        values = {"subject": found.subject, **found.values}
        place = where | {
            name: value
            for name in ("file", "line", "revision", "direction")
            if (value := getattr(found, name)) is not None
        }
        return Finding(
            rule=self.name,
            severity=found.severity or self.severity,
            phase=phase,
            subject=found.subject,
            message=self.effect.format(**values),
            remedy=found.remedy if found.remedy is not None else _filled(self.remedy, values),
            evidence=found.evidence,
            edits=found.edits,
            about=found.about,
            **place,
        )


def _filled(remedy: str, values: Mapping[str, str]) -> str:
    """The remedy with its values; one of several lines that stands alone in an indented one is indented as a whole."""
    return "\n".join(
        textwrap.indent(line.strip().format(**values), line[: len(line) - len(line.lstrip())])
        for line in remedy.split("\n")
    )


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in `pipeline.review.rules`, by name."""
    modules = [
        importlib.import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules(rules.__path__)
    ]
    return tuple(sorted((module.rule for module in modules if hasattr(module, "rule")), key=lambda rule: rule.name))
