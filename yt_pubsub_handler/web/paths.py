"""
Without this file whoever sends somebody a link to our sign-in could choose where they end up after it.

What is kept is a path below the app, never an address: it is checked by letters that cannot leave a host, and it has to
be one of our pages.
"""

from __future__ import annotations

import re

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Browsers read "//host", "/\host" and "/<tab>/host" as other hosts; they do not decode "%2f" or "%5c" there.
_WITHIN = re.compile(r"/(?!/)[A-Za-z0-9_.~!$&'()*+,;=:@%/?-]*")
_LONGEST = 500


def path_asked_for() -> str:
    """Return what was asked for, as a path below the app, with its query."""
    return request.full_path if request.query_string else request.path


def path_within(path: str | None) -> str | None:
    """Return `path` if it is one of a page of ours that can be looked at, else None."""
    if not path or len(path) > _LONGEST or not _WITHIN.fullmatch(path):
        return None
    pages = current_app.url_map.bind(request.host)
    try:
        pages.match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return path


def address_within(path: str) -> str:
    """Return where a browser finds a path below the app: API Gateway's stage comes before it."""
    return f"{request.script_root}{path}"
