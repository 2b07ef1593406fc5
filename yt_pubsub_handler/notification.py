"""
Without this file the hub's protocol and what we do with its news would know each other's insides.

A notification announces videos, takes back videos, or both, for any number of channels; it repeats itself and
comes in no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AnnouncedVideo:
    """A video that went up, or whose title or description was edited. Times carry their zone."""

    video_id: str
    channel_id: str
    title: str
    author: str
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class RemovedVideo:
    """A video that was deleted or made private. YouTube may leave the channel out."""

    video_id: str
    channel_id: str | None
    removed_at: datetime


@dataclass(frozen=True)
class Notification:
    announced: tuple[AnnouncedVideo, ...]
    removed: tuple[RemovedVideo, ...]
