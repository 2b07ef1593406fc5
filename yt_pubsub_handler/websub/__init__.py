"""The hub's protocol: W3C WebSub as YouTube's hub speaks it."""

from __future__ import annotations

from yt_pubsub_handler.websub.views import blueprint

__all__ = ["blueprint"]
