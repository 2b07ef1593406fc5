"""
Reddit as praw meets it: it gives tokens, takes submissions and lists our own, and misbehaves on order.

Requests and answers follow https://www.reddit.com/dev/api (`POST /api/submit`, `GET /api/v1/me`,
`GET /user/{name}/submitted`, `GET /r/{subreddit}/about`) and https://github.com/reddit-archive/reddit/wiki/OAuth2 (the
token); how it misbehaves follows what users of praw reported. By itself it refuses nothing as a repetition: whoever
posts twice is seen here.
"""

from __future__ import annotations

import base64
import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from pipeline.rehearsal.reddit_troubles import CREATES, Manners, Submission, Trouble, error_of

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "stand-in", "stand-in-secret", "stand-in-refresh"
NAME = "stand_in_bot"


class Reddit:
    """The stand-in, serving until it is closed; `submissions` is what nobody but Reddit can know."""

    def __init__(self, manners: Manners | None = None, *, seed: int = 0, port: int = 0) -> None:
        self.manners = manners or Manners()
        self.submissions: list[Submission] = []
        self.happened: list[tuple[str, Trouble | None]] = []
        """The URL of each submission that came in, and what happened to it."""
        self.private: set[str] = set()
        self.missing: set[str] = set()
        self.requests: list[str] = []
        self.limits: dict[str, str] = {
            "x-ratelimit-remaining": "99.0",
            "x-ratelimit-used": "1",
            "x-ratelimit-reset": "600",
        }
        self._ordered: list[Trouble] = []
        self._ordered_listings: list[int] = []
        self._random = random.Random(seed)  # noqa: S311 - the same seed gives the same day.
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = LoopbackServer(self._handler(), port=port, name="reddit")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def order(self, *troubles: Trouble) -> None:
        """Let these happen to the next submissions, one each."""
        self._ordered.extend(troubles)

    def order_listing(self, *statuses: int) -> None:
        """Answer the next requests for our submissions with these."""
        self._ordered_listings.extend(statuses)

    def forget_tokens(self) -> None:
        """Take every access token for unknown, as Reddit does when one was revoked."""
        self._tokens.clear()

    def settings(self) -> dict[str, str]:
        """What the app needs to come here instead of to Reddit."""
        return {
            "REDDIT_CLIENT_ID": CLIENT_ID,
            "REDDIT_CLIENT_SECRET": CLIENT_SECRET,
            "REDDIT_REFRESH_TOKEN": REFRESH_TOKEN,
            "REDDIT_USER_AGENT": "linux:yt-pubsub-handler:rehearsal (by /u/nobody)",
            "REDDIT_URL": self.url,
            "REDDIT_OAUTH_URL": self.url,
        }

    def close(self) -> None:
        self._closing.set()
        self._server.close()

    def _handler(self) -> type[LoopbackHandler]:
        reddit = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                reddit.serve(self)

        return Handler

    def serve(self, request: LoopbackHandler) -> None:
        body = parse_qs(request.read_body().decode(), keep_blank_values=True)
        path = urlsplit(request.path)
        asked = {name: values[-1] for name, values in (parse_qs(path.query) | body).items()}
        self.requests.append(f"{request.command} {path.path}")
        if path.path == "/api/v1/access_token":
            self._give_token(request, asked)
        elif request.headers.get("Authorization", "").removeprefix("bearer ") not in self._tokens:
            self._answer(request, {"message": "Unauthorized", "error": 401}, 401)
        elif path.path.rstrip("/") == "/api/submit":
            self._take(request, asked)
        elif path.path == "/api/v1/me":
            self._answer(request, {"name": NAME, "id": "abc"})
        elif path.path.rstrip("/") == f"/user/{NAME}/submitted":
            self._list(request, asked)
        elif path.path.startswith("/r/"):
            self._tell_about(request, path.path.split("/")[2])
        else:
            self._answer(request, {"message": "Not Found", "error": 404}, 404)

    def _give_token(self, request: LoopbackHandler, asked: dict[str, str]) -> None:
        who = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {who}":
            self._answer(request, {"message": "Unauthorized", "error": 401}, 401)
        elif asked.get("grant_type") != "refresh_token" or asked.get("refresh_token") != REFRESH_TOKEN:
            self._answer(request, {"error": "invalid_grant"}, 400)
        else:
            token = secrets.token_urlsafe(16)
            self._tokens.add(token)
            given = {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": 3600,
                "scope": "identity history submit read",
            }
            self._answer(request, given)

    def _take(self, request: LoopbackHandler, asked: dict[str, str]) -> None:
        with self._lock:
            trouble = self._next_trouble(asked)
            self.happened.append((asked["url"], trouble))
            made = self._create(asked) if trouble is None or trouble in CREATES else None
        match trouble:
            case None:
                assert made is not None  # noqa: S101 - said for the type checker.
                url = f"https://www.reddit.com/r/{made.subreddit}/comments/{made.id}/"
                data = {"url": url, "drafts_count": 0, "id": made.id, "name": f"t3_{made.id}"}
                self._answer(request, {"json": {"errors": [], "data": data}})
            case Trouble.CREATED_STALLS | Trouble.STALLS | Trouble.CREATED_LATE:
                self._closing.wait(self.manners.stall)
                if trouble is Trouble.CREATED_LATE:
                    with self._lock:
                        self._create(asked)
                _hang_up(request)
            case Trouble.CREATED_HANGS_UP:
                _hang_up(request)
            case Trouble.CREATED_BAD_JSON | Trouble.BAD_JSON:
                self._answer(request, b"<html>Our CDN was unable to reach our servers</html>")
            case Trouble.CREATED_500 | Trouble.FAILS_500:
                self._answer(request, {"message": "Internal Server Error", "error": 500}, 500)
            case Trouble.BLOCKED:
                self._answer(request, b"<html>whoa there, pardner!</html>", 403)
            case Trouble.FORBIDDEN:
                self._answer(request, {"message": "Forbidden", "error": 403}, 403)
            case Trouble.TOKEN_ENDED:
                self.forget_tokens()
                self._answer(request, {"message": "Unauthorized", "error": 401}, 401)
            case Trouble.TOO_MANY:
                headers = {"retry-after": self.manners.retry_after}
                self._answer(request, {"message": "Too Many Requests", "error": 429}, 429, headers)
            case Trouble.FLAIR:
                self._answer(request, {"json": {"errors": [error_of(trouble, "")]}}, 400)
            case _:
                self._answer(request, {"json": {"errors": [error_of(trouble, self.manners.wait)]}})

    def _next_trouble(self, asked: dict[str, str]) -> Trouble | None:
        if self._ordered:
            return self._ordered.pop(0)
        asks = self.manners.refuses_repetitions and asked.get("resubmit", "true").lower() == "false"
        if asks and any((one.url, one.subreddit) == (asked["url"], asked["sr"].lower()) for one in self.submissions):
            return Trouble.ALREADY_SUB
        number = self._random.random()
        for trouble, share in self.manners.shares.items():
            number -= share
            if number < 0:
                return trouble
        return None

    def _create(self, asked: dict[str, str]) -> Submission:
        now = time.time()
        made = Submission(
            id=_base36(len(self.submissions) + 36**5),
            subreddit=asked["sr"].lower(),
            title=asked["title"],
            url=asked["url"],
            created_at=now,
            listed_at=now + self._random.uniform(*self.manners.lag),
        )
        self.submissions.append(made)
        return made

    def _list(self, request: LoopbackHandler, asked: dict[str, str]) -> None:
        if self._ordered_listings:
            status = self._ordered_listings.pop(0)
            self._answer(request, {"message": "ordered", "error": status}, status)
            return
        if self._random.random() < self.manners.listing_fails:
            self._answer(request, {"message": "Service Unavailable", "error": 503}, 503)
            return
        limit = min(int(asked.get("limit", "25")), 100)
        page, after = self._page(limit, asked.get("after"))
        children = [{"kind": "t3", "data": one.shown(NAME)} for one in page]
        listing = {"after": after, "before": None, "dist": len(page), "modhash": None, "children": children}
        self._answer(request, {"kind": "Listing", "data": listing})

    def _page(self, limit: int, after: str | None) -> tuple[list[Submission], str | None]:
        now, page, skipped, seen = time.time(), list[Submission](), after is not None, 0
        for one in self._newest_first():
            if one.listed_at > now:
                continue
            seen += 1
            if seen > self.manners.most_listed:
                return page, None
            if len(page) == limit:
                return page, f"t3_{page[-1].id}"
            if not skipped:
                page.append(one)
            elif f"t3_{one.id}" == after:
                skipped = False
        return page, None

    def _newest_first(self) -> Iterator[Submission]:
        with self._lock:
            kept = list(self.submissions)
        return reversed(kept)

    def _tell_about(self, request: LoopbackHandler, subreddit: str) -> None:
        if subreddit.lower() in self.private:
            self._answer(request, {"reason": "private", "message": "Forbidden", "error": 403}, 403)
        elif subreddit.lower() in self.missing:
            self._answer(request, b"", 302, {"location": f"{self.url}/subreddits/search?q={subreddit}"})
        else:
            about = {"display_name": subreddit, "id": "abcde", "name": "t5_abcde", "subreddit_type": "public"}
            self._answer(request, {"kind": "t5", "data": about})

    def _answer(
        self,
        request: LoopbackHandler,
        said: dict[str, Any] | bytes,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        kind = "text/html" if isinstance(said, bytes) else "application/json"
        told = {"Content-Type": kind, **self.limits, **(headers or {})}
        if request.close_connection:
            # The client asked for it, and has to know, or it sends its next request into a closed door.
            told["Connection"] = "close"
        request.answer(status, body, list(told.items()))


def _hang_up(request: LoopbackHandler) -> None:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text
