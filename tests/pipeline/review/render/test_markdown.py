"""A page made of other people's text: it is read here as a browser would get it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.review.finding import Direction, Severity
from pipeline.review.render import markdown
from pipeline.review.render.bounded import length
from pipeline.review.render.escaped import as_markdown
from tests.pipeline.review.render.conftest import ODD, finding, not_analysed, report
from tests.pipeline.review.render.page import OURS, Page

CODE = 'with op.get_context().autocommit_block():\n    op.drop_index("ix", postgresql_concurrently=True)'


def test_a_revision_is_a_table_with_a_fold_for_each_finding() -> None:
    told = markdown.render(report(finding(remedy=f"Alone in its revision:\n{CODE}", evidence=("1.9 s",))))

    assert told == (
        "<!-- review of revisions -->\n"
        "### Review: 1 error in 1 revision\n"
        "\n"
        "#### 0007\\_drop\\_title.py\n"
        "\n"
        "| line | | rule | in production |\n"
        "| ---: | --- | --- | --- |\n"
        "| 10 | error | <code>drop-column</code> | The release serving traffic still selects videos.title. |\n"
        "\n"
        "<details><summary>line 10, drop-column: videos.title</summary>\n"
        "\n"
        "```python\n"
        '    op.drop_column(\n        "videos",\n        "title",\n    )\n'
        "```\n"
        "\n"
        "- 1.9 s\n"
        "\n"
        "**Instead:** Alone in its revision:\n"
        "\n"
        f"```python\n{CODE}\n```\n"
        "\n"
        "</details>\n"
    )


def test_whatever_a_revision_says_is_text_and_no_markup() -> None:
    odd = {"subject": ODD, "message": ODD, "evidence": (ODD,), "remedy": ODD, "file": Path("a|b<i>`@c.py")}
    told = markdown.render(report(finding(**odd), finding(waived=ODD), not_analysed=(not_analysed(ODD),)))

    page = Page(told)

    assert page.elements - OURS == set()
    assert page.within("td").count("naïve `code` | a cell next ``` line <script>alert(1)</script>") == 2
    assert "a|b<i>`@\u200bc.py" in page.within("h4")


@pytest.mark.parametrize("sign", ["@octocat", "#1", "GH-1", "://x.example", "www.x.example", ":tada:"])
def test_nobody_is_mentioned_and_nothing_is_linked(sign: str) -> None:
    told = markdown.render(
        report(
            finding(subject=sign, message=f"See {sign}", evidence=(sign,), remedy=f"ask {sign} about it"),
            finding(waived=sign),
            not_analysed=(not_analysed(sign),),
        )
    )

    assert sign not in told


def test_code_cannot_end_its_fence(here: Path) -> None:
    (here / "odd.py").write_text('x = """\n```\n````\n</details> @octocat\n"""\n')
    code = 'op.execute("""\n`````\n# Heading\n""")'

    page = Page(markdown.render(report(finding(file=Path("odd.py"), line=1, remedy=code))))

    assert page.within("code") == f'drop-columnx = """\n```\n````\n</details> @octocat\n"""\n{code}\n'
    assert "h1" not in page.elements


def test_what_was_accepted_shows_its_reason_and_no_code() -> None:
    told = markdown.render(report(finding(waived="never used", remedy=CODE), finding(line=11)))

    assert "| 10 | accepted | " in told
    assert "**Accepted:** never used |" in told
    assert told.index("| 11 |") < told.index("| 10 |")
    assert "autocommit_block" not in told


def test_severity_and_direction_are_words() -> None:
    told = markdown.render(report(finding(severity=Severity.WARNING, direction=Direction.DOWNGRADE)))

    assert "| 10 | warning in downgrade | " in told


def test_what_was_not_analysed_is_listed() -> None:
    told = markdown.render(report(not_analysed=(not_analysed(),)))

    assert "#### Not analysed, so nothing is known about it\n\n- 0007\\_drop\\_title.py, line 12: its table" in told


@pytest.mark.parametrize(("findings", "quiet"), [([], True), ([finding(waived="ours")], True), ([finding()], False)])
def test_the_page_says_whether_there_is_anything_to_say(findings: list[object], *, quiet: bool) -> None:
    told = markdown.render(report(*findings))  # type: ignore[arg-type]  # They are findings; pytest does not say so.

    assert told.startswith(markdown.MARKER + "\n")
    assert (markdown.NOTHING_TO_SAY in told) is quiet


def test_what_escaped_being_looked_at_is_worth_saying() -> None:
    assert markdown.NOTHING_TO_SAY not in markdown.render(report(not_analysed=(not_analysed(),)))
    assert markdown.NOTHING_TO_SAY not in markdown.render(report(analysed=()))
    assert markdown.NOTHING_TO_SAY not in markdown.render(report(failures=("The phase live found no server.",)))


def test_what_could_not_be_answered_comes_first() -> None:
    told = markdown.render(report(finding(), failures=(f"No server: {ODD}",)))

    assert told.index("#### Could not be answered\n\n- No server: naïve") < told.index("| line |")
    assert Page(told).elements <= OURS


@pytest.mark.parametrize("longest", [markdown.LONGEST, 5_000])
def test_too_long_a_page_is_cut_between_findings_and_says_so(longest: int) -> None:
    many = [
        finding(file=Path(f"{file}.py"), line=line, message=f"\U0001f600 {ODD * 9}", remedy=CODE)
        for file in range(10)
        for line in range(1, 60)
    ]

    told = markdown.render(report(*many), longest)

    assert longest * 0.8 < length(told) <= longest
    [(shown, total)] = re.findall(r"Cut here for its length: (\d+) of (\d+) are shown", told)
    assert (told.count("<details>"), total) == (int(shown), "590")
    assert told.count("<details>") == told.count("</details>") == told.count(CODE)
    assert Page(told).elements <= OURS


def test_the_cut_tells_what_was_not_analysed_as_well() -> None:
    places = tuple(not_analysed("x" * 900, line) for line in range(200))

    told = markdown.render(report(finding(), not_analysed=places))

    assert "200 statements could not be analysed" in told
    assert "of 201 are shown" in told
    assert length(told) <= markdown.LONGEST


def test_code_that_is_too_long_says_that_it_was_cut() -> None:
    told = markdown.render(report(finding(remedy="a = f()\n" * 150 + f"b = '{'x' * 9_000}'")))

    assert "x\n# … cut here: it is too long to show.\n```" in told


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "12) a", "= a", "# a", "> a", "* a", "---", "| a |"])
def test_a_line_cannot_start_a_block(text: str) -> None:
    assert Page(as_markdown(text)).text[0] == ("p", text.replace("#", "#\u200b"))
