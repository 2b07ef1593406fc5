"""The comment on a pull request, against a server that follows GitHub's documentation of its REST API."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import CouldNotAnswer, PipelineError, UsageError
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from pipeline.review.comment import AUTHOR, main
from pipeline.review.render.markdown import LONGEST, MARKER, NOTHING_TO_SAY

REPOSITORY = "octocat/shop"
TOKEN = "ghs_throwaway"
BODY = f"{MARKER}\n### Review: 1 error"
FINE = f"{MARKER}\n{NOTHING_TO_SAY}\n### Review: nothing found"


class GitHubStandIn:
    """Comments of pull request 7, and what was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refusal: tuple[str, int, bytes, list[tuple[str, str]]] | None = None
        self.next_page_at: str | None = None
        self.page_size: int | None = None
        stand_in = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                self.answer(*stand_in.answer(self.command, self.path, dict(self.headers), self.read_body()))

        self.server = LoopbackServer(Handler, name="github")
        self.api = f"http://127.0.0.1:{self.server.server_port}/api/v3"

    def there_is(self, body: str, login: str | None = AUTHOR) -> int:
        number = len(self.comments) + 1
        user = None if login is None else {"login": login}
        html_url = f"https://github.example/pull/7#{number}"
        self.comments.append({"id": number, "user": user, "body": body, "html_url": html_url})
        return number

    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments]

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, Any]:
        self.asked.append(f"{method} {path}")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json(401, {"message": "Bad credentials"})
        if self.refusal and self.refusal[0] == method:
            return self.refusal[1:]
        where = urlsplit(path)
        if where.path == f"/api/v3/repos/{REPOSITORY}/issues/7/comments":
            return self._list(where.query) if method == "GET" else self._create(json.loads(body)["body"])
        match = re.fullmatch(rf"/api/v3/repos/{REPOSITORY}/issues/comments/(\d+)", where.path)
        found = [one for one in self.comments if match and one["id"] == int(match[1])]
        if not found:
            return self._json(404, {"message": "Not Found"})
        if method == "DELETE":
            self.comments.remove(found[0])
            return 204, b"", ()
        found[0]["body"] = json.loads(body)["body"]
        return self._json(200, found[0])

    def _list(self, query: str) -> tuple[int, bytes, Any]:
        asked = {key: int(values[0]) for key, values in parse_qs(query).items()}
        size, page = self.page_size or min(asked.get("per_page", 30), 100), asked.get("page", 1)
        last = -(-len(self.comments) // size)
        base = f"{self.api}/repositories/1/issues/7/comments?per_page={size}&page="
        links = [f'<{base}1>; rel="first"', f'<{base}{last}>; rel="last"']
        if page < last:
            following = f"{self.api}/repos/{REPOSITORY}/issues/7/comments?per_page={size}&page={page + 1}"
            links.insert(0, f'<{self.next_page_at or following}>; rel="next"')
        return self._json(200, self.comments[(page - 1) * size : page * size], [("Link", ", ".join(links))])

    def _create(self, body: str) -> tuple[int, bytes, Any]:
        if len(body) > LONGEST:
            return self._json(422, {"message": "Validation Failed"})
        self.there_is(body)
        return self._json(201, self.comments[-1])

    @staticmethod
    def _json(status: int, content: Any, headers: Any = ()) -> tuple[int, bytes, Any]:
        return status, json.dumps(content).encode(), headers


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    """A job for pull request 7, whose branch is in the repository itself."""
    running = GitHubStandIn()
    monkeypatch.chdir(tmp_path)
    happens({"full_name": REPOSITORY})
    for name, value in {
        "GITHUB_API_URL": running.api,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_EVENT_PATH": "event.json",
        "no_proxy": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    running.server.close()


def happens(head: dict[str, str] | None) -> None:
    Path("event.json").write_text(json.dumps({"pull_request": {"number": 7, "head": {"repo": head}}}))


def comment(body: str) -> None:
    Path("review.md").write_text(f"{body}\n")
    main(["review.md"])


def test_the_first_review_is_commented(github: GitHubStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    github.there_is("Nice!", "octocat")

    comment(BODY)

    assert github.bodies() == ["Nice!", BODY]
    assert capsys.readouterr().out == "Commented: https://github.example/pull/7#2\n"


def test_the_next_review_changes_that_comment(github: GitHubStandIn) -> None:
    comment(BODY)
    comment(f"{BODY}, 1 warning")

    assert github.bodies() == [f"{BODY}, 1 warning"]


def test_the_same_review_changes_nothing(github: GitHubStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    github.there_is(BODY.replace("\n", "\r\n"))

    comment(BODY)

    assert [asked.split()[0] for asked in github.asked] == ["GET"]
    assert "says so already" in capsys.readouterr().out


def test_where_all_is_fine_no_comment_is_begun(github: GitHubStandIn) -> None:
    comment(FINE)

    assert github.bodies() == []


def test_where_all_is_fine_again_the_comment_says_so(github: GitHubStandIn) -> None:
    comment(BODY)
    comment(FINE)

    assert github.bodies() == [FINE]


def test_the_comment_is_found_on_whichever_page_it_is(github: GitHubStandIn) -> None:
    for number in range(230):
        github.there_is(f"{number}", "octocat")
    github.there_is(BODY)

    comment(FINE)

    assert github.bodies()[-1] == FINE
    assert len(github.asked) == 4


def test_a_person_who_quotes_or_pastes_it_keeps_their_comment(github: GitHubStandIn) -> None:
    others = [(BODY, "octocat"), (f"> {MARKER}", AUTHOR), (BODY, None), (BODY, "other[bot]")]
    for body, login in others:
        github.there_is(body, login)

    comment(f"{BODY}, 1 warning")

    assert github.bodies() == [*(body for body, _ in others), f"{BODY}, 1 warning"]


def test_of_two_of_ours_one_stays(github: GitHubStandIn) -> None:
    github.there_is(BODY)
    github.there_is("Nice!", "octocat")
    github.there_is(f"{BODY}, 1 warning")

    comment(FINE)

    assert github.bodies() == [FINE, "Nice!"]


def test_a_comment_that_is_deleted_meanwhile_is_written_again(github: GitHubStandIn) -> None:
    github.there_is(f"{BODY}, 1 warning")
    github.refusal = ("PATCH", 404, b'{"message": "Not Found"}', [])

    comment(BODY)

    assert github.bodies()[-1] == BODY


@pytest.mark.parametrize("head", [{"full_name": "mallory/shop"}, None])
def test_a_fork_gets_no_comment_and_no_failure(
    github: GitHubStandIn, head: dict[str, str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    happens(head)

    comment(BODY)

    assert github.asked == []
    assert "comes from a fork" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (401, [], "with 401 (said): the token is not valid"),
        (403, [], "with 403 (said): the token may not do this. Give the job `permissions: pull-requests: write`."),
        (404, [], "with 404 (said): there is no such pull request"),
        (422, [], "with 422 (said): it does not take this comment"),
        (301, [("Location", "http://elsewhere.example/")], "the repository has moved"),
        (403, [("Retry-After", "60")], "its rate limit is used up. Run the job again in 60 seconds."),
        (429, [], "its rate limit is used up. Run the job again in a few minutes."),
        (
            403,
            [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795780800")],
            "its rate limit is used up. Run the job again after 12:00:00 UTC.",
        ),
        (502, [], "with 502 (said): run the job again."),
    ],
)
def test_a_refusal_tells_githubs_words_and_the_next_step(
    github: GitHubStandIn, status: int, headers: list[tuple[str, str]], told: str
) -> None:
    github.refusal = ("POST", status, b'{"message": "said"}', headers)

    with pytest.raises(CouldNotAnswer) as refused:
        comment(BODY)

    assert told in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_a_page_of_a_proxy_is_no_words_of_githubs(github: GitHubStandIn) -> None:
    github.refusal = ("GET", 503, b"<html>", [])

    with pytest.raises(CouldNotAnswer, match=r"with 503: run the job again\.$"):
        comment(BODY)


def test_an_answer_that_is_no_json_is_no_answer(github: GitHubStandIn) -> None:
    github.refusal = ("GET", 200, b"<html>", [])

    with pytest.raises(CouldNotAnswer, match="GitHub did not answer GET"):
        comment(BODY)


def test_nobody_there_is_said(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")

    with pytest.raises(CouldNotAnswer, match=r"GitHub did not answer GET .*Connection refused.*run the job again"):
        comment(BODY)


def test_the_token_does_not_follow_a_page_elsewhere(github: GitHubStandIn) -> None:
    github.page_size = 1
    github.there_is("one", "octocat")
    github.there_is("two", "octocat")
    github.next_page_at = "http://127.0.0.1:9/evil"

    with pytest.raises(CouldNotAnswer, match=r"outside http://127\.0\.0\.1:\d+/api/v3: the token stays here"):
        comment(BODY)


def test_pages_that_never_end_do(github: GitHubStandIn) -> None:
    github.page_size = 1
    github.there_is("one", "octocat")
    github.there_is("two", "octocat")
    github.next_page_at = f"{github.api}/repos/{REPOSITORY}/issues/7/comments?per_page=1&page=1"

    with pytest.raises(CouldNotAnswer, match="more than 100 pages"):
        comment(BODY)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH"])
def test_what_is_missing_is_named(github: GitHubStandIn, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(UsageError, match=f"{name} is not set"):
        comment(BODY)


@pytest.mark.parametrize(
    ("event", "kind", "told"),
    [('{"push": 1}', UsageError, "about no pull request"), ("{", CouldNotAnswer, "holds no event")],
)
def test_another_event_is_no_reason_to_guess(
    github: GitHubStandIn, event: str, kind: type[PipelineError], told: str
) -> None:
    Path("event.json").write_text(event)

    with pytest.raises(kind, match=told):
        comment(BODY)


@pytest.mark.parametrize("body", ["### Something else", f"{MARKER}\n{'x' * LONGEST}"])
def test_only_a_review_that_github_takes_is_sent(github: GitHubStandIn, body: str) -> None:
    with pytest.raises(UsageError, match=r"review\.md"):
        comment(body)

    assert github.asked == []


def test_a_file_that_is_no_review_is_not_read_to_its_end(github: GitHubStandIn) -> None:
    """Another job wrote it, and that ran the code of a pull request: a terabyte of zeros must not end this one."""
    with Path("review.md").open("wb") as file:
        file.write(BODY.encode())
        file.truncate(1 << 40)

    with pytest.raises(UsageError, match=r"review\.md has more than 262,148 bytes"):
        main(["review.md"])

    assert github.asked == []


def test_a_review_that_was_not_written_could_not_be_told(github: GitHubStandIn) -> None:
    with pytest.raises(CouldNotAnswer, match=r"gone\.md cannot be read"):
        main(["gone.md"])


def test_the_script_ends_with_3_when_github_refuses(github: GitHubStandIn) -> None:
    github.refusal = ("GET", 403, b"{}", [])
    Path("review.md").write_text(BODY)
    script = Path(__file__).parents[3] / "scripts" / "comment_review.py"

    done = subprocess.run([sys.executable, str(script), "review.md"], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("error: GitHub answered GET ")
