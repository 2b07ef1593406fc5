"""
Without this file people would have to find a channel's id by themselves, which YouTube shows to nobody.

Whatever is pasted is only read: it never decides which host is asked. An id is taken from it as text, and a handle is
asked for at the Data API's own address, which is a setting.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from yt_pubsub_handler.fetching import Answer, CannotFetch, fetch
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.websub.feed import CHANNEL_ID

WHERE_IDS_ARE = (
    "Paste the channel's id, UC and 22 more characters: on the channel's page choose “…more” below its name, "
    "then “Share channel” and “Copy channel ID”."
)

_HOSTS = re.compile(r"(?:(?:www|m|music|studio|gaming)\.)?youtube\.com|(?:www\.)?youtube-nocookie\.com")
# Letters of any alphabet, digits, and - _ . · between them; 3 to 30 of them.
_HANDLE = re.compile(r"(?=.{3,30}\Z)\w[\w.\-·]*")
_NAME = re.compile(r"[A-Za-z0-9]{1,64}")
_ANSWER_SECONDS = 8
_LARGEST_ANSWER = 256 * 1024
_LONGEST_TYPED = 2000


class ChannelNotFound(Exception):
    """No channel can be told from what was typed; the message is for whoever typed it, and says what to paste."""


@dataclass(frozen=True)
class FoundChannel:
    """A channel by its id; title and handle where YouTube was asked."""

    channel_id: str
    title: str | None = None
    handle: str | None = None


@dataclass(frozen=True)
class _Asked:
    """What the Data API has to be asked for: one of its filters, and how people call it."""

    parameter: str
    value: str
    called: str


def find_channel(typed: str, settings: Settings) -> FoundChannel:
    """
    Return the channel that `typed` means: an id, an address of any form, or a handle with its @.

    Only a handle and an old user name need YouTube's answer. Raises ChannelNotFound.
    """
    meant = _read(typed)
    return _ask(meant, settings) if isinstance(meant, _Asked) else meant


def _read(typed: str) -> FoundChannel | _Asked:
    text = typed.strip()
    if not text or len(text) > _LONGEST_TYPED:
        raise ChannelNotFound(f"That is no channel. {WHERE_IDS_ARE}")
    if CHANNEL_ID.fullmatch(text):
        return FoundChannel(text)
    if text.startswith("@"):
        return _handle(text[1:])
    if "." in text or "/" in text:
        return _address(text)
    if _HANDLE.fullmatch(text):
        raise ChannelNotFound(f"“{text}” may be a handle: write it with its @, as @{text}. {WHERE_IDS_ARE}")
    raise ChannelNotFound(f"That is no channel. {WHERE_IDS_ARE}")


def _handle(text: str) -> _Asked:
    if not _HANDLE.fullmatch(text):
        raise ChannelNotFound(f"No handle looks like that. {WHERE_IDS_ARE}")
    return _Asked("forHandle", f"@{text}", f"@{text}")


def _address(text: str) -> FoundChannel | _Asked:
    try:
        address = urlsplit(text if "://" in text else f"https://{text}")
        host = (address.hostname or "").lower()
    except ValueError:
        raise ChannelNotFound(f"That address cannot be read. {WHERE_IDS_ARE}") from None
    if address.scheme.lower() not in {"http", "https"} or not (_HOSTS.fullmatch(host) or host == "youtu.be"):
        raise ChannelNotFound(f"That is no address of YouTube. {WHERE_IDS_ARE}")
    steps = [unquote(step) for step in address.path.split("/") if step]
    first, second = [*steps, "", ""][:2]
    for found in (second if first == "channel" else "", *_in_query(address.query)):
        if CHANNEL_ID.fullmatch(found):
            return FoundChannel(found)
    if first.startswith("@"):
        return _handle(first[1:])
    if first == "user" and _NAME.fullmatch(second):
        return _Asked("forUsername", second, f"user {second}")
    raise ChannelNotFound(f"{_what_it_is(host, first)} {WHERE_IDS_ARE}")


def _in_query(query: str) -> list[str]:
    """Feeds have `channel_id=`, embedded live streams `channel=`."""
    try:
        said = parse_qs(query, max_num_fields=50)
    except ValueError:
        return []
    return [*said.get("channel_id", []), *said.get("channel", [])]


def _what_it_is(host: str, first: str) -> str:
    if host == "youtu.be" or first in {"watch", "shorts", "live", "embed"}:
        return "That is the address of a video, not of a channel."
    if first == "playlist":
        return "That is the address of a playlist, not of a channel."
    if first == "c":
        return "Of an address with /c/ only YouTube's own page knows the channel."
    return "That address does not say which channel it is."


def _ask(asked: _Asked, settings: Settings) -> FoundChannel:
    if settings.youtube_api_key is None:
        raise ChannelNotFound(
            f"{asked.called} cannot be looked up here, as there is no YOUTUBE_API_KEY. {WHERE_IDS_ARE}"
        )
    query = urlencode({"part": "snippet", "maxResults": 1, asked.parameter: asked.value})
    # In a header, because addresses end up in logs and in the messages of errors.
    headers = {"X-Goog-Api-Key": settings.youtube_api_key, "Accept": "application/json"}
    try:
        answer = fetch(
            f"{settings.youtube_api_url}/channels?{query}", headers, seconds=_ANSWER_SECONDS, largest=_LARGEST_ANSWER
        )
    except CannotFetch as error:
        raise ChannelNotFound(f"YouTube cannot be asked for {asked.called}: {error}. {WHERE_IDS_ARE}") from None
    return _found(answer, asked)


def _found(answer: Answer, asked: _Asked) -> FoundChannel:
    said = _json(answer.body)
    if answer.status != 200:
        raise ChannelNotFound(
            f"YouTube does not say who {asked.called} is: it answers {answer.status}{_reason(said)}. {WHERE_IDS_ARE}"
        )
    if not said:
        raise ChannelNotFound(f"YouTube's answer about {asked.called} cannot be read. {WHERE_IDS_ARE}")
    items = said.get("items")
    first = items[0] if isinstance(items, list) and items else None
    if first is None:
        raise ChannelNotFound(f"YouTube knows no channel called {asked.called}. {WHERE_IDS_ARE}")
    channel_id = first.get("id") if isinstance(first, dict) else None
    if not isinstance(channel_id, str) or not CHANNEL_ID.fullmatch(channel_id):
        raise ChannelNotFound(f"YouTube's answer about {asked.called} has no channel id. {WHERE_IDS_ARE}")
    snippet = first.get("snippet")
    told = snippet if isinstance(snippet, dict) else {}
    return FoundChannel(channel_id, _text(told.get("title")), _text(told.get("customUrl")))


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _reason(said: dict[str, Any]) -> str:
    """Google's one word for it, such as quotaExceeded; its sentences may quote the key."""
    error = said.get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    word = first.get("reason") if isinstance(first, dict) else None
    return f" ({word})" if isinstance(word, str) and re.fullmatch(r"[A-Za-z]{1,40}", word) else ""


def _text(value: object) -> str | None:
    return value.replace("\x00", "").strip()[:200] or None if isinstance(value, str) else None
