"""What must not be lost when a part of the review itself breaks, and what is said once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.review import examining, reviewing
from pipeline.review.checking import check_source, check_sql
from pipeline.review.directory import read_revision
from pipeline.review.examining import Questions, examine
from pipeline.review.finding import Finding, Phase
from pipeline.review.report import Report
from pipeline.review.reviewing import Options, review
from pipeline.review.rule import Harm, Hit, Rule, all_rules
from tests.pipeline.review.project import Project


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> list[Rule]:
    """Return the list of rules that there are, which is empty for now."""
    made: list[Rule] = []
    monkeypatch.setattr(examining, "all_rules", lambda: tuple(made))
    monkeypatch.setattr(reviewing, "every_rule", lambda: tuple(made))
    return made


def rule(name: str, **words: Any) -> Rule:
    return Rule(f"rules.{name}", harm=words.pop("harm", Harm.FAILS), effect="{subject}.", remedy="Do not.", **words)


def says(name: str, *hits: Hit | str, **words: Any) -> Rule:
    made = rule(name, **words)

    @made.in_source
    def check(_revision: object) -> Iterator[Hit | str]:
        yield from hits

    return made


def breaks(name: str) -> Rule:
    made = rule(name)

    def check(_anything: object) -> Iterator[str]:
        raise ZeroDivisionError("a fault of ours")

    made.in_source(check)
    made.in_history(check)
    return made


def all_of(project: Project) -> Report:
    return review(Options(project.migrations))


def test_a_rule_that_breaks_is_named_with_its_file_and_the_others_are_heard(
    project: Project, rules: list[Rule]
) -> None:
    rules += [breaks("broken"), says("sound", "x")]

    report = all_of(project)

    first = project.migrations / "versions" / "first.py"
    assert [finding.rule for finding in report.findings] == ["sound", "sound"]
    assert report.failures[0].startswith(f"The rule broken broke on {project.migrations}: ZeroDivisionError")
    assert report.failures[1].startswith(f"The rule broken broke on {first}: ZeroDivisionError('a fault of ours')")
    assert [one.file for one in report.not_analysed][1] == first


def test_reading_that_breaks_is_named_with_its_file(
    project: Project, rules: list[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_words: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(examining, "read_script", read)
    rules += [says("sound", "x")]

    report = all_of(project)

    assert len(report.findings) == 2
    assert report.failures[0].startswith(f"Reading upgrade() broke on {project.migrations / 'versions' / 'first.py'}:")


def test_each_rule_says_the_same_of_the_same_line_once(project: Project, rules: list[Rule]) -> None:
    rules += [says("sound", Hit("x", 3), Hit("x", 3), Hit("y", 3), Hit("x", 4)), says("other", Hit("x", 3))]

    report = review(Options(project.migrations, files=(project.migrations / "versions/first.py",)))

    assert [(finding.line, finding.rule, finding.subject) for finding in report.findings] == [
        (3, "other", "x"), (3, "sound", "x"), (3, "sound", "y"), (4, "sound", "x"),
    ]  # fmt: skip


def test_what_a_loop_does_to_many_tables_is_told_once_and_names_them(project: Project, rules: list[Rule]) -> None:
    rules += [says("sound", *(Hit(f"t{number}", 3) for number in range(25)), Hit("t", 4))]

    first, other = review(Options(project.migrations, files=(project.migrations / "versions/first.py",))).findings

    assert (first.subject, other.subject) == ("t0", "t")
    assert other.evidence == ()
    assert first.evidence[0].startswith("This line does the same to 24 others: t1, ")
    assert first.evidence[0].endswith(", t20 and 4 more.")


def test_opinions_are_off_unless_they_are_asked_for(project: Project, rules: list[Rule]) -> None:
    rules += [says("opinion", "x", harm=Harm.DESIGN)]

    asked = review(Options(project.migrations, enabled=frozenset({"opinion"})))

    assert (len(all_of(project).findings), len(asked.findings)) == (0, 2)


def test_only_the_phases_that_were_asked_for_are_run(project: Project, rules: list[Rule]) -> None:
    rules += [breaks("broken"), says("sound", "x")]

    report = review(Options(project.migrations, phases=(Phase.SQL,)))

    assert (report.findings, report.failures, report.phases) == ((), (), (Phase.SQL,))


def test_findings_come_in_the_order_in_which_revisions_are_applied(project: Project, rules: list[Rule]) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb", name="0_last")
    rules += [says("sound", "x")]

    assert [finding.file.stem for finding in all_of(project).findings] == ["first", "second", "0_last"]


def chain(project: Project, length: int) -> list[Path]:
    ids = ["bbbbbbbbbbbb", *(f"{number:012x}" for number in range(length))]
    return [project.write(one, parent) for parent, one in pairwise(ids)]


def test_the_command_finds_in_each_example_what_its_rule_is_tested_by() -> None:
    """Rules are tested on a revision that one function reads; the command reads with another."""
    files = sorted(Path("scripts/pipeline/review/examples").glob("*/*.py"))
    names = frozenset(one.name for one in all_rules())

    answers = examine(files, Questions((Phase.SOURCE, Phase.SQL), names))

    said = {answer.file: _by_line(one for one in answer.findings if one.rule in names) for answer in answers}
    assert said == {file: _by_line(found_in(file)) for file in files}


def found_in(file: Path) -> Iterator[Finding]:
    revision = read_revision(file)
    yield from (*check_source(revision, all_rules()), *check_sql(revision, all_rules()))


def _by_line(findings: Iterable[Finding]) -> list[tuple[int, str, str, str]]:
    return sorted((one.line, one.rule, one.subject, one.severity) for one in findings)


def test_many_revisions_are_read_by_several_processes_with_the_same_result(project: Project) -> None:
    files = chain(project, 40)
    project.replace(files[20], "    pass\n\n\ndef downgrade", "    op.execute('SELEC 1')\n\n\ndef downgrade")
    told: list[str] = []

    several = review(Options(project.migrations), told.append)
    alone = review(Options(project.migrations, files=(files[20],)))

    assert told[-1] == "Read 42 of 42 revisions."
    assert len(several.analysed) == 42
    assert several.failures == ()
    assert set(alone.not_analysed) == set(several.not_analysed) != set()


KILLER = """
import os, sys
from pathlib import Path
from pipeline.review import examining
from pipeline.review.finding import Phase
from pipeline.review.rule import Harm, Rule

rule = Rule("rules.killer", harm=Harm.FAILS, effect="{subject}.", remedy="Do not.")

@rule.in_source
def check(revision):
    if os.getpid() != us and revision.file.name == sys.argv[1]:
        os._exit(9)
    yield "x"

if __name__ == "__main__":
    us = os.getpid()
    examining.all_rules = lambda: (rule,)
    questions = examining.Questions((Phase.SOURCE,), frozenset({"killer"}))
    examination = examining.Examination([Path(name) for name in sys.argv[2:]], questions, print)
    with examination.beside():
        examination.now()
        print("here" if "answers" in vars(examination) else "beside")
        answers = examination.answers
    print(sum(len(answer.findings) for answer in answers), [failure for a in answers for failure in a.failures])
"""


def examined(deadly: str, files: list[Path]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", KILLER, deadly, *map(str, files)],
        env={**os.environ, "PYTHONPATH": "scripts"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_a_few_files_are_read_beside_what_runs_them(project: Project) -> None:
    """Where nothing can be forked, they are read before."""
    where = "beside" if sys.platform == "linux" else "here"
    assert examined("none", chain(project, 3)) == [where, "3 []"]


@pytest.mark.parametrize("many", [3, 40])
def test_a_file_on_which_the_process_dies_is_named_and_the_others_are_read(many: int, project: Project) -> None:
    """A parser in C can take the process with it."""
    files = chain(project, many)

    told = examined(files[many // 2].name, files)[-1]

    assert told.startswith(f"{many - 1} [")
    assert told.count("The process that read it died") == 1
    assert f"The process that read it died, and reading broke on {files[many // 2]}: " in told


def test_each_direction_knows_the_other_one(project: Project) -> None:
    """A rule about a downgrade asks what it undoes; without an answer it would say nothing, or too much."""
    project.write(
        "cccccccccccc", "bbbbbbbbbbbb", upgrade="op.alter_column('t', 'a', nullable=True)",
        downgrade="op.alter_column('t', 'a', nullable=False)",
    )  # fmt: skip

    found = {(one.rule, one.direction) for one in all_of(project).findings}

    assert ("downgrade-fails-on-newer-rows", "downgrade") in found
