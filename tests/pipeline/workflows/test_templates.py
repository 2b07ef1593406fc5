"""Text with expressions in it, and what an `if:` really means."""

from __future__ import annotations

import pytest

from pipeline.workflows.expressions import ExpressionError, Scope, Value
from pipeline.workflows.templates import parse_condition, parse_template

SCOPE = Scope(frozenset({"github"}), status_functions=True)
CONTEXTS: dict[str, Value] = {"github": {"ref": "main", "draft": False, "labels": ["a", "b"]}}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("plain", "plain"),
        ("$HOME {{ }} $(date)", "$HOME {{ }} $(date)"),
        (5, 5),
        (None, None),
        ("${{ github.draft }}", False),
        ("${{github.labels}}", ["a", "b"]),
        ("on ${{ github.ref }}!", "on main!"),
        ("${{ github.draft }}\n", "false\n"),
        ("${{ github.ref }}${{ github.draft }}", "mainfalse"),
        ("${{ '}}' }}", "}}"),
        ("${{ 'it''s }}' }} ${{ '${{' }}", "it's }} ${{"),
        ("${{ github.labels }}.", "Array."),
    ],
)
def test_a_lone_expression_keeps_its_kind_and_a_mixed_one_is_text(source: Value, value: Value) -> None:
    assert parse_template(source, SCOPE).render(CONTEXTS) == value


@pytest.mark.parametrize("source", ["${{ github.ref", "a ${{ 'b }}", "${{ github.ref }} ${{"])
def test_an_expression_that_does_not_end_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError, match="not closed"):
        parse_template(source, SCOPE)


@pytest.mark.parametrize(
    ("source", "evaluated"),
    [
        (None, "success()"),
        ("", "success()"),
        ("github.draft", "success() && (github.draft)"),
        ("${{ github.draft || true }}", "success() && (github.draft || true)"),
        (True, "success() && (true)"),
        ("always()", "always()"),
        ("${{ !cancelled() }}", "!cancelled()"),
        ("github.ref == 'failure()'", "success() && (github.ref == 'failure()')"),
    ],
)
def test_a_condition_asks_for_success_unless_it_asks_for_a_status(source: Value, evaluated: str) -> None:
    assert parse_condition(source, SCOPE).source == evaluated


def test_a_condition_with_text_around_an_expression_is_refused() -> None:
    """GitHub takes it for a text, which is true; nobody means that."""
    with pytest.raises(ExpressionError, match="text is always true"):
        parse_condition("${{ github.draft }} && false", SCOPE)
