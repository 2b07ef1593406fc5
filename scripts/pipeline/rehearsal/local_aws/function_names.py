"""
Without this file only the plain name of a function would be understood, and AWS takes six forms.

Zappa's rollback asks for `function:NAME:VERSION`, API Gateway and EventBridge name full ARNs; the grammar is
the pattern in Lambda's API reference (`NamespacedFunctionName`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LATEST = "$LATEST"

_FORM = re.compile(
    r"(?:arn:aws[\w-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>\$LATEST|[\w-]+))?"
)


@dataclass(frozen=True)
class FunctionName:
    """A function's plain name, and which version of it or alias is meant; no qualifier means `$LATEST`."""

    name: str
    qualifier: str | None = None

    def __str__(self) -> str:
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name

    @classmethod
    def parse(cls, written: str, qualifier: str | None = None) -> FunctionName:
        """
        Understand any form of a name, with the qualifier a request gives beside it.

        Raises ValueError, with AWS's words, when it is no name or the two qualifiers differ.
        """
        found = _FORM.fullmatch(written)
        if not found:
            raise ValueError(f"{written!r} is not the name or ARN of a function.")
        own = found["qualifier"]
        if own and qualifier and own != qualifier:
            raise ValueError("The derived qualifier from the function name does not match the specified qualifier.")
        return cls(found["name"], own or qualifier or None)
