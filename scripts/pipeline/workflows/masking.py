"""
Keeps secrets out of what is shown: in output, annotations and summaries they read `***`.

Output comes line by line, so a secret of several lines is also masked line by line; and because programs
print secrets encoded, the encodings GitHub's runner knows are masked too.
"""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator

MASK = "***"


class Masker:
    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._hidden: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide `secret` and each of its lines from now on; blank text hides nothing."""
        for value in [secret, *secret.splitlines()]:
            if value.strip():
                self._hidden.update(found for found in _spellings(value) if found.strip())
        # The longest first, or a secret that holds another would show what follows it.
        longest_first = sorted(self._hidden, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield secret.strip()
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield urllib.parse.quote(secret, safe="")
    yield html.escape(secret)
    # Inside a longer text that is encoded as a whole, a secret begins at one of three offsets; the first and
    # last characters then depend on its neighbours, and are left out.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret.encode()).decode().rstrip("=")
        known = encoded[(offset * 8 + 5) // 6 : (offset + len(secret.encode())) * 8 // 6]
        if len(known) > _SHORTEST_ENCODED:
            yield known


_SHORTEST_ENCODED = 5  # Characters; less of it would hide ordinary words.
