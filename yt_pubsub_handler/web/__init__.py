"""What people see in a browser."""

from __future__ import annotations

from yt_pubsub_handler.web.front import blueprint

__all__ = ["blueprint"]
