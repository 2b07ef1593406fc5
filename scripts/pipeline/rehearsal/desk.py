"""Without this file whoever tries the app out would need a shell to put a video up: here is a form for it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from pipeline.errors import Found
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler
from pipeline.rehearsal.pages import link, listed, page
from pipeline.rehearsal.youtube import TOPIC

if TYPE_CHECKING:
    from pipeline.rehearsal.outside import Outside

_FORM = """<form method="post" action="/publish">
<label for="channel">Channel</label><select id="channel" name="channel">{channels}</select>
<label for="title">Title</label><input id="title" name="title" required maxlength="100" value="A new video">
<p><button>Publish a video</button></p>
</form>"""


class Desk:
    """The page of the hub at which videos are published; `happened` is told on it."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.happened: list[str] = []

    def serve(self, request: LoopbackHandler) -> None:
        """Show the page, or publish what its form says."""
        form = dict(parse_qsl(request.read_body().decode()))
        if request.command == "POST":
            self.happened.insert(0, self._publish(form.get("channel", ""), form.get("title", "")))
            request.answer(303, b"", [("Location", "/")])
        elif urlsplit(request.path).path == "/":
            request.answer(200, self._page(), [("Content-Type", "text/html; charset=utf-8")])
        else:
            request.answer(404)

    def _publish(self, channel_id: str, title: str) -> str:
        if channel_id not in self._outside.youtube.channels or not title.strip():
            return "Nothing was published: choose a channel, and say the title."
        try:
            video = self._outside.publish(title.strip(), channel_id)
        except Found as trouble:
            return escape(f"“{title.strip()}” is up. {trouble}")
        return f"{link(video.url, video.title)} is up, and the app was told."

    def _page(self) -> bytes:
        channels = self._outside.youtube.channels
        options = "".join(f'<option value="{one}">{escape(told.title)}</option>' for one, told in channels.items())
        followed = {subscriber.topic for subscriber in list(self._outside.hub.subscribers.values())}
        names = [
            f"{escape(told.title)}: {escape(told.handle)} or <code>{one}</code>, "
            + ("followed by the app" if TOPIC + one in followed else "not followed yet")
            for one, told in channels.items()
        ]
        places = sorted({place for moderated in self._outside.reddit.people.values() for place in moderated})
        content = [
            _FORM.format(channels=options),
            "<h2>What happened</h2>",
            listed(self.happened, "Nothing was published yet."),
            "<h2>Channels</h2>",
            listed(names, ""),
            "<h2>Where posts appear</h2>",
            listed([link(f"{self._outside.reddit.url}/r/{place}", f"r/{place}") for place in places], ""),
        ]
        return page("YouTube and its hub", "Publish a video", "".join(content))
