"""A table of what is met says nothing unless each row leads to a test that is there."""

import ast
import re
from pathlib import Path

PAGE = Path("docs/websub.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if re.match(r"\| (\d[\d.]*|hub|feed|body|store) \|", line)
]
# Of the specification, what concerns a subscriber and is not discovery.
DEMANDED = {
    ("5.1", "MUST"), ("5.1", "SHOULD"), ("5.2", "SHOULD"), ("5.3", "MUST"), ("5.3.1", "MUST"), ("7", "MUST"),
    ("7", "MUST NOT"), ("7", "MAY"), ("7.1", "MUST"),
}  # fmt: skip


def named_tests() -> set[str]:
    return {
        node.name
        for path in Path("tests/yt_pubsub_handler").glob("**/test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_demand_on_a_subscriber_has_its_row() -> None:
    assert DEMANDED - {(row[0], row[1]) for row in ROWS} == set()


def test_every_row_names_tests_that_are_there_and_a_module_that_is_shipped() -> None:
    there = named_tests()

    missing = [(row[2], name) for row in ROWS for name in re.findall(r"`(test_\w+)`", row[4]) if name not in there]

    assert len(ROWS) >= 29
    assert missing == []
    assert [row for row in ROWS if not re.search(r"`test_\w+`", row[4])] == []
    assert [row for row in ROWS if not re.match(r"`yt_pubsub_handler/[\w/]+\.py`", row[3])] == []
