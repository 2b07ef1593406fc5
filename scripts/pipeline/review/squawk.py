"""
Asks squawk about all statements at once, and says what it found as findings of ours.

One file for each direction of each revision, as a history read as one script hides a table that is not new any more;
one process for all of them. What its parser does not read is said, and left out of a second run, because one such
statement makes squawk give up the rest of its file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import CouldNotAnswer
from pipeline.review.finding import Direction, Finding, NotAnalysed, Phase
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Hit
from pipeline.review.squawk_rules import DESIGN, NOT_APPLICABLE, OURS, SQUAWK_RULES, SquawkRule

PROGRAM = Path(sys.executable).with_name("squawk")
_UNREADABLE = "syntax-error"
_KEPT = {rule.squawk_name: rule for rule in SQUAWK_RULES}
_LEFT_TO_OTHERS = {*OURS, *NOT_APPLICABLE}
_NOT_EXCLUDABLE = {"unused-ignore"}
_OK = {0, 1}


@dataclass
class Squawked:
    findings: list[Finding] = field(default_factory=list)
    not_analysed: list[NotAnalysed] = field(default_factory=list)


def ask_squawk(
    scripts: Iterable[Script], rules: Iterable[SquawkRule], postgresql_version: int, program: Path = PROGRAM
) -> Squawked:
    """
    Put squawk's side of `rules` to all statements of `scripts`.

    Raises CouldNotAnswer when squawk is missing, dies, or finds by a rule that squawk_rules.py does not know.
    """
    wanted = {rule.squawk_name: rule for rule in rules}
    answer = Squawked()
    files = {f"{number:06}.sql": list(script.statements) for number, script in enumerate(scripts) if script.statements}
    if not wanted or not files:
        return answer
    results = _run(files, wanted, postgresql_version, program)
    unread = {(name, position): said for name, position, rule, said in results if rule == _UNREADABLE}
    if unread:
        for (name, position), said in unread.items():
            answer.not_analysed.append(_not_read(files[name][position], said))
        for name, statements in files.items():
            files[name] = [one for position, one in enumerate(statements) if (name, position) not in unread]
        results = _run(files, wanted, postgresql_version, program)
        if still := [(name, position, said) for name, position, rule, said in results if rule == _UNREADABLE]:
            answer.not_analysed += [_not_read(files[name][position], said) for name, position, said in still]
    found = {(name, position, rule): None for name, position, rule, _ in results if rule != _UNREADABLE}
    for name, position, rule in found:
        answer.findings += _finding(wanted[rule], files[name], position)
    return answer


def _run(
    files: dict[str, list[Statement]], wanted: dict[str, SquawkRule], version: int, program: Path
) -> list[tuple[str, int, str, str]]:
    """Return for each result its file, the statement's position there, squawk's rule and what it says."""
    with tempfile.TemporaryDirectory(prefix="squawk-") as folder:
        starts = {name: _write(Path(folder) / name, statements) for name, statements in files.items()}
        (Path(folder) / "squawk.toml").write_text("")  # Else it looks for one in the folders above.
        results = _results(_answer(_command(program, wanted, version), Path(folder)))
    read = []
    for result in results:
        name, rule = Path(result["file"]).name, str(result["rule_name"])
        if rule != _UNREADABLE and rule not in wanted:
            raise CouldNotAnswer(
                f"squawk found something by {rule}, which it was not asked for: enter it in squawk_rules.py."
            )
        read.append((name, bisect_right(starts[name], int(result["line"])) - 1, rule, str(result["message"])))
    return read


def _command(program: Path, wanted: dict[str, SquawkRule], version: int) -> list[str]:
    excluded = ({*_KEPT, *_LEFT_TO_OTHERS} - set(wanted)) - _NOT_EXCLUDABLE
    return [
        str(program), "--config", "squawk.toml", "--reporter", "json", "--pg-version", f"{version}.0",
        *(word for name in sorted(wanted) for word in ("--include", name)),
        *(word for name in sorted(excluded) for word in ("--exclude", name)),
        "*.sql",
    ]  # fmt: skip


def _write(path: Path, statements: list[Statement]) -> list[int]:
    """Write the statements, and return the line (from 0) at which each begins."""
    starts, line = [], 0
    with path.open("w", encoding="utf-8") as file:
        for statement in statements:
            text = f"{statement.sql.replace('squawk-ignore', 'squawk_ignore')}\n;\n"  # Waivers have reasons.
            starts.append(line)
            line += text.count("\n")
            file.write(text)
    return starts


def _answer(command: list[str], folder: Path) -> str:
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError as error:
        raise CouldNotAnswer(
            f"squawk does not run ({error}): install requirements/dev.txt, or `make setup`."
        ) from error
    if ran.returncode not in _OK:
        raise CouldNotAnswer(f"squawk ended with {ran.returncode}: {ran.stderr.strip() or ran.stdout.strip()[:300]}")
    return ran.stdout or f"nothing; on the side it said: {ran.stderr.strip()}"


def _results(text: str) -> list[dict[str, Any]]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise CouldNotAnswer(f"squawk's answer is no JSON ({error}): {text[:300]}") from error
    if not isinstance(read, list):
        raise CouldNotAnswer(f"squawk's answer is no list of results: {text[:300]}")
    return read


def _not_read(statement: Statement, said: str) -> NotAnalysed:
    short = " ".join(statement.sql.split())[:80]
    return NotAnalysed(statement.file, statement.line, f"squawk does not read this SQL ({said}): {short}")


def _finding(rule: SquawkRule, statements: list[Statement], position: int) -> list[Finding]:
    statement = statements[position]
    if statement.direction is Direction.DOWNGRADE and not rule.both_directions:
        return []
    if rule not in DESIGN and (_on_new_table(statement) or _switched_back(rule, statements[position:])):
        return []
    subject = statement.table or next(iter(statement.tables), "the database")
    hit = Hit(subject, values={"sql": " ".join(statement.sql.split())})
    where = {"file": statement.file, "line": statement.line}
    return [rule.finding(hit, Phase.SQL, revision=statement.revision, direction=statement.direction, **where)]


def _on_new_table(statement: Statement) -> bool:
    return statement.table is not None and statement.is_new(statement.table)


def _switched_back(rule: SquawkRule, statements: list[Statement]) -> bool:
    """
    Whether a trigger that is switched off is switched on again in the same transaction, or is none.

    squawk takes each DISABLE and FORCE, of row level security too, for that of a trigger.
    """
    off, *later = statements
    return rule.squawk_name == "ban-disable-trigger" and (
        not any(change.kind.startswith(("DisableTrig", "DisableRule")) for change in off.changes)
        or any(
            one.transaction == off.transaction
            and one.table == off.table
            and any(change.kind.startswith("EnableTrig") for change in one.changes)
            for one in later
        )
    )
