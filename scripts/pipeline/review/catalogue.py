"""What the rules say of themselves at a terminal: `--list-rules` and `--explain RULE`."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.review.rule import Rule
from pipeline.review.shown_examples import EXAMPLES, Example, examples_of, template
from pipeline.review.squawk_rules import every_rule


def list_rules(rules: Sequence[Rule] | None = None) -> str:
    """One line per rule: its name, its harm, its severity and the phases that see it."""
    listed = [
        (rule.name, rule.harm.value, rule.severity.value, ", ".join(rule.phases))
        for rule in (every_rule() if rules is None else rules)
    ]
    rows = [("rule", "harm", "severity", "phases"), *listed]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def explain(name: str, rules: Sequence[Rule] | None = None, examples: Path = EXAMPLES) -> str:
    """
    Why the rule is there, what it says, what to write instead, and how to accept what it finds.

    Raises UsageError when there is no such rule.
    """
    known = every_rule() if rules is None else tuple(rules)
    rule = next((rule for rule in known if rule.name == name), None)
    if rule is None:
        raise UsageError(f"There is no rule called {name}. {_meant(name, known)}--list-rules lists them all.")
    return "\n".join(_explained(rule, examples_of(rule, known, examples)))


def _meant(name: str, rules: Sequence[Rule]) -> str:
    close = difflib.get_close_matches(name.lower().replace("_", "-"), [rule.name for rule in rules])
    return f"Did you mean {' or '.join(close)}? " if close else ""


def _explained(rule: Rule, examples: list[Example]) -> Iterator[str]:
    yield f"{rule.name}: {rule.harm.value} ({rule.severity.value}; seen in {', '.join(rule.phases) or 'no phase'})"
    yield ""
    yield rule.reason
    yield ""
    yield "In production:"
    yield textwrap.indent(template(rule.effect), "    ")
    yield "Instead:"
    yield textwrap.indent(template(rule.remedy).strip("\n"), "    ")
    for example in examples:
        yield ""
        variant = f" ({example.variant})" if example.variant else ""
        yield f"{'Safe' if example.safe else 'Unsafe'}{variant}:"
        yield ""
        yield textwrap.indent(example.code, "    ")
    yield ""
    yield "To accept it, with a reason, on the line or above it:"
    yield ""
    yield f"    # review: allow {rule.name} -- why it harms nobody here"
