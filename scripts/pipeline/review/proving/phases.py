"""
The phases live and window as a whole: a server, the release in production, a Proof of each revision, and what that says
of the findings there are and of new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.review.checking import check_proof
from pipeline.review.drift import Asking, Drift, drift
from pipeline.review.finding import Finding, Phase
from pipeline.review.proving.beside import Beside
from pipeline.review.proving.conducting import Conductor
from pipeline.review.proving.path import Path
from pipeline.review.proving.proof import Proof
from pipeline.review.proving.question import Outcome, Question
from pipeline.review.proving.settling import settle
from pipeline.review.proving.summary import Live, Withdrawn, as_dictionary
from pipeline.review.proving.terms import RUNNING
from pipeline.review.proving.unrevised import compare_models
from pipeline.review.proving.workbench import Workbench
from pipeline.review.rule import Rule, Shown
from pipeline.review.running.databases import Databases, databases_on
from pipeline.review.running.project import Project, find_project
from pipeline.review.running.spent import Part, Spent
from pipeline.review.window.process import ReleaseDoesNotRun
from pipeline.review.window.release import Release, release_at
from pipeline.review.window.window import Window, open_window

_MOST_NAMED = 5
_NO_RELEASE = (
    "The phase window analysed nothing. There is no release to try: name the commit that production runs with "
    "--release, or with --since."
)
_ABOUT_THE_WHOLE = frozenset({Shown.REMAINS, Shown.DIVERGENCE})
_ABOUT_A_TABLE = frozenset({Shown.BREAKAGE, Shown.LOSS})


def prove(
    question: Question, found: Callable[[], Sequence[Finding]], rules: Iterable[Rule], say: Callable[[str], None]
) -> Outcome:
    """
    Run the revisions, and hold what is `found` by reading against what is seen; without any, compare the models.

    What was found is asked for in the end: reading may go on meanwhile.
    """
    if not question.chosen:
        return _of_the_models(question, found, say)
    if Phase.LIVE not in question.phases and question.terms.release is None:
        return Outcome(list(found()), failures=[_NO_RELEASE], in_the_way=_NO_RELEASE)
    spent = Spent()
    try:
        project = find_project(question.layout, question.terms.python, question.terms.variables)
        with Keeper() as keeper:
            with spent.on(Part.RELEASE):  # A throwaway server is coming up meanwhile.
                release = _release(question, keeper)
            with databases_on(question.terms.server, question.version, spent, question.ahead) as databases:
                seen = _with_or_without_release(question, project, databases, release, say)
    except CouldNotAnswer as error:
        asked = " and ".join(phase for phase in question.phases if phase in RUNNING)
        failure = f"What was to be run (--phases {asked}) could not be: {error}"
        return Outcome(list(found()), failures=[failure], in_the_way=str(error))
    outcome = judged(question, seen, found(), {rule.name: rule for rule in rules})
    outcome.live["took"] = spent.seconds
    return outcome


def _of_the_models(question: Question, found: Callable[[], Sequence[Finding]], say: Callable[[str], None]) -> Outcome:
    if Phase.LIVE not in question.phases:
        return Outcome(list(found()))
    unrevised = compare_models(question.layout, question.version, question.terms, say)
    return Outcome(
        [*found(), *unrevised.findings],
        failures=list(unrevised.failures),
        answered=(Phase.LIVE,),
        not_analysed=unrevised.not_analysed,
    )


_Found = tuple[Release | None, str | None]
"""The release in production, or why it cannot be had."""


def _with_or_without_release(
    question: Question, project: Project, databases: Databases, found: _Found, say: Callable[[str], None]
) -> Live:
    """A release that does not run is no reason to leave the revisions unproved."""
    try:
        return _run(question, project, databases, found, say)
    except ReleaseDoesNotRun as error:
        phases = tuple(phase for phase in question.phases if phase is not Phase.WINDOW)
        live = _run(replace(question, phases=phases), project, databases, found, say)
        return replace(live, without_release=str(error))


def _run(question: Question, project: Project, databases: Databases, found: _Found, say: Callable[[str], None]) -> Live:
    release, why = found
    with ExitStack() as stack:
        stage = databases.stage()
        bench = Workbench(project, databases, stage, question.terms)
        path = Path(question.revisions, question.chosen)
        thread = stack.enter_context(ThreadPoolExecutor(1))
        started = _started(stack, bench, release if Phase.WINDOW in question.phases else None, path)
        window = started.production
        beside = Beside(thread, bench, window, started.new)
        conductor = Conductor(bench, path, say, beside)
        of_new_release: tuple[str, ...] = ()
        proofs = conducted(conductor)
        if proofs and proofs[-1].is_last and path.ends_at_the_heads:
            say("Comparing the models with the database.")
            proofs[-1] = _with_the_end(proofs[-1], conductor, bench, release.project if release else None)
            of_new_release = beside.told_of_new_release()
        notes = [*(release.notices if release else ()), *([why] if why else []), *conductor.notes]
        notes += [proof.drift.not_compared for proof in proofs if proof.drift and proof.drift.not_compared]
        not_tried = window.not_tried() if window is not None else ()
        notes += list(dict.fromkeys(str(one) for one in not_tried))
        notes += of_new_release
        out_of_time = conductor.out_of_time
    return Live(tuple(proofs), tuple(notes), databases.version, question.terms, out_of_time)


@dataclass(frozen=True)
class _Started:
    """The window of the release in production, and the one of the new release, or why that does not start."""

    production: Window | None
    new: Window | str | None


def _started(stack: ExitStack, bench: Workbench, release: Release | None, path: Path) -> _Started:
    """Start the project and the releases at the same time: most of that is importing."""
    databases, root, stage = bench.databases, bench.project.root, bench.stage
    # Some look at their database when they start.
    with databases.on_stage(stage, databases.empty()), databases.spent.on(Part.STARTING):
        if release is None:
            stack.enter_context(bench)
            return _Started(None, None)
        of_release, of_new = stack.enter_context(ExitStack()), stack.enter_context(ExitStack())
        with ThreadPoolExecutor(2) as beside:
            window = beside.submit(
                of_release.enter_context, open_window(release.project, stage, bench.terms.smoke, root)
            )
            new = beside.submit(_new_release, of_new, bench) if path.ends_at_the_heads else None
            stack.enter_context(bench)
        return _Started(window.result(), new.result() if new is not None else None)


def _new_release(stack: ExitStack, bench: Workbench) -> Window | str:
    try:
        return stack.enter_context(open_window(bench.project, bench.stage, keep=False))
    except CouldNotAnswer as error:
        return f"The new release could not be asked on the schema before the upgrade: {error}"


def conducted(conductor: Conductor) -> list[Proof]:
    """What was seen of each revision, and of all of them together where all could be proved."""
    proofs = list(conductor.prove())
    if conductor.finished and proofs:
        together = conductor.together()
        proofs = [replace(proof, together=together) for proof in proofs]
        proofs[-1] = replace(proofs[-1], is_last=True)
    return proofs


def _release(question: Question, keeper: Keeper) -> _Found:
    if question.terms.release is None:
        return None, None
    try:
        return release_at(keeper, question.layout, question.terms.release, question.terms.python), None
    except CouldNotAnswer as error:
        return None, str(error)


def _with_the_end(proof: Proof, conductor: Conductor, bench: Workbench, release: Project | None) -> Proof:
    """What can be said only when all of them have been applied."""
    databases = bench.databases
    with databases.spent.on(Part.DRIFT):
        now = _drift(bench.project, databases, conductor.reached, bench.asked_for_models)
        before: Drift | None = None
        if now.findings and release and conductor.started:  # It only tells which of them are old.
            before = _drift(release, databases, conductor.started)
    return replace(proof, drift=now, drift_before=before)


def _drift(project: Project, databases: Databases, migrated: URL, asking: Asking | None = None) -> Drift:
    try:
        return drift(project, databases, migrated, asking)
    except CouldNotAnswer as error:
        return Drift(not_compared=str(error))


def judged(question: Question, seen: Live, found: Sequence[Finding], rules: Mapping[str, Rule]) -> Outcome:
    """Hold what was `found` by reading against what was `seen`, and add what only running shows."""
    by_revision = {proof.revision.id: proof for proof in seen.proofs}
    kept: list[Finding] = []
    withdrawn: list[Withdrawn] = []
    confirmed: list[Finding] = []
    for finding in found:
        proof, rule = by_revision.get(finding.revision or ""), rules.get(finding.rule)
        if proof is None or rule is None:
            kept.append(finding)
            continue
        settled = settle(finding, rule, proof, question.terms)
        if settled.withdrawn is not None:
            withdrawn.append(Withdrawn(settled.finding, settled.withdrawn))
            continue
        kept.append(settled.finding)
        confirmed += [settled.finding] if settled.confirmed else []
    kept += [
        finding
        for proof in seen.proofs
        for phase in RUNNING
        if phase in question.phases
        for finding in check_proof(proof, rules.values(), phase)
        if not _is_said(finding, confirmed, rules)
    ]
    failures = list(_unanswered(question, seen))
    live = as_dictionary(seen, kept, withdrawn)
    refuted = tuple(one.finding for one in withdrawn)
    return Outcome(kept, live, failures, _answered(question, seen), withdrawn=refuted)


def _answered(question: Question, seen: Live) -> tuple[Phase, ...]:
    tried = {Phase.LIVE} if seen.proofs else set()
    if any(proof.broken is not None for proof in seen.proofs):
        tried.add(Phase.WINDOW)
    return tuple(phase for phase in question.phases if phase in tried)


def _is_said(finding: Finding, confirmed: Iterable[Finding], rules: Mapping[str, Rule]) -> bool:
    """What reading saw coming, and running confirmed, is said once: there."""
    shown = rules[finding.rule].shown_by
    for one in confirmed:
        other = rules[one.rule].shown_by
        alike = shown is not None and (other is shown or {shown, other} == {Shown.WORK, Shown.LOCK})
        if not alike or one.revision != finding.revision:
            continue
        if shown in _ABOUT_THE_WHOLE or one.line == finding.line:
            return True
        if shown in _ABOUT_A_TABLE and one.subject.split(".")[0] == finding.subject.split(".")[0]:
            return True
    return False


def _left(question: Question, seen: Live) -> list[str]:
    proved = {proof.revision.id for proof in seen.proofs}
    return [one.id for one in question.chosen if one.id not in proved] if seen.out_of_time else []


def _unanswered(question: Question, seen: Live) -> Iterator[str]:
    if Phase.LIVE in question.phases and question.chosen and not seen.proofs:
        yield "The phase live analysed nothing: no revision could be run."
    if left := _left(question, seen):
        yield (
            f"{len(left)} of {len(question.chosen)} revisions were not proved, as {question.terms.seconds_for_all:.0f} "
            f"s were over ({', '.join(left[:_MOST_NAMED])}{' …' if left[_MOST_NAMED:] else ''}): review them by "
            "themselves, or give --seconds-for-all more."
        )
    # An upgrade that fails is a finding, and no window to look through.
    passed = any(proof.upgrade.passed for proof in seen.proofs)
    if Phase.WINDOW in question.phases and passed and all(proof.broken is None for proof in seen.proofs):
        without = question.terms.release is not None and seen.without_release
        yield f"The phase window analysed nothing. {without}" if without else _NO_RELEASE
