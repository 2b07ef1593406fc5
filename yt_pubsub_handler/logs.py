"""
Without this file a log on Lambda could only be read by eye, and would hold what must not be kept for years.

Who writes a line leaves secrets out; this is the second net, for what libraries write. Zappa logs the path of each
request, which for the hub is a callback that nobody may know, and with it the hub's token.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import psycopg
from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler.database_errors import describe
from yt_pubsub_handler.release import read_release
from yt_pubsub_handler.settings import Settings

HIDDEN = "[hidden]"
_PLAIN = "%(levelname)s %(name)s: %(message)s"
_LONGEST = 20_000
_SHORTEST_SECRET = 6
"""What is shorter would be found in every other word."""
_NAMES = ("token", "secret", "password", "challenge", "signature")
_NAMED = rf"((?:{'|'.join(_NAMES)}|(?<![a-z])key)[\"']?\s?[=:]\s?[\"']?)[^&\s\"'<>,)]+"


class _Form(NamedTuple):
    """What a secret looks like; to look for one of the words that none is `never_without` is much the quicker."""

    never_without: Sequence[str]
    form: re.Pattern[str]
    instead: str


_FORMS = [
    _Form(["/hook/"], re.compile(r"(/hook/)[\w%.~-]{20,}"), rf"\1{HIDDEN}"),
    _Form(["/api/webhooks/"], re.compile(r"(/api/webhooks/\d+/)[\w-]+"), rf"\1{HIDDEN}"),
    _Form([*_NAMES, "key"], re.compile(_NAMED, re.IGNORECASE), rf"\1{HIDDEN}"),
    _Form(["code=", "state="], re.compile(r"([?&](?:code|state)=)[^&\s\"']+"), rf"\1{HIDDEN}"),
    _Form(["bearer", "basic"], re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    _Form(["://"], re.compile(r"(://)[^/\s:@]*:[^/\s@]+@"), rf"\1{HIDDEN}@"),
]

_hidden: list[str] = []
"""The longest first: one may be part of another."""


def start_logs(environment: Mapping[str, str] = os.environ) -> None:
    """
    Make each event one line: JSON on Lambda, plain words elsewhere.

    Whoever has made handlers keeps them, and elsewhere their form, too: the runtime of Lambda frames what it sends.
    """
    root = logging.getLogger()
    on_lambda = bool(environment.get("AWS_LAMBDA_FUNCTION_NAME"))
    if on_lambda or not root.handlers:
        root.setLevel(min(root.level or logging.INFO, logging.INFO))
        _look_for_no_more_than_is_told()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout if on_lambda else sys.stderr))
        root.handlers[0].setFormatter(PlainLine(_PLAIN))
    if on_lambda:
        for handler in root.handlers:
            handler.setFormatter(JsonLine(ends_itself=isinstance(handler, logging.StreamHandler)))


def _look_for_no_more_than_is_told() -> None:
    """
    Save a third of a line's time: none of ours says from where it comes, and in which thread and process it ran.

    The ways are those of Python's logging HOWTO, under "Optimization".
    """
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def hide_secrets(settings: Settings) -> None:
    """Keep the secrets among `settings` out of every line from now on, however they get there."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not field.repr and isinstance(value, str):
            known = [value, urlsplit(value).password or ""] if "://" in value else [value]
            forms = {form for text in known for form in (text, quote(text, safe="")) if len(form) >= _SHORTEST_SECRET}
            _hidden[:] = sorted(forms | set(_hidden), key=len, reverse=True)


def redacted(text: str) -> str:
    """Return `text`, of no more than a sensible length, without what is or looks like a secret."""
    for secret in _hidden:
        text = text.replace(secret, HIDDEN)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    folded = text.casefold()
    for words, form, instead in _FORMS:
        for word in words:
            if word in folded:
                text = form.sub(instead, text)
                break
    return text


class PlainLine(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonLine(logging.Formatter):
    """One JSON object in one line; the line ends here unless the handler `ends_itself`."""

    def __init__(self, *, ends_itself: bool) -> None:
        super().__init__()
        self._end = "" if ends_itself else "\n"
        self._release = read_release()

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(_message(record)),
            # Put on the record by Lambda's runtime.
            "request_id": getattr(record, "aws_request_id", None) or None,
            "commit": self._release.commit,
            "version": self._release.version,
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["exception"] = _exception(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False) + self._end


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # A message that does not fit its arguments is told without them.
        return str(record.msg)


def _exception(error: BaseException) -> dict[str, Any]:
    """What it was and where. PostgreSQL's words quote the values of rows, which are left out."""
    words = describe(error) if isinstance(error, DBAPIError | psycopg.Error) else str(error)
    return {
        "type": type(error).__name__,
        "message": redacted(words),
        "stack": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ],
        "because": type(cause).__name__ if (cause := error.__cause__ or error.__context__) else None,
    }
