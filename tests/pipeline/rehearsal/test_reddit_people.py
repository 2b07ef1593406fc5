"""The stand-in signs people in as Reddit documents it, or a sign-in that passes here would prove nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import praw
import pytest

from pipeline.errors import Found
from pipeline.rehearsal.asking import Answer, request
from pipeline.rehearsal.reddit import UNREACHABLE, Reddit
from pipeline.rehearsal.reddit_people import consent

BACK = "https://app.example/sign-in/callback?kept=1"
CLIENT = "Basic " + base64.b64encode(b"stand-in:stand-in-secret").decode()
AGENT = {"User-Agent": "linux:yt-pubsub-handler:test (by /u/nobody)"}
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def reddit() -> Iterator[Reddit]:
    reddit = Reddit()
    reddit.people.update({"Ann": {"aww", "Videos"}, "ben": set()})
    yield reddit
    reddit.close()


def address(reddit: Reddit, **other: str | None) -> str:
    asked = {
        "client_id": "stand-in",
        "response_type": "code",
        "state": "a state",
        "redirect_uri": BACK,
        "duration": "permanent",
        "scope": "identity mysubreddits",
        **other,
    }
    return f"{reddit.url}/api/v1/authorize?" + urlencode({name: one for name, one in asked.items() if one is not None})


def code(reddit: Reddit, who: str = "Ann", **other: str | None) -> str:
    return parse_qs(urlsplit(consent(address(reddit, **other), who)).query)["code"][0]


def post(reddit: Reddit, path: str, client: str = CLIENT, **form: str) -> Answer:
    return request("POST", reddit.url + path, urlencode(form).encode(), {**AGENT, "Authorization": client})


def exchange(reddit: Reddit, code: str, **other: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **other}
    answer = post(reddit, "/api/v1/access_token", **form)
    return answer.status, json.loads(answer.body)


def refresh(reddit: Reddit, token: str) -> tuple[int, dict[str, Any]]:
    answer = post(reddit, "/api/v1/access_token", grant_type="refresh_token", refresh_token=token)
    return answer.status, json.loads(answer.body)


def get(reddit: Reddit, path: str, token: str) -> Answer:
    return request("GET", reddit.url + path, headers={**AGENT, "Authorization": f"Bearer {token}"})


def signed_in(reddit: Reddit, who: str = "Ann", scope: str = "identity mysubreddits") -> dict[str, Any]:
    _, given = exchange(reddit, code(reddit, who, scope=scope))
    return given


def test_the_page_asks_who_and_what_and_leads_back_with_code_and_state(reddit: Reddit) -> None:
    shown = request("GET", address(reddit)).body.decode()

    back = urlsplit(consent(address(reddit), "Ann"))

    assert [name for name in ("<option>Ann<", "<option>ben<", ">Allow<", ">Decline<") if name not in shown] == []
    assert (back.netloc, back.path) == ("app.example", "/sign-in/callback")
    assert {**parse_qs(back.query), "code": "any"} == {"kept": ["1"], "state": ["a state"], "code": "any"}


def test_who_declines_or_is_nobody_is_led_back_with_the_error(reddit: Reddit) -> None:
    declined = consent(address(reddit), "Ann", allow=False)
    nobody = consent(address(reddit), "Zoe")

    assert declined == nobody == f"{BACK}&state=a+state&error=access_denied"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"client_id": "another"}, "invalid client id"),
        ({"redirect_uri": "https://evil.example/"}, "invalid redirect_uri"),
        ({"redirect_uri": None}, "invalid redirect_uri"),
        ({"response_type": "token"}, "invalid response type"),
        ({"scope": "identity everything"}, "invalid scope"),
        ({"scope": ""}, "invalid scope"),
        ({"state": None}, "state"),
        ({"duration": "ever"}, "duration"),
        ({"code_challenge": CHALLENGE}, "code_challenge_method"),
    ],
)
def test_a_wrong_request_is_told_to_the_person_and_leads_nowhere(
    wrong: dict[str, str | None], reason: str, reddit: Reddit
) -> None:
    reddit.redirect_uri = BACK

    with pytest.raises(Found, match=f"HTTP 400 .*{reason}"):
        consent(address(reddit, **wrong), "Ann")


def test_a_code_is_worth_tokens_once(reddit: Reddit) -> None:
    given = code(reddit)

    first, second = exchange(reddit, given), exchange(reddit, given)

    assert first[0] == 200
    assert {**first[1], "access_token": "a", "refresh_token": "r"} == {
        "access_token": "a",
        "token_type": "bearer",
        "expires_in": 3600,
        "scope": "identity mysubreddits",
        "refresh_token": "r",
    }
    assert second == (200, {"error": "invalid_grant"})


def test_only_what_is_permanent_can_be_refreshed(reddit: Reddit) -> None:
    _, given = exchange(reddit, code(reddit, duration="temporary"))

    assert "refresh_token" not in given


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"redirect_uri": "https://app.example/other"}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_brings_nothing(wrong: dict[str, str], error: str, reddit: Reddit) -> None:
    assert exchange(reddit, **{"code": code(reddit), **wrong}) == (200, {"error": error})


def test_tokens_are_for_the_client_with_the_secret(reddit: Reddit) -> None:
    wrong = "Basic " + base64.b64encode(b"stand-in:wrong").decode()

    assert post(reddit, "/api/v1/access_token", wrong, grant_type="authorization_code").status == 401
    assert post(reddit, "/api/v1/revoke_token", wrong, token="any").status == 401


@pytest.mark.parametrize(
    ("sent", "holds"), [({"code_verifier": VERIFIER}, True), ({"code_verifier": "x"}, False), ({}, False)]
)
def test_who_began_with_a_challenge_has_to_verify_it(sent: dict[str, str], holds: bool, reddit: Reddit) -> None:
    begun = code(reddit, code_challenge=CHALLENGE, code_challenge_method="S256")

    _, given = exchange(reddit, begun, **sent)

    assert ("access_token" in given) is holds


def test_an_access_token_ends_and_is_refreshed(reddit: Reddit) -> None:
    reddit.tokens.lasts = 0
    given = signed_in(reddit)
    ended = get(reddit, "/api/v1/me", given["access_token"])
    reddit.tokens.lasts = 3600

    status, fresh = refresh(reddit, given["refresh_token"])

    assert (ended.status, ended.headers["WWW-Authenticate"]) == (401, 'Bearer realm="reddit", error="invalid_token"')
    assert (status, get(reddit, "/api/v1/me", fresh["access_token"]).status) == (200, 200)


def test_a_revoked_refresh_token_takes_its_access_tokens_along(reddit: Reddit) -> None:
    given = signed_in(reddit)

    revoked = post(reddit, "/api/v1/revoke_token", token=given["refresh_token"], token_type_hint="refresh_token")
    again = post(reddit, "/api/v1/revoke_token", token=given["refresh_token"])

    assert (revoked.status, again.status) == (204, 204)
    assert get(reddit, "/api/v1/me", given["access_token"]).status == 401
    assert refresh(reddit, given["refresh_token"]) == (400, {"error": "invalid_grant"})


def test_who_disconnects_the_app_at_reddit_has_no_tokens_left(reddit: Reddit) -> None:
    hers, his = signed_in(reddit), signed_in(reddit, "ben")

    reddit.tokens.forget("Ann")

    assert get(reddit, "/api/v1/me", hers["access_token"]).status == 401
    assert refresh(reddit, hers["refresh_token"])[0] == 400
    assert get(reddit, "/api/v1/me", his["access_token"]).status == 200


def test_me_is_whoever_allowed_it(reddit: Reddit) -> None:
    reddit.accounts.ids["Ann"] = "4nn"

    told = get(reddit, "/api/v1/me", signed_in(reddit)["access_token"])

    assert json.loads(told.body) == {"name": "Ann", "id": "4nn"}


def test_what_somebody_moderates_comes_in_pages(reddit: Reddit) -> None:
    reddit.people["Ann"] = {f"sub_{number:03}" for number in range(5)}
    token, seen, after = signed_in(reddit)["access_token"], list[list[str]](), ""

    while after is not None:
        page = json.loads(get(reddit, f"/subreddits/mine/moderator?limit=2&after={after}", token).body)["data"]
        seen.append([one["data"]["display_name"] for one in page["children"]])
        after = page["after"]

    assert seen == [["sub_000", "sub_001"], ["sub_002", "sub_003"], ["sub_004"]]


def test_without_the_scope_there_is_403(reddit: Reddit) -> None:
    token = signed_in(reddit, scope="identity")["access_token"]

    refused = get(reddit, "/subreddits/mine/moderator", token)

    assert (refused.status, refused.headers["WWW-Authenticate"]) == (
        403,
        'Bearer realm="reddit", error="insufficient_scope"',
    )
    assert [get(reddit, path, token).status for path in ("/api/submit", "/r/aww/about/moderators")] == [403, 403]


def test_the_apps_account_sees_who_moderates(reddit: Reddit) -> None:
    reddit.people["ben"] = {"AWW"}

    assert [str(one) for one in bot(reddit).subreddit("aww").moderator()] == ["Ann", "ben"]
    assert [str(one) for one in bot(reddit).subreddit("none").moderator()] == []


@pytest.mark.parametrize("status", [401, 429, 503])
def test_it_fails_as_it_was_told_until_it_is_well_again(status: int, reddit: Reddit) -> None:
    token = signed_in(reddit)["access_token"]
    reddit.failing["/subreddits/mine/moderator"] = status

    failed = get(reddit, "/subreddits/mine/moderator", token)
    reddit.failing.clear()

    assert (failed.status, failed.headers["retry-after"]) == (status, "1" if status == 429 else None)
    assert get(reddit, "/subreddits/mine/moderator", token).status == 200


def test_it_can_be_out_of_reach(reddit: Reddit) -> None:
    token = signed_in(reddit)["access_token"]
    reddit.failing["/api/v1/me"] = UNREACHABLE

    with pytest.raises(Found, match="GET /api/v1/me was not answered"):
        get(reddit, "/api/v1/me", token)


def test_a_client_without_a_name_of_its_own_is_turned_away(reddit: Reddit) -> None:
    token = signed_in(reddit)["access_token"]
    headers = {"User-Agent": "python-requests/2.32.0", "Authorization": f"Bearer {token}"}

    assert request("GET", f"{reddit.url}/api/v1/me", headers=headers).status == 429


def bot(reddit: Reddit) -> praw.Reddit:
    return praw.Reddit(
        client_id="stand-in",
        client_secret="stand-in-secret",
        refresh_token="stand-in-refresh",
        user_agent=AGENT["User-Agent"],
        reddit_url=reddit.url,
        oauth_url=reddit.url,
        check_for_updates=False,
    )
