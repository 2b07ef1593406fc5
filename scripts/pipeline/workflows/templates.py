"""
Text with `${{ }}` in it, as any value in a workflow may have.

A value that is one expression and nothing else keeps the expression's kind (`${{ true }}` is a boolean);
with anything around it, even a line's end, it becomes text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.workflows.expressions import (
    Expression,
    ExpressionError,
    Scope,
    Value,
    parse_expression,
    to_text,
)
from pipeline.workflows.expressions.evaluator import Functions

# A quoted }} does not close: ${{ '}}' }}.
_EXPRESSION = re.compile(r"\$\{\{((?:[^'}]|'(?:[^']|'')*'|\}(?!\}))*)\}\}")


@dataclass(frozen=True)
class Template:
    """A value of the file; its parts are literal values and expressions."""

    source: Value
    parts: tuple[Expression | Value, ...]

    def render(self, contexts: Mapping[str, Value], functions: Functions | None = None) -> Value:
        """Return the value with every expression evaluated; raise ExpressionError."""
        values = [part.evaluate(contexts, functions) if isinstance(part, Expression) else part for part in self.parts]
        return values[0] if len(values) == 1 else "".join(to_text(value) for value in values)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))


def parse_template(source: Value, scope: Scope) -> Template:
    """Read `source`; a number, boolean or null stands for itself. Raises ExpressionError."""
    if not isinstance(source, str) or "${{" not in source:
        return Template(source, (source,))
    parts: list[Expression | Value] = []
    offset = 0
    while (start := source.find("${{", offset)) >= 0:
        found = _EXPRESSION.match(source, start)
        if found is None:
            raise ExpressionError(f"A ${{{{ is opened and not closed by }}}}: {source[start : start + 60]}")
        parts += [source[offset:start]] if start > offset else []
        parts.append(parse_expression(found[1], scope))
        offset = found.end()
    parts += [source[offset:]] if offset < len(source) else []
    return Template(source, tuple(parts))


def parse_condition(source: Value, scope: Scope) -> Expression:
    """
    Read an `if:`, which needs no `${{ }}` around it, and say what GitHub adds: `success() && (…)`.

    Nothing is added where a status function is called anyway. Raises ExpressionError.
    """
    text = to_text(source).strip()
    if "${{" in text:
        only = _EXPRESSION.fullmatch(text)
        if only is None:
            raise ExpressionError(
                f"`if: {text}` is text around an expression, and text is always true: "
                "take the ${{ }} away, an `if` is an expression without it."
            )
        text = only[1].strip()
    condition = parse_expression(text or "success()", scope)
    return condition if condition.asks_for_status else parse_expression(f"success() && ({text})", scope)
