"""
Somebody's text, made safe to look at: what a terminal or a browser would obey is shown instead.

File names and revisions of a pull request are input. An escape sequence could repaint the lines above it, a
bidirectional control shows other code than Python runs, and half a surrogate pair (a file name that is not UTF-8)
cannot be written to any file.
"""

from __future__ import annotations

import re

_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 without tab and newline
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # direction, and lines that only some programs see
    "\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every control character written as Python would write it; newlines and tabs stay."""
    text = text.replace("\r\n", "\n")
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def in_one_line(text: str, longest: int = 1_000) -> str:
    """The text without line breaks, cut where it would bury everything else."""
    line = " ".join(visible(text).split())
    return shortened(line, longest)


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters; an ellipsis says that there was more."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
