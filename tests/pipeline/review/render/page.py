"""A page as a browser would get it: its elements, and its text by element."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt

OURS = {
    "h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "pre", "details", "summary", "ul",
    "li", "br",
}  # fmt: skip
"""The elements that we write; any other would be somebody's markup."""
_EMPTY = {"br"}


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(MarkdownIt("commonmark").enable("table").render(source))
        self.is_whole = not self._open

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - HTMLParser calls it so.
        self.elements.add(tag)
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        self.text.append((self._open[-1] if self._open else "", data))

    def within(self, element: str) -> str:
        return "".join(text for tag, text in self.text if tag == element)
