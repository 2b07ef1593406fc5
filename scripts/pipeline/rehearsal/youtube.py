"""
YouTube as far as we read it: channels with videos, their feeds, and what its hub is told of an upload.

Both documents have the fields of captured ones; see `samples/upload.xml` in the tests.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from pipeline.rehearsal.local_aws.loopback import HOST, LoopbackHandler, LoopbackServer

API_KEY = "stand-in-api-key"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">\
<link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="{topic}"/>\
<title>{title}</title><updated>{now}</updated>{entries}</feed>
"""
_ENTRY = """<entry>
  <id>yt:video:{video.video_id}</id>
  <yt:videoId>{video.video_id}</yt:videoId>
  <yt:channelId>{video.channel_id}</yt:channelId>
  <title>{title}</title>
  <link rel="alternate" href="{video.url}"/>
  <author>
   <name>{author}</name>
   <uri>https://www.youtube.com/channel/{video.channel_id}</uri>
  </author>
  <published>{published}</published>
  <updated>{updated}</updated>
 </entry>"""


@dataclass(frozen=True)
class Channel:
    """What a channel is called; the handle has its @."""

    title: str
    handle: str


@dataclass(frozen=True)
class Video:
    """Something that went up."""

    channel_id: str
    title: str
    video_id: str = field(default_factory=lambda: secrets.token_urlsafe(8))
    published_at: datetime = field(kw_only=True)

    @property
    def url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.video_id}"


class YouTube:
    """The stand-in, serving feeds and the Data API's channels until it is closed; `channels` are known by their ids."""

    def __init__(self, channels: dict[str, Channel], *, port: int = 0) -> None:
        self.channels = channels
        self.videos: list[Video] = []
        youtube = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                youtube.serve(self)

        self._server = LoopbackServer(Handler, port=port, name="youtube")
        self.url = f"http://{HOST}:{self._server.server_port}"

    def settings(self) -> dict[str, str]:
        """What the app needs to come here instead of to YouTube."""
        return {
            "YOUTUBE_FEED_URL": f"{self.url}/feeds/videos.xml",
            "YOUTUBE_API_URL": f"{self.url}/youtube/v3",
            "YOUTUBE_API_KEY": API_KEY,
        }

    def upload(self, channel_id: str, title: str, at: datetime | None = None) -> Video:
        """A video goes up, now unless it was `at` another time; nobody is told yet."""
        video = Video(channel_id, title, published_at=at or datetime.now(UTC))
        self.videos.append(video)
        return video

    def notification(self, video: Video) -> bytes:
        """What the hub is to deliver about a video."""
        return self._document("YouTube video feed", video.channel_id, [video])

    def serve(self, request: LoopbackHandler) -> None:
        request.read_body()
        parts = urlsplit(request.path)
        asked = dict(parse_qsl(parts.query))
        channel_id = asked.get("channel_id", "")
        if parts.path == "/youtube/v3/channels":
            self._find(request, asked.get("forHandle", ""))
            return
        if parts.path != "/feeds/videos.xml" or channel_id not in self.channels:
            request.answer(404)
            return
        newest = sorted(
            (one for one in self.videos if one.channel_id == channel_id), key=lambda one: one.published_at, reverse=True
        )[:15]
        feed = self._document(self.channels[channel_id].title, channel_id, newest)
        request.answer(200, feed, [("Content-Type", "text/xml; charset=UTF-8")])

    def close(self) -> None:
        self._server.close()

    def _find(self, request: LoopbackHandler, handle: str) -> None:
        """`channels.list` with part=snippet and forHandle: https://developers.google.com/youtube/v3/docs/channels/list."""
        if request.headers.get("X-Goog-Api-Key") != API_KEY:
            said = {"error": {"code": 400, "message": "API key not valid.", "errors": [{"reason": "badRequest"}]}}
            request.answer(400, json.dumps(said).encode(), [("Content-Type", "application/json")])
            return
        items = [
            {"kind": "youtube#channel", "id": one, "snippet": {"title": told.title, "customUrl": told.handle}}
            for one, told in self.channels.items()
            if told.handle.lower() == handle.lower()
        ]
        # Without a result Google leaves `items` out.
        found = {"kind": "youtube#channelListResponse", **({"items": items} if items else {})}
        request.answer(200, json.dumps(found).encode(), [("Content-Type", "application/json")])

    def _document(self, title: str, channel_id: str, videos: list[Video]) -> bytes:
        entries = "".join(
            _ENTRY.format(
                video=video,
                title=escape(video.title),
                author=escape(self.channels[channel_id].title),
                published=video.published_at.isoformat(timespec="seconds"),
                updated=video.published_at.isoformat(timespec="microseconds"),
            )
            for video in videos
        )
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        return _FEED.format(topic=TOPIC + channel_id, title=escape(title), now=now, entries=entries).encode()
