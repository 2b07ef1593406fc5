"""squawk itself, through what we ask of it: what it finds, what we take out, and what becomes of its failing."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Direction, Finding, Severity
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement, parse
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, all_rules
from pipeline.review.squawk import PROGRAM, Squawked, ask_squawk
from pipeline.review.squawk_rules import (
    ALIASES,
    DESIGN,
    KEPT,
    NOT_APPLICABLE,
    OURS,
    SQUAWK_RULES,
    SquawkRule,
)

BINARY = PROGRAM.read_bytes()
Read = Callable[..., Revision]
FAMILIES = b"adding|ban|changing|constraint|disallowed|identifier|prefer|renaming|require|transaction|unused"


def script(sql: str, direction: Direction = Direction.UPGRADE) -> Script:
    made = Script(Path("0001_x.py"), "0001", direction, 1)
    for position, (text, node, kind) in enumerate(parse(sql)):
        made.statements.append(
            Statement(text, node, kind, made.file, 10 + position, "0001", direction, 0, autocommit=False)
        )
    return made


def asked(sql: str, rules: tuple[SquawkRule, ...] = KEPT) -> list[tuple[int, str]]:
    return [(one.line, one.rule) for one in ask_squawk([script(sql)], rules, 18).findings]


def in_table() -> set[str]:
    return {*(rule.squawk_name for rule in SQUAWK_RULES), *OURS, *NOT_APPLICABLE, *ALIASES}


def test_each_rule_of_this_squawk_is_in_the_table_once() -> None:
    """
    There is no list of squawk's rules, but its binary holds their names in one run of letters: nothing else may be
    left of it. Names that the linker put elsewhere are looked for by the words that squawk's names begin with.
    """
    [run] = [one for one in re.findall(rb"[a-z-]{200,}", BINARY) if b"ban-drop-column" in one]
    left = run.decode()
    for name in sorted(in_table(), key=len, reverse=True):
        left = left.replace(name, " ")

    assert left.split() == []
    assert len(in_table()) == len(SQUAWK_RULES) + len(OURS) + len(NOT_APPLICABLE) + len(ALIASES)


def test_each_name_in_the_table_is_a_rule_of_this_squawk() -> None:
    taken = sorted(in_table() - {"unused-ignore"})  # Its own, about its comments: it cannot be left out.
    words = [word for name in taken for word in ("--exclude", name)]

    ran = subprocess.run([PROGRAM, *words], input="", capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_no_rule_of_squawks_hides_outside_that_run() -> None:
    """Other constants are glued to those, so each beginning of such a word is put to squawk itself."""
    words = {
        word.decode() for word in re.findall(rb"(?:%s)-[a-z-]{3,40}?(?=(?:%s)-|[^a-z-])" % (FAMILIES, FAMILIES), BINARY)
    }
    unknown = {word for word in words if not any(word.startswith(name) for name in in_table())}
    beginnings = {word[:length] for word in unknown for length in range(7, len(word) + 1)}

    assert {one for one in beginnings if not one.endswith("-") and is_rule(one)} == set()
    assert is_rule("ban-drop-default")


def is_rule(name: str) -> bool:
    ran = subprocess.run([PROGRAM, "--exclude", name], input="", capture_output=True, text=True, check=False)
    return ran.returncode == 0


@pytest.mark.parametrize("name", OURS)
def test_what_ours_are_said_to_cover_names_rules_of_ours(name: str) -> None:
    assert set(OURS[name].split(", ")) <= {rule.name for rule in all_rules()}


@pytest.mark.parametrize("rule", SQUAWK_RULES, ids=lambda rule: rule.squawk_name)
def test_a_kept_rule_finds_its_unsafe_sql_and_not_its_safe_one(rule: SquawkRule) -> None:
    assert asked(rule.unsafe, (rule,)) == [(10, rule.name)]
    assert asked(rule.safe, (rule,)) == []


@pytest.mark.parametrize("rule", SQUAWK_RULES, ids=lambda rule: rule.squawk_name)
def test_a_kept_rule_names_its_harm_and_its_reason(rule: SquawkRule) -> None:
    [finding] = ask_squawk([script(rule.unsafe)], [rule], 18).findings

    assert rule.effect.endswith(".")
    assert rule.reason.startswith(rule.why)
    assert "{" not in finding.message + finding.remedy
    assert (rule.harm is Harm.DESIGN) == (rule in DESIGN)
    assert rule not in DESIGN or rule.severity is Severity.INFO


def test_a_result_has_the_line_direction_and_revision_of_its_statement() -> None:
    sql = "SELECT 1;\nSELECT\n 2;\nREVOKE SELECT\n ON videos FROM app; SELECT 3; UPDATE a SET b = 1, b = 2"

    assert [(one.line, one.rule) for one in ask_squawk([script("SELECT 1"), script(sql)], KEPT, 18).findings] == [
        (12, "squawk/ban-revoke"), (14, "squawk/ban-duplicate-column-assignments"),
    ]  # fmt: skip
    [finding] = ask_squawk([script("UPDATE a SET b = 1, b = 2", Direction.DOWNGRADE)], KEPT, 18).findings
    assert finding == Finding(
        rule="squawk/ban-duplicate-column-assignments", severity=Severity.ERROR, phase=finding.phase,
        file=Path("0001_x.py"), line=10, subject="a", revision="0001", direction=Direction.DOWNGRADE,
        message="PostgreSQL refuses to assign one column twice: the revision fails.",
        remedy="keep one of the assignments in: UPDATE a SET b = 1, b = 2",
    )  # fmt: skip


def test_undoing_in_a_downgrade_is_not_breaking() -> None:
    assert ask_squawk([script("DROP POLICY p ON videos", Direction.DOWNGRADE)], KEPT, 18) == Squawked()


def test_a_table_that_is_new_breaks_nobody(read: Read) -> None:
    upgrade = """
        op.create_table("drafts", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))
        op.create_index("ix_drafts_id", "drafts", ["id"])
        op.execute("ALTER TABLE drafts ENABLE ROW LEVEL SECURITY")
    """
    scripts = list(read(upgrade, 'op.drop_table("drafts")').scripts.values())

    assert ask_squawk(scripts, KEPT, 18) == Squawked()


def test_a_trigger_that_is_on_again_in_the_same_transaction_was_never_off() -> None:
    off, on = "ALTER TABLE videos DISABLE TRIGGER ALL", "ALTER TABLE videos ENABLE TRIGGER ALL"

    assert asked("; ".join([off, "UPDATE videos SET id = id", on])) == []
    assert asked(f"{on}; {off}") == [(11, "squawk/ban-disable-trigger")]


@pytest.mark.parametrize("change", ["DISABLE", "FORCE", "NO FORCE"])
def test_row_level_security_is_no_trigger(change: str) -> None:
    assert asked(f"ALTER TABLE videos {change} ROW LEVEL SECURITY") == [(10, "squawk/ban-alter-row-level-security")]


def test_a_comment_of_squawks_hides_nothing() -> None:
    """An ignored file would take the rest of the script along, and gives no reason."""
    sql = "-- squawk-ignore-file\nSELECT 1;\n-- squawk-ignore ban-revoke\nREVOKE SELECT ON videos FROM app"

    assert asked(sql) == [(11, "squawk/ban-revoke")]


def test_what_squawk_does_not_read_is_said_and_the_rest_is_read() -> None:
    first, second, third = script("SELECT 1; SELECT 2; REVOKE SELECT ON videos FROM app").statements
    broken = Statement(
        "SELECT FROM WHERE", second.node, second.kind, second.file, 11, "0001", second.direction, 0, False
    )
    made = Script(Path("0001_x.py"), "0001", Direction.UPGRADE, 1, statements=[first, broken, third])

    answer = ask_squawk([made], KEPT, 18)

    assert [(one.line, one.rule) for one in answer.findings] == [(12, "squawk/ban-revoke")]
    assert [(one.line, "SELECT FROM WHERE" in one.why) for one in answer.not_analysed] == [(11, True)]


def test_a_configuration_beside_the_project_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-revoke"]')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert asked("REVOKE SELECT ON videos FROM app") == [(10, "squawk/ban-revoke")]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("exit 101", "ended with 101"),
        ("echo nonsense", "no JSON"),
        ("echo '{}'", "no list"),
        ("true", "no JSON"),
        ("""echo '[{"file": "000000.sql", "line": 0, "rule_name": "ban-tuesdays", "message": ""}]'""", "ban-tuesdays"),
    ],
)
def test_a_squawk_that_fails_is_no_silence(tmp_path: Path, program: str, said: str) -> None:
    failing = tmp_path / "squawk"
    failing.write_text(f"#!/bin/sh\n{program}\n")
    failing.chmod(0o755)

    with pytest.raises(CouldNotAnswer, match=said):
        ask_squawk([script("SELECT 1")], KEPT, 18, failing)


def test_a_squawk_that_is_missing_is_no_silence(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match="make setup"):
        ask_squawk([script("SELECT 1")], KEPT, 18, tmp_path / "squawk")


def test_without_statements_or_rules_nobody_is_asked(tmp_path: Path) -> None:
    assert ask_squawk([], KEPT, 18, tmp_path / "squawk") == Squawked()
    assert ask_squawk([script("SELECT 1")], [], 18, tmp_path / "squawk") == Squawked()


def test_a_thousand_scripts_are_one_process_and_seconds() -> None:
    """Where a table was made in another revision, it is old: nothing is hidden by the history before it."""
    scripts = [
        script("CREATE TABLE videos (id bigint)"),
        *[script("ALTER TABLE videos ENABLE ROW LEVEL SECURITY")] * 999,
    ]
    begun = time.monotonic()

    answer = ask_squawk(scripts, KEPT, 18)

    assert len(answer.findings) == 999
    assert time.monotonic() - begun < 20
