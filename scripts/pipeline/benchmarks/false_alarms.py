"""
How often the review, and squawk alone, complain of what harms nobody.

Both see the same SQL: squawk gets it as `alembic upgrade --sql` would print it, with its transactions. Two kinds of
complaint are false for certain: of a statement that names only tables which the same revision has made, since nobody
can be using these, and of a revision whose manifest says that nothing is wrong with it. Whatever else either says is
left uncounted, also where it is an opinion.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import postgast

from pipeline.benchmarks.foreign import Sample, read
from pipeline.errors import CouldNotAnswer
from pipeline.review.examining import Questions, examine
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.statement import Statement
from pipeline.review.reviewing import READING
from pipeline.review.rule import Harm
from pipeline.review.squawk_rules import every_rule

_SOMEBODY_USES_IT = {Harm.BLOCKS, Harm.BREAKS_RUNNING_CODE, Harm.LOSES_DATA, Harm.FAILS_ON_DATA}
"""Harms that a table has to be in use for; what a downgrade leaves of a new table is left all the same."""
_FINDINGS = 1
"""How squawk ends when it found something."""


@dataclass(frozen=True)
class Said:
    """What one of the two said: how often, how often falsely, and of which rule; `seconds` for all revisions."""

    findings: int
    false: Counter[str]
    seconds: float

    @property
    def share(self) -> float:
        return self.false.total() / self.findings if self.findings else 0.0


def said_by_review(samples: list[Sample], postgresql_version: int) -> Said:
    """Errors and warnings of the review; what is only information fails nothing and is left out."""
    harms = {rule.name: rule.harm for rule in every_rule() if rule.harm is not Harm.DESIGN}
    questions = Questions(READING, frozenset(harms), postgresql_version)
    began = time.perf_counter()
    answers = examine([sample.file for sample in samples], questions)
    seconds = time.perf_counter() - began
    found, false = 0, Counter[str]()
    for sample, answer in zip(samples, answers, strict=True):
        quiet = _quiet_lines(read(sample.file, postgresql_version)[1])
        for finding in answer.findings:
            if finding.severity is not Severity.INFO:
                found += 1
                unused = harms[finding.rule] in _SOMEBODY_USES_IT and (finding.direction, finding.line) in quiet
                if sample.harmless or unused:
                    false[finding.rule] += 1
    return Said(found, false, seconds)


def said_by_squawk(samples: list[Sample], postgresql_version: int, folder: Path) -> Said:
    """All that squawk says, as it comes. Raises CouldNotAnswer when it does not run."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, tuple[Sample, dict[int, Statement]]] = {}
    for number, sample in enumerate(samples):
        _, statements = read(sample.file, postgresql_version)
        for direction in Direction:
            text, lines = _as_offline_sql([one for one in statements if one.direction is direction])
            if lines:
                file = folder / f"{number:05d}_{direction}.sql"
                file.write_text(text, encoding="utf-8")
                written[str(file)] = sample, lines
    began = time.perf_counter()
    answers = list(_squawk(list(written), postgresql_version))
    seconds = time.perf_counter() - began
    false = Counter[str]()
    for answer in answers:
        sample, lines = written[answer["file"]]
        statement = lines.get(answer["line"])
        if sample.harmless or (statement is not None and touches_new_tables_only(statement)):
            false[answer["rule_name"]] += 1
    return Said(len(answers), false, seconds)


def _squawk(files: list[str], postgresql_version: int) -> Iterator[dict[str, Any]]:
    program = Path(sys.executable).with_name("squawk")
    ended = subprocess.run(
        [program, "--reporter", "json", f"--pg-version={postgresql_version}.0", *files],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if ended.returncode not in {0, _FINDINGS}:
        raise CouldNotAnswer(f"squawk ended with {ended.returncode}: {ended.stderr.strip()[-500:]}")
    yield from json.loads(ended.stdout or "[]")


def _as_offline_sql(statements: list[Statement]) -> tuple[str, dict[int, Statement]]:
    """The statements between BEGIN and COMMIT, and which of them each line (from 0) is of."""
    lines: list[str] = []
    owners: dict[int, Statement] = {}
    inside = False
    for statement in statements:
        if inside is statement.autocommit:
            lines.append("COMMIT;" if inside else "BEGIN;")
            inside = not inside
        for line in f"{statement.sql.rstrip().rstrip(';')};".splitlines():
            owners[len(lines)] = statement
            lines.append(line)
    return "\n".join([*lines, "COMMIT;", ""] if inside else [*lines, ""]), owners


def _quiet_lines(statements: list[Statement]) -> set[tuple[Direction, int]]:
    """The lines of which every statement touches new tables only."""
    touched: dict[tuple[Direction, int], list[bool]] = {}
    for statement in statements:
        touched.setdefault((statement.direction, statement.line), []).append(touches_new_tables_only(statement))
    return {place for place, quiet in touched.items() if all(quiet)}


def touches_new_tables_only(statement: Statement) -> bool:
    """Tell whether every table that `statement` names was made by the same direction of the same revision."""
    named = {name for name in _tables(statement.node) if name}
    if statement.kind == "CreateStmt":
        named.discard(statement.node.relation.relname)
        return not named or named <= _bare(statement.new_tables)
    return bool(named) and named <= _bare(statement.new_tables)


def _bare(tables: frozenset[str]) -> set[str]:
    return {table.rpartition(".")[2] for table in tables}


def _tables(node: Any) -> Iterator[str]:
    """The names of the tables anywhere in a parse tree."""
    yield from (part.relname for _, part in postgast.walk(node) if type(part).__name__ == "RangeVar")
