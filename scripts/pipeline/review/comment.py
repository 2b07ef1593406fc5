"""
Keeps one comment on a pull request up to date with the review of its revisions.

A comment per push would bury the conversation. Ours is found by the marker in its first line and by its author: a
person who quotes it, or pastes the marker, keeps their comment. A pull request from a fork gets none, as its token may
not write; its review is in the job's summary.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.review.github_api import GitHub, GitHubRefused
from pipeline.review.render.bounded import length
from pipeline.review.render.markdown import LONGEST, MARKER, NOTHING_TO_SAY

AUTHOR = "github-actions[bot]"
_GONE = 404
_MOST_BYTES = 4 * LONGEST + 4
"""UTF-8 takes four bytes for a character at most."""


@dataclass(frozen=True)
class PullRequest:
    """The pull request a workflow runs for."""

    number: int
    from_here: bool
    """Whether its branch is in the repository that the workflow runs in."""


def main(arguments: list[str]) -> None:
    """Make the comment say what the file says, and print what was done."""
    parser = argparse.ArgumentParser(prog="comment_review.py", description=main.__doc__)
    parser.add_argument("file", type=Path, help="what review_revisions.py --format markdown --output FILE wrote")
    parser.add_argument("--author", default=AUTHOR, help="whose token GITHUB_TOKEN is (default: %(default)s)")
    options = parser.parse_args(arguments)
    body = _body(options.file)
    repository = _variable("GITHUB_REPOSITORY")
    pull_request = _pull_request(Path(_variable("GITHUB_EVENT_PATH")), repository)
    if not pull_request.from_here:
        print(f"Pull request {pull_request.number} comes from a fork, whose token may not comment: see the summary.")
        return
    api = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    github = GitHub(api, repository, _variable("GITHUB_TOKEN"))
    print(keep_comment(github, pull_request.number, body, options.author))


def keep_comment(github: GitHub, number: int, body: str, author: str = AUTHOR) -> str:
    """
    Change our comment, or write it, and return what was done; where all is fine, none is begun.

    Raises CouldNotAnswer, with GitHub's reason and the next step.
    """
    ours = list(_ours(github, number, author))
    for extra in ours[1:]:  # Two jobs at once may have written one each.
        _delete(github, extra["id"])
    if ours:
        if ours[0]["body"].replace("\r\n", "\n") == body:  # Its web page writes the former.
            return f"The comment says so already: {ours[0]['html_url']}"
        if changed := _change(github, ours[0]["id"], body):
            return f"Changed the comment: {changed['html_url']}"
    if NOTHING_TO_SAY in body:
        return "All is fine, and nobody was told otherwise: no comment."
    return f"Commented: {github.call('POST', f'/issues/{number}/comments', {'body': body})['html_url']}"


def _ours(github: GitHub, number: int, author: str) -> Iterator[dict[str, Any]]:
    """The oldest first, as GitHub lists them."""
    for page in github.pages(f"/issues/{number}/comments"):
        for comment in page:
            by = comment.get("user") or {}  # None when the account was deleted.
            if by.get("login") == author and (comment.get("body") or "").startswith(MARKER):
                yield comment


def _change(github: GitHub, comment: int, body: str) -> dict[str, Any] | None:
    """The comment as it is now, None when somebody deleted it meanwhile."""
    try:
        changed: dict[str, Any] = github.call("PATCH", f"/issues/comments/{comment}", {"body": body})
    except GitHubRefused as refused:
        if refused.status == _GONE:
            return None
        raise
    return changed


def _delete(github: GitHub, comment: int) -> None:
    try:
        github.call("DELETE", f"/issues/comments/{comment}")
    except GitHubRefused as refused:
        if refused.status != _GONE:  # Deleted by somebody else: as it should be.
            raise


def _body(file: Path) -> str:
    """What another job wrote, which ran the code of a pull request: it is read no further than GitHub would take it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UsageError(f"{file} has more than {_MOST_BYTES:,} bytes, which no review has: see who wrote it.")
        body = content.decode("utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CouldNotAnswer(f"{file} cannot be read ({error}): see what the review's own step says.") from error
    if not body.startswith(MARKER):
        raise UsageError(f"{file} is no review: write it with review_revisions.py --format markdown --output {file}.")
    if length(body) > LONGEST:
        raise UsageError(
            f"{file} has {length(body):,} characters and GitHub takes {LONGEST:,}: give a file of its own to "
            "review_revisions.py --output, not the summary."
        )
    return body


def _pull_request(event: Path, repository: str) -> PullRequest:
    try:
        found = json.loads(event.read_text(encoding="utf-8")).get("pull_request")
    except (OSError, ValueError, AttributeError) as error:
        raise CouldNotAnswer(
            f"GITHUB_EVENT_PATH ({event}) holds no event ({error}): run this in a workflow."
        ) from error
    if not found:
        raise UsageError("The event is about no pull request: run this on `pull_request` only.")
    head = (found.get("head") or {}).get("repo") or {}  # None when the fork was deleted.
    return PullRequest(int(found["number"]), head.get("full_name") == repository)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageError(f"{name} is not set: run this in a workflow, with GITHUB_TOKEN in the step's env.")
    return value
