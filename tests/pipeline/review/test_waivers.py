"""A finding is accepted where it stands, with a reason; and a comment that accepts nothing is found itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.review.directory import parse_revision
from pipeline.review.finding import Finding, Phase, Severity
from pipeline.review.rule import Harm, Rule, all_rules
from pipeline.review.waivers import apply_waivers, waivers_in

FILE = Path("a_file.py")
RULE = Rule("rules.drop_table", harm=Harm.LOSES_DATA, effect="{subject} goes.", remedy="Keep it.")
KNOWN = {rule.name: rule for rule in (*all_rules(), RULE)}

TEXT = '''"""A revision."""
from alembic import op
revision = "a"
down_revision = None
{before}
def upgrade():
    op.drop_table("one"){trailing}
    {above}
    op.create_table(
        "two",{inside}
    )
    with op.batch_alter_table("three") as batch_op:
        batch_op.drop_column("x")
'''
DROP, CALL, WITH = 7, 9, 12


def written(before: str = "", trailing: str = "", above: str = "", inside: str = "") -> str:
    return TEXT.format(before=before, trailing=trailing, above=above, inside=inside)


def finding(line: int, rule: str = "drop-table") -> Finding:
    return Finding(rule, Severity.ERROR, Phase.SQL, FILE, line, "x", "x goes.", "Keep it.")


def judged(text: str, *lines: int, asked: frozenset[str] = frozenset(KNOWN)) -> list[tuple[str, int, str | None]]:
    found = apply_waivers(parse_revision(FILE, text), [finding(line) for line in lines], KNOWN, asked)
    return [(one.rule, one.line, one.waived) for one in found]


def test_a_waiver_on_the_line_is_for_that_line_alone() -> None:
    text = written(trailing="  # review: allow drop-table -- empty since May")

    assert judged(text, DROP, CALL) == [("drop-table", DROP, "empty since May"), ("drop-table", CALL, None)]


def test_a_waiver_above_is_for_the_whole_call() -> None:
    text = written(above="# review: allow drop-table -- why")

    assert judged(text, DROP, CALL, CALL + 1) == [
        ("drop-table", DROP, None), ("drop-table", CALL, "why"), ("drop-table", CALL + 1, "why"),
    ]  # fmt: skip


def test_a_waiver_inside_a_call_is_for_the_call() -> None:
    assert judged(written(inside="  # review: allow drop-table -- why"), CALL) == [("drop-table", CALL, "why")]


def test_a_waiver_above_a_function_is_for_its_head_and_not_for_its_body() -> None:
    text = written(before="# review: allow drop-table -- why\n@decorated\n@twice")

    assert judged(text, 6, 8, 9) == [("drop-table", 6, "why"), ("drop-table", 8, "why"), ("drop-table", 9, None)]


def test_a_waiver_above_a_with_is_for_its_head_and_not_for_its_body() -> None:
    text = written().replace("    with", "    # review: allow drop-table -- why\n    with")

    assert judged(text, WITH + 1, WITH + 2) == [("drop-table", WITH + 1, "why"), ("drop-table", WITH + 2, None)]


def test_a_waiver_on_the_first_line_is_for_what_is_said_of_the_whole_file() -> None:
    text = "# review: allow drop-table -- why\n" + written()

    assert judged(text, 1) == [("drop-table", 1, "why")]


def test_other_comments_may_stand_between() -> None:
    text = written(above="# review: allow drop-table -- why\n    # Nobody reads it.\n")

    assert judged(text, CALL + 2) == [("drop-table", CALL + 2, "why")]


def test_several_rules_share_a_reason() -> None:
    text = written(trailing="  # review: allow drop-table, several-heads -- why")
    found = apply_waivers(
        parse_revision(FILE, text), [finding(DROP), finding(DROP, "several-heads")], KNOWN, frozenset(KNOWN)
    )

    assert [one.waived for one in found] == ["why", "why"]


@pytest.mark.parametrize(
    "comment",
    ["# review: allow drop-table", "# review: allow drop-table --", "# review: allow drop-table because I say so"],
)
def test_without_a_reason_nothing_is_accepted_and_that_is_found(comment: str) -> None:
    assert judged(written(trailing=f"  {comment}"), DROP) == [
        ("drop-table", DROP, None), ("waiver-without-reason", DROP, None),
    ]  # fmt: skip


def test_an_unused_waiver_is_found() -> None:
    text = written(trailing="  # review: allow drop-table -- why")

    assert judged(text, CALL) == [("drop-table", CALL, None), ("unused-waiver", DROP, None)]


def test_a_waiver_of_a_rule_that_was_not_asked_is_not_called_unused() -> None:
    assert judged(written(trailing="  # review: allow drop-table -- why"), asked=frozenset()) == []


@pytest.mark.parametrize(
    ("comment", "subject", "remedy"),
    [
        ("# review: allow drop_table -- why", "drop_table", "# review: allow drop-table -- why"),
        ("# review: allow E501 -- why", "E501", "--list-rules has them"),
        ("# review: allow -- why", "no rule", "--list-rules has them"),
        ("# review: allow", "no rule", "--list-rules has them"),
    ],
)
def test_a_waiver_of_no_rule_is_found(comment: str, subject: str, remedy: str) -> None:
    revision = parse_revision(FILE, written(trailing=f"  {comment}"))

    [found] = apply_waivers(revision, [], KNOWN, frozenset(KNOWN))

    assert (found.rule, found.subject, remedy in found.remedy) == ("unknown-waiver", subject, True)


@pytest.mark.parametrize(
    "text",
    [
        written(before='"""\n# review: allow drop-table -- why\n"""'),
        written(trailing='; op.execute("""\n# review: allow drop-table -- why\n""")'),
        written(trailing="  # See: review: allow drop-table -- why"),
        written(trailing="  # review: this with somebody"),
        written(trailing="  # review: allowed"),
    ],
)
def test_words_in_strings_and_other_comments_accept_nothing(text: str) -> None:
    assert waivers_in(parse_revision(FILE, text)) == []
