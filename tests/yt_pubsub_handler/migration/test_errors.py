"""Each error opens with a code by which the runbook is read: a code without a meaning, or unused, misleads."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from yt_pubsub_handler.migration import errors
from yt_pubsub_handler.migration.errors import CODES, MigrationError, MigrationFailed, Refused

PACKAGE = Path(errors.__file__).parent
RAISED = {"MigrationError", "MigrationFailed", "Refused", "StepFailed", "_decide"}


def codes_in(path: Path) -> set[str]:
    """Every code that a file gives to an error, written out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in RAISED:
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            found |= {word for word in words if word in CODES or (isinstance(word, str) and " " not in word)}
    return found


def test_every_code_is_explained_and_every_explanation_used() -> None:
    used = set().union(*(codes_in(path) for path in PACKAGE.glob("*.py")))

    # "interrupted" is written into the ledger by the next run, as nobody was left to raise it.
    assert used == CODES.keys() - {"interrupted"}


def test_a_message_opens_with_its_code() -> None:
    error = Refused("frozen", "Nothing was done: deploys are frozen.")

    assert (str(error), error.code, error.message) == (
        "[frozen] Nothing was done: deploys are frozen.",
        "frozen",
        "Nothing was done: deploys are frozen.",
    )
    assert isinstance(error, MigrationError)
    assert not isinstance(error, MigrationFailed)


def test_a_code_that_nobody_explains_is_not_raised() -> None:
    with pytest.raises(LookupError, match="add it to CODES and to the runbook"):
        Refused("no-such-code", "…")
