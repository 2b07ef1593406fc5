"""
Without this file the hub would have nobody to talk to.

Whatever would fail again in the same way is answered with 2xx, or the hub tries four times and then skips our
whole domain; what may pass later (the database is away) is a 503.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from flask import Blueprint, Response, abort, current_app, request

from yt_pubsub_handler import relay
from yt_pubsub_handler.database import db
from yt_pubsub_handler.posting.kick import kick
from yt_pubsub_handler.websub import leases
from yt_pubsub_handler.websub.feed import UnusableFeed, read_notification
from yt_pubsub_handler.websub.receivers import find_receiver, forget_receiver
from yt_pubsub_handler.websub.signature import is_signed

logger = logging.getLogger(__name__)
Found = TypeVar("Found")

blueprint = Blueprint("websub", __name__, url_prefix=leases.CALLBACKS)

LARGEST_BODY = 256 * 1024
"""Bytes. YouTube sends about one thousand; a large body is somebody's attempt to keep us busy."""
_CALLBACK_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_POSITIVE = re.compile(r"[1-9][0-9]{0,9}")


@blueprint.get("/hook/<callback_key>")
def verify(callback_key: str) -> Response:
    """Tell the hub whether we asked for what it is about to do (WebSub 5.3)."""
    lease = _known_or_404(leases.find_lease, callback_key)
    said = request.args
    mode, topic, now = said.get("hub.mode", ""), said.get("hub.topic", ""), leases.database_time()
    if mode == "denied":
        if not leases.record_denial(lease, topic, said.get("hub.reason"), now):
            abort(404)
        db.session.commit()
        logger.warning("the hub denied lease %s", lease.id)
        return _plain("")
    challenge = said.get("hub.challenge", "")
    seconds = said.get("hub.lease_seconds", "")
    granted = int(seconds) if _POSITIVE.fullmatch(seconds) else None
    asked = leases.Verification(mode, topic, said.get("hub.verify_token"), granted)
    if not challenge or not leases.confirm(lease, asked, now):
        logger.warning("refused a verification nobody asked for, lease %s", lease.id)
        abort(404)
    db.session.commit()
    logger.info("lease %s is %s until %s", lease.id, lease.state, lease.expires_at)
    return _plain(challenge)


@blueprint.post("/hook/<callback_key>")
def receive(callback_key: str) -> Response:
    """Take a delivery in (WebSub 7); 2xx means that it has been recorded or that it never will be."""
    body = _body_or_413()
    lease = _known_or_404(functools.partial(find_receiver, current_app), callback_key)
    if lease.state == relay.ENDED:
        abort(410)
    header = request.headers.get("X-Hub-Signature")
    if header is None:
        abort(403)
    if not is_signed(body, lease.secret, header):
        logger.warning("ignored a delivery with a wrong signature, lease %s", lease.lease_id)
        return Response(status=202)
    try:
        notification = read_notification(body, datetime.now(UTC))
    except UnusableFeed as error:
        # Its words, not the error: a handler that keeps records would keep the body along with its traceback.
        logger.warning("ignored a delivery of lease %s: %s", lease.lease_id, str(error))
        return Response(status=204)
    delivered = relay.record_delivery(notification, lease.channel_id, lease.lease_id)
    if delivered.lease_state in (None, relay.ENDED):
        forget_receiver(current_app, callback_key)
    if delivered.lease_state == relay.ENDED:
        abort(410)
    logger.info("lease %s: %s", lease.lease_id, delivered.recorded)
    if delivered.recorded.queued:
        kick(current_app)
    return Response(status=204)


def _body_or_413() -> bytes:
    # One byte more, because Werkzeug cuts a body of unknown length off at the limit and says nothing.
    request.max_content_length = LARGEST_BODY + 1
    body = request.get_data(cache=False)
    if len(body) > LARGEST_BODY:
        abort(413)
    return body


def _known_or_404(find: Callable[[str], Found | None], callback_key: str) -> Found:
    found = find(callback_key) if _CALLBACK_KEY.fullmatch(callback_key) else None
    if found is None:
        abort(404)
    return found


def _plain(text: str) -> Response:
    """Answer with `text` so that no browser takes a challenge for a page; each answer says that it may not guess."""
    return Response(text, mimetype="text/plain")
