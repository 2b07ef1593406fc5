"""
What a branch that adds no revision did to the models: for many a change of them autogenerate writes none.

The models of the branch and those of the release in production are held against the same migrated database: what
differs now and did not before is this branch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.engine import URL

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper
from pipeline.review.drift import Drift, drift
from pipeline.review.finding import Finding, NotAnalysed, Phase
from pipeline.review.layout import Layout
from pipeline.review.proving.terms import Terms
from pipeline.review.proving.workbench import Workbench
from pipeline.review.rules import models_disagree
from pipeline.review.running.databases import Databases, databases_on
from pipeline.review.running.project import Project, find_project
from pipeline.review.window.release import release_at

_FIRST_LINE = 1


@dataclass(frozen=True)
class Unrevised:
    """What the models say that no revision does; or why they could not be asked."""

    findings: tuple[Finding, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()
    failures: tuple[str, ...] = ()


def compare_models(layout: Layout, version: int, terms: Terms, say: Callable[[str], None]) -> Unrevised:
    """Compare the models with what all revisions make, and with those of `terms.release`."""
    say("There is no new revision: comparing the models with what the revisions make.")
    try:
        project = find_project(layout, terms.python)
        with databases_on(terms.server, version) as databases:
            return _compared(project, databases, terms)
    except CouldNotAnswer as error:
        return Unrevised(failures=(f"What was to be run (--phases live) could not be: {error}",))


def _compared(project: Project, databases: Databases, terms: Terms) -> Unrevised:
    directory = project.layout.directory
    migrated = databases.empty()
    stage = databases.stage()
    with databases.on_stage(stage, migrated), Workbench(project, databases, stage, terms) as bench:
        failure = bench.upgrade("heads").failure
    if failure is not None:
        raise CouldNotAnswer(
            f"the revisions fail on a new database ({failure.words}), so that there is nothing to compare the models "
            "with. Give a project in which they run, or leave out the phase live."
        )
    try:
        now = drift(project, databases, migrated)
    except CouldNotAnswer as error:
        return Unrevised(not_analysed=(NotAnalysed(directory, _FIRST_LINE, f"The models: {error}"),))
    before = _of_the_release(project, databases, migrated, terms) if now.findings else None
    return Unrevised(tuple(_findings(project, now, before)))


def _of_the_release(project: Project, databases: Databases, migrated: URL, terms: Terms) -> Drift | None:
    if terms.release is None:
        return None
    with Keeper() as keeper:
        try:
            release = release_at(keeper, project.layout, terms.release, terms.python)
            return drift(release.project, databases, migrated)
        except CouldNotAnswer as error:
            return Drift(not_compared=str(error))


def _findings(project: Project, now: Drift, before: Drift | None) -> Iterator[Finding]:
    for hit in models_disagree.disagreements(now, before):
        yield models_disagree.rule.finding(hit, Phase.LIVE, file=project.layout.directory, line=_FIRST_LINE)
