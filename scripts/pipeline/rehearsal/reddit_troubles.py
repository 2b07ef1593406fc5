"""Without this file the stand-in for Reddit would only have good days: what can happen to a submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Trouble(Enum):
    """What can happen to a submission; the first five have made a post all the same."""

    CREATED_500 = "created, then HTTP 500"
    CREATED_STALLS = "created, then no answer"
    CREATED_HANGS_UP = "created, then the connection ends"
    CREATED_RATELIMIT = "created, and RATELIMIT"
    CREATED_BAD_JSON = "created, and an answer that is no JSON"
    CREATED_LATE = "no answer, and created after the client has gone"
    FAILS_500 = "HTTP 500, nothing created"
    STALLS = "no answer, nothing created"
    BAD_JSON = "an answer that is no JSON, nothing created"
    RATELIMIT = "RATELIMIT"
    TOO_MANY = "HTTP 429"
    ALREADY_SUB = "ALREADY_SUB"
    FORBIDDEN = "HTTP 403"
    BLOCKED = "HTTP 403 of the network's edge"
    NOT_ALLOWED = "SUBREDDIT_NOTALLOWED"
    NO_EXIST = "SUBREDDIT_NOEXIST"
    FLAIR = "SUBMIT_VALIDATION_FLAIR_REQUIRED, as HTTP 400"
    QUOTA = "QUOTA_FILLED"
    TOKEN_ENDED = "HTTP 401"  # noqa: S105 - a status.


CREATES = frozenset(
    {
        Trouble.CREATED_500,
        Trouble.CREATED_STALLS,
        Trouble.CREATED_HANGS_UP,
        Trouble.CREATED_RATELIMIT,
        Trouble.CREATED_BAD_JSON,
    }
)


@dataclass(frozen=True)
class Submission:
    """A post; it is listed from `listed_at` on."""

    id: str
    subreddit: str
    title: str
    url: str
    created_at: float
    listed_at: float

    def shown(self, author: str) -> dict[str, Any]:
        """The submission as listings have it, without what nobody here reads."""
        return {
            "id": self.id,
            "name": f"t3_{self.id}",
            "subreddit": self.subreddit,
            "title": self.title,
            "url": self.url,
            "created_utc": self.created_at,
            "permalink": f"/r/{self.subreddit}/comments/{self.id}/",
            "author": author,
        }


@dataclass
class Manners:
    """How this Reddit behaves by itself, beside what is ordered: shares are of the submissions, times in seconds."""

    shares: dict[Trouble, float] = field(default_factory=dict)
    listing_fails: float = 0.0
    lag: tuple[float, float] = (0.0, 0.0)
    """The least and the most that a new post is missing in the listing."""
    most_listed: int = 1000
    """Reddit's listings end there, however many more there are."""
    stall: float = 1.0
    """For how long there is no answer; longer than the client waits, or it is just slow."""
    wait: str = "2 seconds"
    """What RATELIMIT asks for."""
    retry_after: str = "1"
    refuses_repetitions: bool = False
    """ALREADY_SUB for what is there, where the client asks for it (`resubmit=false`)."""


def error_of(trouble: Trouble, wait: str) -> list[str]:
    """What stands among the `errors` of Reddit's answer; `wait` is what RATELIMIT asks for."""
    said = {
        Trouble.ALREADY_SUB: ("ALREADY_SUB", "that link has already been submitted", "url"),
        Trouble.NOT_ALLOWED: ("SUBREDDIT_NOTALLOWED", "you aren't allowed to post there.", "sr"),
        Trouble.NO_EXIST: ("SUBREDDIT_NOEXIST", "Hmm, that community doesn't exist. Try checking the spelling.", "sr"),
        Trouble.FLAIR: ("SUBMIT_VALIDATION_FLAIR_REQUIRED", "Post must contain post flair.", "flair"),
        Trouble.QUOTA: ("QUOTA_FILLED", "You've submitted too many links recently. Please try again in an hour.", ""),
    }
    limited = f"Looks like you've been doing that a lot. Take a break for {wait} before trying again."
    return list(said.get(trouble, ("RATELIMIT", limited, "ratelimit")))
