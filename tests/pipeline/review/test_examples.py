"""
The examples beside the rules are what the documentation shows, and what the rules are held to.

A line of an unsafe example that is to be found says so: `# found: rule-name` (several with commas). Nothing else may
be found in it, and nothing at all in a safe one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.review.directory import read_revision
from pipeline.review.finding import Severity
from pipeline.review.rule import all_rules
from tests.pipeline.review.conftest import findings_in

OF_THEIR_OWN = {
    "breaks-the-running-release", "models-disagree", "fails-together", "does-not-converge", "leaves-invalid-index",
}  # fmt: skip
"""Rules about more than one revision, or about a failure in the middle: they have tests of their own."""
EXAMPLES = Path("scripts/pipeline/review/examples")
RULES = {rule.name: rule for rule in all_rules()}


def examples(kind: str) -> list[Path]:
    """Of the rules that read; those that need a server are run (proving/test_live_examples.py)."""
    paths = sorted(EXAMPLES.glob(f"*/{kind}*.py"))
    return [path for path in paths if not RULES[path.parent.name.replace("_", "-")].live_checks]


def found(path: Path) -> set[tuple[int, str]]:
    revision = read_revision(path)
    findings = findings_in(revision)
    own = path.parent.name.replace("_", "-")
    return {
        (finding.line, finding.rule)
        for finding in findings
        if finding.severity is not Severity.INFO or finding.rule == own
    }


def marked(path: Path) -> set[tuple[int, str]]:
    lines = enumerate(path.read_text().splitlines(), start=1)
    marks = [(number, match) for number, line in lines if (match := re.search(r"# found: (.+)$", line))]
    return {(number, name.strip()) for number, match in marks for name in match[1].split(",")}


@pytest.mark.parametrize("path", examples("unsafe"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_unsafe_example_is_found_at_its_line_and_nothing_else(path: Path) -> None:
    assert found(path) == marked(path)


@pytest.mark.parametrize("path", examples("unsafe"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_unsafe_example_shows_its_own_rule(path: Path) -> None:
    assert path.parent.name.replace("_", "-") in {name for _, name in marked(path)}


@pytest.mark.parametrize("path", examples("safe"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_safe_example_passes(path: Path) -> None:
    """Following our own advice is never punished, by any rule."""
    assert found(path) == set()


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_examples(name: str) -> None:
    """History rules are about several files, and rules without a phase about waivers: these have tests of their own."""
    folder = EXAMPLES / name.replace("-", "_")
    expected = ["safe.py", "unsafe.py"]
    if RULES[name].history_checks or not RULES[name].phases or name in OF_THEIR_OWN:
        expected = []

    assert [file for file in expected if not (folder / file).exists()] == []


@pytest.mark.parametrize("name", RULES)
def test_every_rule_names_its_harm_and_its_reason(name: str) -> None:
    rule = RULES[name]

    assert rule.harm
    assert rule.effect.endswith(".")
    assert rule.reason
    assert rule.remedy
