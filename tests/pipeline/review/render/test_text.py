"""What somebody reads at a terminal, at night."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pipeline.review.finding import Direction, Severity
from pipeline.review.render import text
from pipeline.review.render.remedy import blocks
from tests.pipeline.review.render.conftest import FINDING, ODD, finding, not_analysed, report


def test_a_finding_is_told_with_its_line_its_effect_its_code_and_what_to_do_instead() -> None:
    assert text.render(report(finding())) == (
        "0007_drop_title.py:10: drop-column\n"
        "  The release serving traffic still selects videos.title.\n"
        "     10 |     op.drop_column(\n"
        '     11 |         "videos",\n'
        '     12 |         "title",\n'
        "     13 |     )\n"
        "  Instead: unmap videos.title and deploy, then drop it in the next pull request.\n"
        "\n"
        "1 error in 1 revision\n"
    )


def test_code_to_paste_is_a_block_of_its_own_below_the_sentence() -> None:
    code = 'with op.get_context().autocommit_block():\n    op.drop_index("ix", postgresql_concurrently=True)'

    told = text.render(report(finding(remedy=f"Alone in its revision:\n\n{code}")))

    assert (
        "  Instead: Alone in its revision:\n"
        "      with op.get_context().autocommit_block():\n"
        '          op.drop_index("ix", postgresql_concurrently=True)\n'
    ) in told


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        ('op.drop_index("ix")', '  Instead: op.drop_index("ix")\n\n'),
        ("a = 1\nb = 2", "  Instead:\n      a = 1\n      b = 2\n\n"),
        ("", "13 |     )\n\n"),
    ],
)
def test_a_remedy_takes_the_room_it_needs(remedy: str, told: str) -> None:
    assert told in text.render(report(finding(remedy=remedy)))


def test_what_differs_from_an_error_in_an_upgrade_is_said_beside_the_rule() -> None:
    told = text.render(
        report(
            finding(severity=Severity.WARNING),
            finding(severity=Severity.INFO, direction=Direction.DOWNGRADE, line=11),
        )
    )

    assert "0007_drop_title.py:10: drop-column (warning)\n" in told
    assert "0007_drop_title.py:11: drop-column (note, in downgrade)\n" in told


def test_findings_are_grouped_by_file_in_the_order_of_the_review() -> None:
    first, second = Path("b.py"), Path("a.py")
    findings = [finding(file=second), finding(file=first, line=9), finding(file=second, line=3), finding(file=first)]

    told = text.render(report(*findings, analysed=(first, second)))

    places = [line.rpartition(": ")[0] for line in told.splitlines() if line.endswith(": drop-column")]
    assert places == ["b.py:9", "b.py:10", "a.py:3", "a.py:10"]


def test_evidence_is_listed_and_its_further_lines_are_indented() -> None:
    told = text.render(report(finding(evidence=("AccessExclusiveLock for 1.9 s", "SQL:\nALTER TABLE videos"))))

    assert "  - AccessExclusiveLock for 1.9 s\n  - SQL:\n    ALTER TABLE videos\n" in told


def test_what_was_accepted_shows_the_reason_and_no_remedy() -> None:
    told = text.render(report(finding(waived="the column was never used")))

    assert "  Accepted: the column was never used\n" in told
    assert "Instead" not in told
    assert told.endswith("\nNothing found in 1 revision; 1 accepted with a reason\n")


def test_what_was_not_analysed_is_listed_and_counted() -> None:
    told = text.render(report(finding(), not_analysed=(not_analysed(), not_analysed("a loop", 13))))

    assert "  0007_drop_title.py:12: its table is not known\n  0007_drop_title.py:13: a loop\n" in told
    assert told.endswith("\n1 error in 1 revision; 2 statements could not be analysed\n")


def test_a_review_of_nothing_does_not_read_as_approval() -> None:
    told = text.render(report(analysed=(), failures=("The phase sql analysed nothing.",)))

    assert told == "No revision was analysed\n"


def test_a_review_with_nothing_new_says_so() -> None:
    assert text.render(report(analysed=())) == "No new revisions\n"


def test_a_file_that_is_gone_or_shorter_is_told_without_an_excerpt() -> None:
    told = text.render(report(finding(file=Path("gone.py")), finding(line=4000)))

    assert " | " not in told
    assert "gone.py:10: drop-column\n" in told


def test_paths_are_relative_to_where_the_reader_stands(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "0001.py"

    told = text.render(report(finding(file=here / "x" / ".." / FINDING.file), finding(file=elsewhere)))

    assert told.startswith("0007_drop_title.py:10: ")
    assert f"\n{elsewhere}:10: " in told


def test_a_line_number_is_pythons_even_after_a_form_feed(here: Path) -> None:
    """str.splitlines would count the form feed and U+2028 as line ends, and quote the wrong line."""
    (here / FINDING.file).write_text("a = 1\n\x0c\nb = '\u2028'\nop.drop_column()\n")

    assert "4 | op.drop_column()" in text.render(report(finding(line=4)))


def test_an_excerpt_is_of_the_file_as_it_is_now(here: Path) -> None:
    text.render(report(finding()))
    (here / FINDING.file).write_text("\n" * 9 + "op.execute('SELECT 1')\n")

    assert "10 | op.execute('SELECT 1')\n" in text.render(report(finding()))


def test_an_escape_sequence_of_somebodys_is_shown_and_not_obeyed(here: Path) -> None:
    (here / FINDING.file).write_text("\n" * 9 + f"x = '''{ODD}'''\n")

    told = text.render(
        report(finding(message=ODD, remedy=ODD, evidence=(ODD,), subject=ODD), not_analysed=(not_analysed(ODD),))
    )

    assert not {"\x1b", "\u202e"} & set(told)
    assert "\\x1b[31mred \\u202egnp.exe \U0001f600" in told


def test_a_file_name_that_is_not_utf8_or_has_two_lines_stays_printable() -> None:
    told = text.render(report(finding(file=Path("caf\udce9\n.py"))))

    assert told.startswith("caf\\udce9\\n.py:10: drop-column\n")
    assert told.encode()


def test_the_runner_of_a_workflow_finds_no_command_in_somebodys_code(monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = 'op.execute("""\n::add-mask::a\n##[group]b""")'
    assert "\n      ::add-mask::a\n" in text.render(report(finding(remedy=remedy)))

    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    told = text.render(report(finding(remedy=remedy)))
    assert [line for line in told.splitlines() if line.strip().startswith("::") or "##[" in line] == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_there_is_colour_on_a_terminal_unless_its_owner_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in text.render(report(finding()))

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1;31mdrop-column\x1b[0m" in text.render(report(finding()))

    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in text.render(report(finding()))


@pytest.mark.parametrize(
    ("severities", "told"),
    [
        ([Severity.ERROR, Severity.ERROR, Severity.WARNING], "2 errors, 1 warning in 1 revision\n"),
        ([Severity.INFO], "1 note in 1 revision\n"),
        ([], "Nothing found in 1 revision\n"),
    ],
)
def test_the_last_line_counts(severities: list[Severity], told: str) -> None:
    assert text.render(report(*[finding(severity=one) for one in severities])).splitlines(keepends=True)[-1] == told


def test_each_stretch_of_code_is_set_apart_from_the_sentences_around_it() -> None:
    """Remedies of two pull requests have two pieces of code; what is indented is code in another language."""
    remedy = (
        'In this revision:\nop.execute(\n    "A"\n)\nthen fill it in batches:\n    UPDATE a SET b = c WHERE …\n'
        "and in the next revision:\nwith op.get_context().autocommit_block():\n    op.execute('B')"
    )

    told = [(block.text, block.is_code) for block in blocks(remedy)]

    assert told == [
        ("In this revision:", False),
        ('op.execute(\n    "A"\n)', True),
        ("then fill it in batches:", False),
        ("UPDATE a SET b = c WHERE …", True),
        ("and in the next revision:", False),
        ("with op.get_context().autocommit_block():\n    op.execute('B')", True),
    ]
