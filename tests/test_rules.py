"""Each rule of the pipeline in docs/architecture.md has tests that carry its number; a rule without one is a wish."""

import ast
import re
from pathlib import Path

RULES = set(re.findall(r"^(\d+)\. \*\*", Path("docs/architecture.md").read_text(), re.MULTILINE))


def numbered() -> set[str]:
    """The numbers of all rules that a test is named after."""
    names = [
        node.name
        for path in Path("tests").glob("**/test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    return {match[1] for name in names if (match := re.match(r"test_rule_(\d+)_", name))}


def test_every_rule_has_a_test_and_every_numbered_test_a_rule() -> None:
    assert len(RULES) >= 10
    assert numbered() == RULES
