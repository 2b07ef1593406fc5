"""What was asked for → Report: which revisions, which phases, and what of the findings is said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.review.base import read_base
from pipeline.review.checking import check_history
from pipeline.review.choice import Choice, choose
from pipeline.review.dedupe import of_a_loop_together, once, without_replaced
from pipeline.review.directory import Directory, read_directory, unplaced
from pipeline.review.examining import MANY, Answer, Examination, Questions
from pipeline.review.finding import Finding, Phase, Severity
from pipeline.review.head_file import HeadFile, read_head_file
from pipeline.review.history import Base, History
from pipeline.review.layout import Layout, find_layout
from pipeline.review.proving.question import Outcome, Question, nothing_run
from pipeline.review.proving.terms import RUNNING, Terms
from pipeline.review.proving.unasked import what_can_be_run
from pipeline.review.report import Report
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, Rule
from pipeline.review.squawk_rules import every_rule
from pipeline.review.undone_file import read_undone
from pipeline.review.waivers import apply_waivers

if TYPE_CHECKING:
    from pipeline.postgres import Server  # Whoever only reads has no use for a driver.

READING = (Phase.HISTORY, Phase.SOURCE, Phase.SQL)
"""The phases that need neither a server nor the application."""


@dataclass(frozen=True)
class Options:
    """What to review, and how. Without `since` and `files`, everything."""

    directory: Path = Path("migrations")
    since: str | None = None
    files: tuple[Path, ...] = ()
    phases: tuple[Phase, ...] = READING
    also_run: bool = False
    """Nobody named phases: what is chosen is run as well, as far as that can be done here."""
    postgresql_version: int = 18
    undone: frozenset[str] = field(default_factory=frozenset)
    database_url: str | None = None
    """A throwaway server on which the revisions are run, so that their SQL is seen; without one it is read."""
    enabled: frozenset[str] = field(default_factory=frozenset)
    """Rules about design that were asked for by name."""
    terms: Terms = field(default_factory=Terms)
    """How revisions are run, where they are."""


def _nobody(_line: str) -> None:
    """Who is told how far it is, when nobody wants to know."""


def review(options: Options, say: Callable[[str], None] = _nobody) -> Report:
    """Return what is to be said. Raises UsageError and CouldNotAnswer where nothing can be."""
    layout = find_layout(options.directory)
    directory = read_directory(layout)
    present = (*directory.revisions, *directory.unparsed)
    base = read_base(layout, options.since, present) if options.since is not None else None
    choice = choose(directory, base, options.files)
    history = _history(directory, base, options.undone)
    reading = _Reading(options, layout, choice, history, say)
    # Before there is a second thread: another process reads what is run here at the same time.
    beside = reading.beside() if _to_be_run(options, layout.directory, len(choice.revisions))[0] else nullcontext()
    with beside, _server_ahead(options, layout.directory, len(choice.revisions)) as ahead:
        reading.now()
        question = Question(
            layout, history.revisions, choice.revisions, (), options.postgresql_version, _terms(options),
            nothing_is_new=_nothing_is_new(choice, history), ahead=ahead,
        )  # fmt: skip
        outcome = _run(options, question, reading.found, say)
        return _reported(options, history, choice, reading, outcome)


class _Reading:
    """What reading says: of the history, and of each revision."""

    def __init__(
        self, options: Options, layout: Layout, choice: Choice, history: History, say: Callable[[str], None]
    ) -> None:
        self.rules = _rules(options)
        self.answers = [*_history_answers(history, self.rules, choice, options.phases)]
        questions = Questions(options.phases, frozenset(rule.name for rule in self.rules), options.postgresql_version)
        files: list[Path] = []
        if {Phase.SOURCE, Phase.SQL} & set(options.phases):
            files = [revision.file for revision in choice.revisions]
            if options.database_url is not None and Phase.SQL in options.phases:
                from pipeline.review.running.capture import capture_on  # noqa: PLC0415 - only who runs them needs a driver.
                from pipeline.review.running.project import find_project  # noqa: PLC0415 - goes with the line above.

                project = find_project(layout, options.terms.python, options.terms.variables)
                captured = capture_on(options.database_url, project, _ordered(history), choice.revisions)
                self.answers.append(Answer(layout.directory, not_analysed=list(captured.not_analysed)))
                questions = replace(questions, seen=captured.by_direction())
        self._examination = Examination(files, questions, say)
        self.beside, self.now = self._examination.beside, self._examination.now

    def all(self) -> list[Answer]:
        return [*self.answers, *self._examination.answers]

    def found(self) -> list[Finding]:
        return once(one for answer in self.all() for one in answer.findings)


def _reported(options: Options, history: History, choice: Choice, reading: _Reading, outcome: Outcome) -> Report:
    answers = reading.all()
    failures = [failure for answer in answers for failure in answer.failures]
    failures += _unanswered(options, choice, history)
    failures += outcome.failures
    phases = tuple(phase for phase in Phase if phase in {*options.phases, *outcome.answered})
    asked = {rule.name for rule in reading.rules if set(rule.phases) <= set(phases)}
    judged = list(_waived(once(outcome.findings), outcome.withdrawn, choice, asked))
    findings = of_a_loop_together(without_replaced(judged, reading.rules))
    not_analysed = [*choice.not_analysed, *(one for answer in answers for one in answer.not_analysed)]
    looked_at = set(phases) & set(READING) or outcome.live
    return Report(
        directory=history.directory,
        phases=phases,
        analysed=tuple(revision.file for revision in choice.revisions) if looked_at else (),
        findings=tuple(sorted(findings, key=lambda finding: _place(finding, history))),
        not_analysed=tuple(dict.fromkeys([*not_analysed, *outcome.not_analysed])),
        live=outcome.live,
        failures=tuple(failures),
        not_run=outcome.not_run,
    )


def _run(
    options: Options, question: Question, found: Callable[[], list[Finding]], say: Callable[[str], None]
) -> Outcome:
    """What running says of what was `found`; where nobody asked for it, what is in its way fails nothing."""
    phases, why = _to_be_run(options, question.layout.directory, len(question.chosen))
    if why:
        return Outcome(found(), nothing_run([why]), not_run=(why,))
    if not phases or not (question.chosen or question.nothing_is_new):
        return Outcome(found())
    # Whoever only reads need not wait for what runs revisions: it was a quarter of the start.
    from pipeline.review.proving.phases import prove  # noqa: PLC0415 - see above.

    outcome = prove(replace(question, phases=phases), found, _rules(options), say)
    return outcome.as_unasked() if options.also_run else outcome


def _to_be_run(options: Options, directory: Path, chosen: int) -> tuple[tuple[Phase, ...], str]:
    """The phases in which revisions are run, and why there are none where that has to be said."""
    if options.also_run:
        return what_can_be_run(directory, chosen, _terms(options))
    return tuple(phase for phase in options.phases if phase in RUNNING), ""


@contextmanager
def _server_ahead(options: Options, directory: Path, chosen: int) -> Iterator[Future[Server] | None]:
    """A server that comes up while a few revisions are read; many are read by processes, which threads hinder."""
    phases, _ = _to_be_run(options, directory, chosen)
    if not phases or not 0 < chosen < MANY or options.database_url is not None:
        yield None
        return
    from pipeline.review.running.ahead import starting_ahead  # noqa: PLC0415 - as above.

    with starting_ahead(options.postgresql_version) as server:
        yield server


def _rules(options: Options) -> list[Rule]:
    return [rule for rule in every_rule() if rule.harm is not Harm.DESIGN or rule.name in options.enabled]


def _nothing_is_new(choice: Choice, history: History) -> bool:
    """The models may have changed all the same; with what is new and cannot be read, they would be said to."""
    return history.base is not None and bool(history.revisions) and not choice.revisions and not choice.unreadable


def _terms(options: Options) -> Terms:
    """The base branch is what production runs, where nobody says otherwise."""
    release = options.terms.release or options.since
    return replace(options.terms, server=options.database_url, release=release)


def _ordered(history: History) -> list[Revision]:
    return sorted(history.revisions, key=lambda revision: history.graph.order.get(revision.id, 0))


def _history(directory: Directory, base: Base | None, undone: frozenset[str]) -> History:
    head_file: HeadFile | None = read_head_file(directory.layout.directory)
    if head_file and head_file.text is None and (base is None or base.head_file is None):
        head_file = None
    revisions = (*directory.revisions, *directory.unparsed)
    return History(
        directory=directory.layout.directory,
        revisions=revisions,
        added=frozenset(revision.id for revision in revisions if base and revision.id not in base.texts),
        base=base,
        undone=undone | read_undone(directory.layout.directory),
        unplaced=directory.unplaced,
        complete=directory.complete,
        head_file=head_file,
    )


def _history_answers(
    history: History, rules: Iterable[Rule], choice: Choice, phases: tuple[Phase, ...]
) -> Iterator[Answer]:
    if Phase.HISTORY not in phases:
        return
    before = _findings_of_the_base(history, rules)
    for rule in rules:
        answer = Answer(history.directory)
        try:
            found = list(check_history(history, [rule]))
        except Exception as error:  # noqa: BLE001 - whatever broke in one rule, the others have to be asked.
            answer.broke(f"The rule {rule.name}", error)
        else:
            answer.findings.extend(_as_news(finding, before, history) for finding in found if choice.covers(finding))
        yield answer


def _findings_of_the_base(history: History, rules: Iterable[Rule]) -> set[tuple[str, str, str]]:
    """What was wrong with the history before this branch. A rule that breaks here breaks again, where it is told."""
    base = history.base
    if base is None:
        return set()
    then = History(
        history.directory, base.revisions, frozenset(), unplaced=unplaced(base.revisions), head_file=base.head_file
    )
    found: set[tuple[str, str, str]] = set()
    for rule in rules:
        try:
            found |= {(one.rule, one.subject, one.message) for one in check_history(then, [rule])}
        except Exception:  # noqa: BLE001, S112 - it is asked again of what is there now, and told then.
            continue
    return found


def _as_news(finding: Finding, before: set[tuple[str, str, str]], history: History) -> Finding:
    """A fault that was merged before is told, and does not fail whoever did not make it."""
    if history.base is None or (finding.rule, finding.subject, finding.message) not in before:
        return finding
    note = f"{history.base.ref} had this already when this branch left it."
    return replace(finding, severity=Severity.INFO, evidence=(*finding.evidence, note))


def _unanswered(options: Options, choice: Choice, history: History) -> Iterator[str]:
    for phase in options.phases:
        if phase is Phase.HISTORY and not history.revisions and history.base is None:
            yield f"The phase history analysed nothing: there is no revision in {choice.places}."
        elif phase is not Phase.HISTORY and not choice.revisions and (choice.unreadable or not choice.may_be_empty):
            yield f"The phase {phase} analysed nothing: there is no revision to be read in {choice.places}."
    if choice.must_be_read:
        for file in choice.unreadable:
            yield f"{file} was to be reviewed and cannot be read as a revision (see what was not analysed)."


def _waived(
    findings: list[Finding], withdrawn: tuple[Finding, ...], choice: Choice, asked: set[str]
) -> Iterator[Finding]:
    known = {rule.name: rule for rule in every_rule()}
    files = {revision.file: revision for revision in choice.revisions}
    yield from (finding for finding in findings if finding.file not in files)
    for file, revision in files.items():
        own = [finding for finding in findings if finding.file == file]
        past = [finding for finding in withdrawn if finding.file == file]
        yield from apply_waivers(revision, own, known, asked, past)


def _place(finding: Finding, history: History) -> tuple[int, str, int, str, str]:
    """In the order in which revisions are applied; what is about the whole directory comes first."""
    order = history.graph.order.get(finding.revision or "", -1)
    return order, str(finding.file), finding.line, finding.rule, finding.subject
