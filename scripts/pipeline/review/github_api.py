"""
The few calls of GitHub's REST API that a comment needs, each of which answers or says why not.

https://docs.github.com/en/rest/issues/comments and …/rest/using-the-rest-api. The token goes to the one API it is for:
a page's successor is followed only there.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pipeline.errors import CouldNotAnswer

_SECONDS = 30
_MOST_PAGES = 100  # Of a hundred comments each; an endless chain of pages would hold the job until its time-out.


class _NoRedirects(HTTPRedirectHandler):
    """GitHub redirects what was renamed or moved; urllib would carry the token to wherever that is."""

    def redirect_request(self, *_: Any) -> None:
        return None


class GitHubRefused(CouldNotAnswer):
    """An answer that is no success; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class GitHub:
    """One repository at GitHub; `api` is where its API is, `token` what it lets us in by."""

    api: str
    repository: str
    token: str = field(repr=False)

    def pages(self, path: str) -> Iterator[list[Any]]:
        """Each page of what is listed at `path`. Raises CouldNotAnswer."""
        url: str | None = f"{self._url(path)}?per_page=100"
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            content, link = self._call("GET", url)
            if not isinstance(content, list):
                raise CouldNotAnswer(f"GitHub answered GET {path} with something else than a list: run the job again.")
            yield content
            url = self._next(url, link)
        raise CouldNotAnswer(f"GitHub lists more than {_MOST_PAGES} pages at {path}: that is no list of comments.")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What GitHub answers, None when it says nothing. Raises CouldNotAnswer."""
        return self._call(method, self._url(path), body)[0]

    def _url(self, path: str) -> str:
        return f"{self.api.rstrip('/')}/repos/{self.repository}{path}"

    def _next(self, url: str, link: str) -> str | None:
        found = re.search(r'<([^>]*)>\s*;[^,]*\brel="?next\b', link)
        if found is None:
            return None
        following: str = urljoin(url, found[1])
        if not following.startswith(f"{self.api.rstrip('/')}/"):
            raise CouldNotAnswer(f"GitHub's next page is at {following}, outside {self.api}: the token stays here.")
        return following

    def _call(self, method: str, url: str, body: dict[str, Any] | None = None) -> tuple[Any, str]:
        request = Request(  # noqa: S310 - the URL is built of GITHUB_API_URL, which the runner sets.
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "User-Agent": "review-revisions",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with build_opener(_NoRedirects).open(request, timeout=_SECONDS) as response:
                content = response.read()
                return (json.loads(content) if content else None), response.headers.get("Link", "")
        except HTTPError as error:
            with error:
                raise _refused(method, url, error) from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise CouldNotAnswer(f"GitHub did not answer {method} {url} ({reason}): run the job again.") from error


def _refused(method: str, url: str, error: HTTPError) -> GitHubRefused:
    said = _words_of(error)
    what = f"GitHub answered {method} {url} with {error.code}{f' ({said})' if said else ''}"
    return GitHubRefused(error.code, f"{what}: {_next_step(error)}")


def _next_step(error: HTTPError) -> str:
    if error.code in {403, 429} and (again := _when_again(error)):
        return f"its rate limit is used up. Run the job again {again}."
    match error.code:
        case 401:
            return "the token is not valid (any more). Give the step GITHUB_TOKEN: ${{ github.token }}."
        case 403:
            return "the token may not do this. Give the job `permissions: pull-requests: write`."
        case 404:
            return "there is no such pull request, or the token may not see it. Check GITHUB_REPOSITORY and its rights."
        case 422:
            return "it does not take this comment. Run the review again and look at its text."
        case 301 | 302 | 307 | 308:
            return "the repository has moved. Set GITHUB_REPOSITORY to its name of today."
    return "run the job again."


def _when_again(error: HTTPError) -> str | None:
    """Both limits answer 403 or 429: the primary one with what remains, the secondary one with how long to wait."""
    if (seconds := error.headers.get("Retry-After", "")).isdigit():
        return f"in {seconds} seconds"
    if error.headers.get("X-RateLimit-Remaining") == "0":
        reset = error.headers.get("X-RateLimit-Reset", "")
        moment = datetime.datetime.fromtimestamp(int(reset), datetime.UTC) if reset.isdigit() else None
        return f"after {moment:%H:%M:%S} UTC" if moment else "in an hour"
    return "in a few minutes" if error.code == 429 else None


def _words_of(error: HTTPError) -> str:
    try:
        said = json.loads(error.read()).get("message", "")
    except (ValueError, OSError, AttributeError, HTTPException):
        return ""  # A proxy's page in HTML; the status says enough.
    return " ".join(str(said).split())[:200]
