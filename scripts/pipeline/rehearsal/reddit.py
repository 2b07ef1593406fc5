"""
Reddit as praw and people meet it: it gives tokens, takes submissions and lists our own, and misbehaves on order.

Requests and answers follow https://www.reddit.com/dev/api (`POST /api/submit`, `GET /api/v1/me`,
`GET /user/{name}/submitted`, `GET /r/{subreddit}/about`) and https://github.com/reddit-archive/reddit/wiki/OAuth2;
how it misbehaves follows what users of praw reported. By itself it refuses nothing as a repetition: whoever posts twice
is seen here.
"""

from __future__ import annotations

import json
import random
import socket
import threading
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.rehearsal import reddit_people
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from pipeline.rehearsal.reddit_submissions import Submissions
from pipeline.rehearsal.reddit_tokens import CLIENT_ID, CLIENT_SECRET, NAME, REFRESH_TOKEN, Grant, Tokens
from pipeline.rehearsal.reddit_troubles import CREATES, Manners, Submission, Trouble, error_of

UNREACHABLE = 0
"""In the place of a status: the connection ends without one."""
_SCOPES = {
    "/api/submit": "submit",
    "/api/v1/me": "identity",
    "/subreddits/mine/moderator": "mysubreddits",
    f"/user/{NAME}/submitted": "history",
}
_GENERIC = ("python-requests/", "python-urllib", "curl/")


class Reddit:
    """The stand-in, serving until it is closed; `submissions` is what nobody but Reddit can know."""

    def __init__(self, manners: Manners | None = None, *, seed: int = 0, port: int = 0) -> None:
        self.manners = manners or Manners()
        self.submissions = Submissions()
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
        self.accounts = reddit_people.People()
        self.tokens = Tokens()
        self.redirect_uri: str | None = None
        """Where the app was registered to lead people back to; None is anywhere."""
        self.failing: dict[str, int] = {}
        """The status that each of these paths is answered with until it is taken out; or UNREACHABLE."""
        self._ordered: list[Trouble] = []
        self._ordered_listings: list[int] = []
        self._random = random.Random(seed)  # noqa: S311 - the same seed gives the same day.
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = LoopbackServer(self._handler(), port=port, name="reddit")
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def people(self) -> dict[str, set[str]]:
        """Who can sign in, and the subreddits that they moderate."""
        return self.accounts.moderated

    def order(self, *troubles: Trouble) -> None:
        """Let these happen to the next submissions, one each."""
        self._ordered.extend(troubles)

    def order_listing(self, *statuses: int) -> None:
        """Answer the next requests for our submissions with these."""
        self._ordered_listings.extend(statuses)

    def forget_tokens(self) -> None:
        """Take every access token for unknown, as Reddit does when one was revoked."""
        self.tokens.forget_access()

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
        parts = urlsplit(request.path)
        asked = {name: values[-1] for name, values in (parse_qs(parts.query) | body).items()}
        authorization = request.headers.get("Authorization", "")
        self.requests.append(f"{request.command} {parts.path}")
        match parts.path.rstrip("/"):
            case path if path in self.failing:
                self._fail(request, self.failing[path])
            case "/api/v1/authorize":
                self._ask_person(request, asked)
            case _ if request.headers.get("User-Agent", "").lower().startswith(_GENERIC):
                self._fail(request, 429)  # https://github.com/reddit-archive/reddit/wiki/API asks for one's own.
            case "/api/v1/access_token":
                status, said = self.tokens.give(authorization, asked)
                self._answer(request, said, status)
            case "/api/v1/revoke_token":
                status, said = self.tokens.revoke(authorization, asked)
                self._answer(request, said or b"", status)
            case path:
                self._serve_bearer(request, path, asked, self.tokens.whose(authorization))

    def _serve_bearer(self, request: LoopbackHandler, path: str, asked: dict[str, str], grant: Grant | None) -> None:
        scope = "read" if path.startswith("/r/") else _SCOPES.get(path)
        if grant is None:
            self._deny(request, 401, "invalid_token")
        elif scope is not None and scope not in grant.scopes:
            self._deny(request, 403, "insufficient_scope")
        elif path == "/api/submit":
            self._take(request, asked)
        elif path == "/api/v1/me":
            self._answer(request, self.accounts.me(grant.name))
        elif path == "/subreddits/mine/moderator":
            limit = min(int(asked.get("limit", "25")), 100)
            self._answer(request, self.accounts.subreddits_of(grant.name, limit, asked.get("after")))
        elif path == f"/user/{NAME}/submitted":
            self._list(request, asked)
        elif path.startswith("/r/"):
            self._tell_about(request, *path.split("/")[2:])
        else:
            self._fail(request, 404)

    def _ask_person(self, request: LoopbackHandler, asked: dict[str, str]) -> None:
        if reason := reddit_people.refused(asked, self.redirect_uri):
            self._answer(request, f"<!doctype html><title>Bad Request</title>{reason}".encode(), 400)
        elif request.command == "POST":
            location = reddit_people.decided(asked, self.accounts, self.tokens)
            self._answer(request, b"", 302, {"Location": location})
        else:
            self._answer(request, reddit_people.page(asked, self.accounts))

    def _deny(self, request: LoopbackHandler, status: int, error: str) -> None:
        said = {401: "Unauthorized", 403: "Forbidden"}[status]
        headers = {"WWW-Authenticate": f'Bearer realm="reddit", error="{error}"'}
        self._answer(request, {"message": said, "error": status}, status, headers)

    def _fail(self, request: LoopbackHandler, status: int) -> None:
        if status == UNREACHABLE:
            _hang_up(request)
        elif status == 401:
            self._deny(request, status, "invalid_token")
        else:
            headers = {"retry-after": self.manners.retry_after} if status == 429 else None
            self._answer(request, {"message": HTTPStatus(status).phrase, "error": status}, status, headers)

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
        return self.submissions.make(asked, self._random.uniform(*self.manners.lag))

    def _list(self, request: LoopbackHandler, asked: dict[str, str]) -> None:
        if self._ordered_listings:
            status = self._ordered_listings.pop(0)
            self._answer(request, {"message": "ordered", "error": status}, status)
            return
        if self._random.random() < self.manners.listing_fails:
            self._answer(request, {"message": "Service Unavailable", "error": 503}, 503)
            return
        limit = min(int(asked.get("limit", "25")), 100)
        self._answer(request, self.submissions.listing(NAME, limit, asked.get("after"), self.manners.most_listed))

    def _tell_about(self, request: LoopbackHandler, subreddit: str, *about: str) -> None:
        if subreddit.lower() in self.private:
            self._answer(request, {"reason": "private", "message": "Forbidden", "error": 403}, 403)
        elif subreddit.lower() in self.missing:
            self._answer(request, b"", 302, {"location": f"{self.url}/subreddits/search?q={subreddit}"})
        elif about == ("about", "moderators"):
            self._answer(request, self.accounts.moderators_of(subreddit))
        else:
            data = {"display_name": subreddit, "id": "abcde", "name": "t5_abcde", "subreddit_type": "public"}
            self._answer(request, {"kind": "t5", "data": data})

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
