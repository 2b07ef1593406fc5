"""
Somebody's text inside GitHub's Markdown: shown as it is, and nothing else.

Beyond what CommonMark knows, GitHub makes links of addresses, people of `@`, issues of `#`, formulas of `$` and
pictures of `:words:`. Most of these are looked for in the finished page, where a backslash is undone already; only a
character of no width after the sign prevents them.
"""

from __future__ import annotations

import re

from pipeline.review.render.visible import visible

_NO_WIDTH = "\u200b"
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_MARKUP = re.compile(r"[\\`*_\[\]|~#$!]")
_STARTS_A_LIST = re.compile(r"^(\d*)([-+=]|(?<=\d)[.)](?=\s|$))")
_LINKS = re.compile(r"[@#]|:(?=//|[\w+-]+:)|\bwww(?=\.)|\bGH(?=-\d)", re.IGNORECASE)


def as_html(text: str) -> str:
    """For an HTML block, such as the summary of a fold."""
    shown = "".join(_HTML.get(character, character) for character in visible(text))
    return _unlinked(shown)


def as_markdown(text: str) -> str:
    """For a paragraph, a list item or a cell; in one line already."""
    return _STARTS_A_LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", as_html(text)))


def code_span(text: str) -> str:
    """For code in a cell of a table, where even a code span ends at a `|`."""
    return f"<code>{as_markdown(text)}</code>"


def fenced(text: str, language: str) -> str:
    """A block of code with a fence longer than any row of backticks in it."""
    shown = visible(text).strip("\n")
    longest = max((len(found) for found in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _unlinked(text: str) -> str:
    return _LINKS.sub(rf"\g<0>{_NO_WIDTH}", text)
