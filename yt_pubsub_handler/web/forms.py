"""
Without this file a form's fields would be whatever somebody sends.

Each form names its fields, and nothing else is read: what is sent beside them changes nothing. What is in them is
judged by the use case, so that it is said in one place; here it is kept, to be shown beside what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from yt_pubsub_handler.linking import FIELDS
from yt_pubsub_handler.models import Subscription

WORDING = FIELDS
LINK = ("channel", "subreddit", *WORDING)
LARGEST = 64 * 1024
"""Bytes of a form: far more than anybody types."""

Values = dict[str, str]
EMPTY_LINK: Values = dict.fromkeys(LINK, "") | {"title_template": "{title}"}


def read(form: MultiDict[str, str], fields: tuple[str, ...]) -> Values:
    """Return what was typed into `fields`; one that was not sent is empty."""
    return {name: form.get(name, "").replace("\x00", "") for name in fields}


def wording_of(link: Subscription) -> Values:
    """Return the fields of WORDING as they would be typed to get what `link` has."""
    return {
        "title_template": link.title_template,
        "include_words": ", ".join(link.include_words),
        "exclude_words": ", ".join(link.exclude_words),
    }


def with_errors(values: Values, errors: Mapping[str, str]) -> dict[str, Any]:
    """Return both under the names by which templates know them."""
    return {"values": values, "errors": dict(errors)}
