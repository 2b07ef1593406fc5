"""
Real Flask-Migrate, from two versions of a model: what it writes wrong is proved wrong by running, with words that help;
what it does not write is told; the safe form, and whatever is ordinary, is not.

All of it takes minutes (`make campaign-autogenerate`): of each table, `make test` takes every thirtieth.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from pipeline.review.finding import Finding, Phase, Severity
from pipeline.review.proving.terms import Terms
from pipeline.review.report import Report
from pipeline.review.reviewing import Options, review
from pipeline.review.running.databases import Databases
from tests.pipeline.review.proving.autogenerate.change import Wrong
from tests.pipeline.review.proving.autogenerate.clean import CLEAN, WIDER
from tests.pipeline.review.proving.autogenerate.project import Writer, Written, by_hand, skeleton, written
from tests.pipeline.review.proving.autogenerate.unseen import UNSEEN
from tests.pipeline.review.proving.autogenerate.wrong import WRONG

_ROWS = 100


def some(names: Iterable[str]) -> list[str]:
    found = list(names)
    return found if os.environ.get("AUTOGENERATE") == "all" else found[::30]


@pytest.fixture(scope="module")
def server(_bare: Any) -> URL:
    return URL.create(
        "postgresql+psycopg", _bare.user, _bare.password or None, _bare.host, _bare.port, _bare.template_dbname
    )


@pytest.fixture(scope="module")
def writer(server: URL) -> Iterator[Writer]:
    databases = Databases(server)
    with Writer(databases.empty().render_as_string(hide_password=False)) as writer:
        yield writer
    databases.drop_all()


@pytest.fixture(scope="module")
def bare(writer: Writer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return skeleton(tmp_path_factory.mktemp("autogenerate") / "bare", writer)


def reviewed(project: Written, server: URL) -> Report:
    return review(
        Options(
            directory=project.migrations, since=project.since, phases=tuple(Phase),
            database_url=server.render_as_string(hide_password=False), terms=Terms(rows=_ROWS),
        )
    )  # fmt: skip


def found(report: Report, wrong: Wrong) -> bool:
    return any(_is(finding, wrong) for finding in report.findings)


def _is(finding: Finding, wrong: Wrong) -> bool:
    said = "\n".join((finding.message, *finding.evidence, finding.remedy))
    lines = finding.file.read_text().splitlines() if finding.file.is_file() else [""]
    return (
        (finding.rule, finding.direction) == (wrong.rule, wrong.direction)
        and wrong.line in lines[finding.line - 1]
        and all(words in said for words in wrong.says)
    )


def _told(report: Report, *severities: Severity) -> list[str]:
    return [f"{one.rule}: {one.message} {one.evidence}" for one in report.findings if one.severity in severities]


@pytest.mark.parametrize("name", some(WRONG))
def test_what_is_written_wrong_is_proved_wrong(
    name: str, writer: Writer, bare: Path, server: URL, tmp_path: Path
) -> None:
    project = written(WRONG[name], tmp_path / name, bare, writer)
    report = reviewed(project, server)

    assert [one for one in WRONG[name].wrong if not found(report, one)] == [], _told(report, *Severity)
    assert _told(report, Severity.ERROR, Severity.WARNING)
    assert report.failures == ()


@pytest.mark.parametrize("name", some(UNSEEN))
def test_what_is_not_written_is_told(name: str, writer: Writer, bare: Path, server: URL, tmp_path: Path) -> None:
    project = written(UNSEEN[name], tmp_path / name, bare, writer)
    report = reviewed(project, server)

    assert list(project.migrations.glob("versions/0003*")) == []
    assert [one for one in UNSEEN[name].wrong if not found(report, one)] == [], _told(report, *Severity)
    assert _told(report, Severity.ERROR)
    assert report.failures == ()


@pytest.mark.parametrize("name", some({**WRONG, **UNSEEN}))
def test_the_safe_form_is_proved_right(name: str, writer: Writer, bare: Path, server: URL, tmp_path: Path) -> None:
    project = by_hand({**WRONG, **UNSEEN}[name], tmp_path / name, bare, writer)
    report = reviewed(project, server)

    assert (_told(report, Severity.ERROR), report.failures) == ([], ())


@pytest.mark.parametrize("name", some(CLEAN))
def test_an_ordinary_change_is_left_alone(name: str, writer: Writer, bare: Path, server: URL, tmp_path: Path) -> None:
    project = written(CLEAN[name], tmp_path / name, bare, writer)
    report = reviewed(project, server)

    assert (_told(report, Severity.ERROR, Severity.WARNING), report.failures) == ([], ())


def test_a_wider_string_is_no_error(writer: Writer, bare: Path, server: URL, tmp_path: Path) -> None:
    report = reviewed(written(WIDER, tmp_path / "wider", bare, writer), server)

    assert (_told(report, Severity.ERROR), report.failures) == ([], ())
    assert any("cached plan" in words for words in _told(report, Severity.WARNING))


def test_what_differed_before_is_no_news(writer: Writer, bare: Path, server: URL, tmp_path: Path) -> None:
    """Whoever changes something else is not asked to mend what another branch forgot."""
    known = UNSEEN["server_default_added"]
    project = by_hand(replace(known, safe_before=known.after, safe=()), tmp_path / "known", bare, writer)
    report = reviewed(project, server)

    assert [(one.rule, one.severity) for one in report.findings] == [("models-disagree", Severity.INFO)]
    assert "It was there before this change." in report.findings[0].evidence
