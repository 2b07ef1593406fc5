"""Without this file Reddit would show a post at once and for ever: what was submitted, and what a listing has of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.rehearsal.reddit_troubles import Submission


class Submissions(list[Submission]):
    """Every submission there is, the oldest first."""

    def make(self, asked: Mapping[str, str], late: float) -> Submission:
        """Add what was asked for; it is listed after `late` seconds."""
        now = time.time()
        made = Submission(
            id=base36(len(self) + 36**5),
            subreddit=asked["sr"].lower(),
            title=asked["title"],
            url=asked["url"],
            created_at=now,
            listed_at=now + late,
        )
        self.append(made)
        return made

    def listing(self, author: str, limit: int, after: str | None, most: int) -> dict[str, Any]:
        """`GET /user/{name}/submitted`: a page of the newest; listings end after `most`, however many there are."""
        page, following = self._page(limit, after, most)
        children = [{"kind": "t3", "data": one.shown(author)} for one in page]
        data = {"after": following, "before": None, "dist": len(page), "modhash": None, "children": children}
        return {"kind": "Listing", "data": data}

    def _page(self, limit: int, after: str | None, most: int) -> tuple[list[Submission], str | None]:
        now, page, skipped, seen = time.time(), list[Submission](), after is not None, 0
        for one in self._newest_first():
            if one.listed_at > now:
                continue
            seen += 1
            if seen > most:
                return page, None
            if len(page) == limit:
                return page, f"t3_{page[-1].id}"
            if not skipped:
                page.append(one)
            elif f"t3_{one.id}" == after:
                skipped = False
        return page, None

    def _newest_first(self) -> Iterator[Submission]:
        return reversed(list(self))  # A copy: others add meanwhile.


def base36(number: int) -> str:
    """As Reddit writes its ids."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text
