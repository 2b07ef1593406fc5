"""
Revisions that somebody has damaged: whatever is missing or in the wrong place, the review has an answer.

A reviewer's editor holds half-written revisions all day, and a foreign project has thousands of shapes that nobody here
has seen. The foreign histories are taken apart at random: lines, words, statements and arguments go.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.review.directory import NotARevision, parse_revision
from pipeline.review.examining import Questions, examine
from pipeline.review.reviewing import READING
from pipeline.review.rule import all_rules
from pipeline.review.source_text import NotPython, decode

FILES = sorted(Path("tests/pipeline/review/foreign").glob("**/versions/**/*.py"))
QUESTIONS = Questions(READING, frozenset(rule.name for rule in all_rules()))

Damage = Callable[[str, random.Random], str]


def without_lines(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    gone = {dice.randrange(len(lines)) for _ in range(dice.randint(1, 4))} if lines else set()
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def without_words(text: str, dice: random.Random) -> str:
    words = re.findall(r"\w+|\s+|[^\w\s]", text)
    gone = {dice.randrange(len(words)) for _ in range(dice.randint(1, 3))} if words else set()
    return "".join(word for number, word in enumerate(words) if number not in gone)


def without_statements(text: str, dice: random.Random) -> str:
    """As `without_lines`, but what is left is Python."""
    tree = ast.parse(text)
    for _ in range(dice.randint(1, 3)):
        blocks = [
            block for node in ast.walk(tree) for name in ("body", "orelse", "finalbody")
            if isinstance(block := getattr(node, name, None), list) and len(block) > 1
        ]  # fmt: skip
        if blocks:
            block = dice.choice(blocks)
            del block[dice.randrange(len(block))]
    return ast.unparse(tree)


def with_other_arguments(text: str, dice: random.Random) -> str:
    """Arguments go, change places, or become something that nobody knows or that has another type."""
    tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and (node.args or node.keywords)]
    strangers = [ast.Name("mystery"), ast.Constant(None), ast.Constant(7), ast.List([]), ast.Constant("x'; --%s{}")]
    for call in dice.sample(calls, min(len(calls), dice.randint(1, 4))):
        match dice.choice(["drop", "replace", "shuffle", "keyword"]):
            case "drop" if call.args:
                del call.args[dice.randrange(len(call.args))]
            case "replace" if call.args:
                call.args[dice.randrange(len(call.args))] = dice.choice(strangers)
            case "shuffle":
                dice.shuffle(call.args)
            case "keyword" if call.keywords:
                dice.choice(call.keywords).value = dice.choice(strangers)
    return ast.unparse(ast.fix_missing_locations(tree))


DAMAGES: list[Damage] = [without_lines, without_words, without_statements, with_other_arguments]


def review_of(file: Path, text: str, folder: Path) -> list[str]:
    """What breaks in the review of `text`; a file that is no Python or no revision any more is an answer too."""
    damaged = folder / file.name
    damaged.write_text(text, encoding="utf-8")
    try:
        parse_revision(damaged, decode(damaged.read_bytes()))
    except (NotPython, NotARevision):
        return []
    return examine([damaged], QUESTIONS)[0].failures


def damage(file: Path, how: Damage, seed: int) -> str:
    try:
        return how(decode(file.read_bytes()), random.Random(seed))  # noqa: S311 - a die, not a secret.
    except (NotPython, SyntaxError):
        return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@given(file=st.sampled_from(FILES), how=st.sampled_from(DAMAGES), seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_revision_does_not_break_the_review(folder: Path, file: Path, how: Damage, seed: int) -> None:
    assert review_of(file, damage(file, how, seed), folder) == []


@pytest.mark.parametrize("how", DAMAGES)
def test_the_damage_is_done(how: Damage) -> None:
    """Otherwise the test above would look at the same undamaged files again and again."""
    file = next(path for path in FILES if path.name.startswith("0a1b2c3d4e05"))
    whole = ast.unparse(ast.parse(file.read_text()))

    assert sum(damage(file, how, seed) not in {file.read_text(), whole, ""} for seed in range(20)) >= 15


def test_a_revision_of_five_thousand_lines_is_read(tmp_path: Path) -> None:
    """The first revision of an old project is often its whole schema."""
    file = tmp_path / "0001_everything.py"
    tables = [_table(number) for number in range(400)]
    file.write_text("\n".join([_HEAD, *tables, "\n\ndef downgrade():\n    pass\n"]))
    assert len(file.read_text().splitlines()) > 5000

    answer = examine([file], QUESTIONS)[0]

    assert answer.failures == []
    assert answer.not_analysed == []


_HEAD = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
"""


def _table(number: int) -> str:
    columns = "\n".join(
        f'        sa.Column("c{column}", sa.String(length={column + 1}), nullable=True),' for column in range(9)
    )
    return (
        f'    op.create_table(\n        "t{number}",\n        sa.Column("id", sa.Integer()),\n{columns}\n'
        f'        sa.PrimaryKeyConstraint("id"),\n    )\n    op.create_index("ix_t{number}", "t{number}", ["c1"])'
    )
