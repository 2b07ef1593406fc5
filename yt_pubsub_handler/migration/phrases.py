"""
Without this file the reading of a statement would be an index into a list of tokens, off by one somewhere.

A Phrase is read from the front; what does not fit raises NotUnderstood, with what that means for the reader of a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yt_pubsub_handler.migration.tokens import Token


class NotUnderstood(Exception):
    """The statement goes on in a way that is not followed."""


class Phrase:
    """Tokens of a statement, or of a part of one."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._left = list(tokens)

    def begins(self, *words: str) -> bool:
        """Tell whether these words or signs come next."""
        texts = [token.text for token in self._left[: len(words)] if token.kind in ("word", "sign")]
        return texts == list(words)

    def skip(self, *words: str) -> bool:
        """Read these words or signs if they come next, and tell whether they did."""
        found = self.begins(*words)
        if found:
            del self._left[: len(words)]
        return found

    def expect(self, *words: str) -> None:
        if not self.skip(*words):
            raise NotUnderstood(f"{' '.join(words).upper()} was expected in it")

    def word(self) -> str:
        """Read a word, "" when something else comes next."""
        if self._left and self._left[0].kind == "word":
            return self._left.pop(0).text
        return ""

    def identifier(self) -> str:
        """Read one identifier, quoted or not."""
        if self._left and self._left[0].kind in ("word", "name"):
            return self._left.pop(0).text
        raise NotUnderstood("a name was expected in it")

    def name(self) -> tuple[str, ...]:
        """Read a name with or without its schema."""
        parts = [self.identifier()]
        while self.skip("."):
            parts.append(self.identifier())
        if len(parts) > 2:
            raise NotUnderstood("it names another database")
        return tuple(parts)

    def cascade(self) -> bool:
        """Read CASCADE or RESTRICT, and tell whether it was the first."""
        return self.skip("cascade") or (self.skip("restrict") and False)

    def end(self) -> None:
        if self._left:
            raise NotUnderstood(f"how it goes on at {self._left[0].text[:40]!r} is not followed")

    def holds_word(self, word: str) -> bool:
        """Tell whether `word` stands anywhere in what is left, outside quotes."""
        return Token("word", word) in self._left

    def parts(self) -> Iterator[Phrase]:
        """Yield what is left, parted at the commas outside parentheses and brackets."""
        depth = 0
        part: list[Token] = []
        for token in self._left:
            if token.kind == "sign":
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
            if token == Token("sign", ",") and depth == 0:
                yield Phrase(part)
                part = []
            else:
                part.append(token)
        yield Phrase(part)
