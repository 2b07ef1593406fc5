"""
GitHub's expression language, the part between `${{` and `}}` and the whole of an `if:`.

GitHub's own evaluator is C# on the runner; `@actions/expressions` on npm is its port. Where the two differ
(quotes doubled twice in one string, the digits of a number) this follows the runner, because it decides.
"""

from pipeline.workflows.expressions.evaluator import Expression, parse_expression
from pipeline.workflows.expressions.lexer import ExpressionError
from pipeline.workflows.expressions.scope import Scope
from pipeline.workflows.expressions.values import CaseSensitive, Value, is_truthy, to_text

__all__ = [
    "CaseSensitive",
    "Expression",
    "ExpressionError",
    "Scope",
    "Value",
    "is_truthy",
    "parse_expression",
    "to_text",
]
