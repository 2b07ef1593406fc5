"""
Without this file the deployed app would have nobody to talk to: YouTube, its hub and Reddit, on this machine.

What happens out there is told here in the words of the world: a video goes up, and whoever follows is told.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from pipeline.errors import Found
from pipeline.rehearsal.desk import Desk
from pipeline.rehearsal.google_hub import GoogleHub
from pipeline.rehearsal.reddit import Reddit
from pipeline.rehearsal.reddit_tokens import CLIENT_SECRET, REFRESH_TOKEN
from pipeline.rehearsal.youtube import API_KEY, TOPIC, Channel, Video, YouTube

CHANNEL, OTHER_CHANNEL = "UC" + "rehearsed-channel-0001", "UC" + "rehearsed-channel-0002"
SUBREDDIT = "rehearsed"
MODERATOR, OTHER_MODERATOR, OPERATOR = "moderator_mia", "moderator_otto", "operator_olga"
_UP_ALREADY = (
    (CHANNEL, "What we rehearse, and why"),
    (OTHER_CHANNEL, "Static fire, all engines"),
    (OTHER_CHANNEL, "A quiet morning on the pad"),
)


class Outside:
    """All three, until it is closed."""

    def __init__(self) -> None:
        self.youtube = YouTube(
            {
                CHANNEL: Channel("Rehearsals Weekly", "@rehearsals"),
                OTHER_CHANNEL: Channel("Rockets at Dawn", "@rocketsatdawn"),
            }
        )
        for days, (channel_id, title) in enumerate(_UP_ALREADY, start=1):
            self.youtube.upload(channel_id, title, datetime.now(UTC) - timedelta(days=days))
        # Nobody here has Google's seven minutes for what was not taken.
        self.hub = GoogleHub(wait=lambda _seconds: time.sleep(0.2))
        self.hub.desk = Desk(self).serve
        self.reddit = Reddit()
        self.reddit.people.update({MODERATOR: {SUBREDDIT, "spaceflight"}, OTHER_MODERATOR: {"cats"}, OPERATOR: set()})

    def settings(self) -> dict[str, str]:
        """What the app needs to come here, and nowhere else."""
        return {
            "HUB_URL": self.hub.url,
            "HUB_ECHOES_TOKEN": "yes",
            **self.youtube.settings(),
            **self.reddit.settings(),
            "ADMIN_REDDIT_USERS": OPERATOR,
        }

    def secrets(self) -> list[str]:
        """What only the app and they may know, as far as there is any of it yet."""
        told = [form.get(name, "") for form in self.hub.asked for name in ("hub.secret", "hub.verify_token")]
        return [CLIENT_SECRET, REFRESH_TOKEN, API_KEY, *filter(None, told)]

    def handles(self) -> list[str]:
        """What its channels are called."""
        return [channel.handle for channel in self.youtube.channels.values()]

    def invite(self, public_url: str) -> None:
        """Register the app at Reddit, which then leads people back to it and to nobody else."""
        self.reddit.redirect_uri = f"{public_url}/sign-in/callback"

    def publish(self, title: str, channel_id: str = CHANNEL) -> Video:
        """A video goes up, and the hub tells whoever subscribed; raises Found unless it can."""
        video = self.youtube.upload(channel_id, title)
        self.tell(video)
        return video

    def tell(self, video: Video) -> None:
        """Let the hub deliver a video, for the first time or again; raises Found unless everybody takes it."""
        told = self.hub.publish(TOPIC + video.channel_id, self.youtube.notification(video))
        if not told:
            asked = len(self.hub.asked)
            raise Found(f"Nobody is subscribed to {video.channel_id} at the hub, which was asked {asked} times.")
        for answers in told.values():
            if not 200 <= answers[-1] < 300:
                raise Found(f"The app does not take a signed notification: it answers {answers}.")

    def insist_on_one_post(self, video: Video) -> None:
        """Raise Found unless Reddit has the video once, under its title, where it belongs."""
        posts = [(one.subreddit, one.title) for one in self.reddit.submissions if one.url == video.url]
        if posts != [(SUBREDDIT, video.title)]:
            raise Found(f"Reddit should have {video.url} once, in r/{SUBREDDIT} as {video.title!r}; it has {posts}.")

    def close(self) -> None:
        for part in (self.hub, self.reddit, self.youtube):
            part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
