"""How each driver hands on what the server says beside its answers; of a driver that is not here, nothing is heard."""

from __future__ import annotations

from typing import Any

# What the server says of itself and not of the statement; names with object ids differ from run to run.
_NOISE = ("CommitTransaction", "StartTransaction", "CommitSubTransaction", "StartSubTransaction")


class Notices:
    """Collects the server's words on one connection, `raw` to its driver; `heard` tells whether any would arrive."""

    def __init__(self, raw: Any) -> None:
        self._words: list[str] = []
        self._raw = raw
        self.heard = self._listen(raw)

    def take(self) -> list[str]:
        """Return what was said since the last time."""
        if self._is_pg8000():
            self._words.extend(_decoded(notice) for notice in self._raw.notices)
            self._raw.notices.clear()
        words = [word for word in self._words if not word.startswith(_NOISE) and "pg_toast" not in word]
        self._words.clear()
        return words

    def append(self, text: str) -> None:
        """What psycopg2 calls: `DEBUG:  rewriting table "t"`, with lines for its detail and hint."""
        self._words.append(text.partition(":")[2].strip().partition("\n")[0])

    def _listen(self, raw: Any) -> bool:
        driver: Any = getattr(raw, "_connection", None)  # asyncpg's, behind SQLAlchemy's adapter.
        if hasattr(raw, "add_notice_handler"):
            raw.add_notice_handler(lambda diagnostic: self._words.append(diagnostic.message_primary or ""))
        elif hasattr(driver, "add_log_listener"):
            driver.add_log_listener(lambda _, message: self._words.append(message.message))
        elif type(raw).__module__.startswith("psycopg2"):
            raw.notices = self  # Any object that has `append` will do; a list would forget all but the last fifty.
        else:
            return self._is_pg8000()
        return True

    def _is_pg8000(self) -> bool:
        return type(self._raw).__module__.startswith("pg8000")


def _decoded(notice: Any) -> str:
    said = notice.get(b"M", notice.get("M", b""))
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
