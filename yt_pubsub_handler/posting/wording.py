"""
Without this file every post would carry the video's title as it is, and every video would be posted.

A template is somebody's free text: braces that are no field of ours stay as they are, and a title that has braces is
not read as a template itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

FIELDS = ("title", "author", "channel_id", "video_id")
_FIELD = re.compile(r"\{(" + "|".join(FIELDS) + r")\}")


def worded(template: str, video: Mapping[str, str], longest: int) -> str:
    """Fill `template` with what is known of `video`, on one line of at most `longest` characters."""
    text = " ".join(_FIELD.sub(lambda field: video[field[1]], template).split())
    # A destination takes no empty title, and a title may be white space.
    text = text or video["video_id"]
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def unwanted(title: str, include: Iterable[str], exclude: Iterable[str]) -> str | None:
    """Say why a video with this title is not posted; None when it is."""
    wanted = [word for word in include if word.strip()]
    if wanted and not any(_has(title, word) for word in wanted):
        return f"its title has none of the words {', '.join(wanted)}"
    for word in exclude:
        if word.strip() and _has(title, word):
            return f"its title has the word {word}"
    return None


def _has(title: str, word: str) -> bool:
    # Not `\b`: next to a sign, as in "C++" or "#shorts", there is no boundary where people see one.
    parts = r"\s+".join(re.escape(part) for part in word.casefold().split())
    return re.search(rf"(?<!\w){parts}(?!\w)", title.casefold()) is not None
