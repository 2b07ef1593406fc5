"""
Without this file a browser would ask for the style sheet with every page, or go on using the one of an old release.

A file's address holds the hash of what is in it, so that it may be kept for ever: other content has another address.
"""

from __future__ import annotations

import functools
import hashlib
import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Response, abort, url_for

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).with_name("static")
A_YEAR = 365 * 24 * 60 * 60
_HASHED = re.compile(r"([a-z-]+)\.[0-9a-f]{12}\.([a-z]+)")


def address_of(name: str) -> str:
    """Return the path under which the file called `name` is served; templates know it as `asset`."""
    return url_for("assets.asset", hashed=_hashed(name))


@blueprint.get("/assets/<hashed>")
def asset(hashed: str) -> Response:
    form = _HASHED.fullmatch(hashed)
    name = f"{form[1]}.{form[2]}" if form else ""
    if name not in _names():
        abort(404)
    answer = Response(_content(name), mimetype=mimetypes.guess_type(name)[0])
    if hashed == _hashed(name):
        answer.cache_control.public = True
        answer.cache_control.max_age = A_YEAR
        answer.cache_control.immutable = True
    else:
        # A page of another release, seconds before or after traffic moved: ours looks better on it than nothing.
        answer.headers["Cache-Control"] = "no-cache"
    return answer


@functools.cache
def _names() -> frozenset[str]:
    """What may be served: nothing that is put together from a path."""
    return frozenset(file.name for file in FOLDER.iterdir())


@functools.cache
def _content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@functools.cache
def _hashed(name: str) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(_content(name)).hexdigest()[:12]}.{kind}"
