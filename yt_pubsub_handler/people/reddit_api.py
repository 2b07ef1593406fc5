"""
Without this file nobody could be asked who somebody is, and what they moderate.

It speaks for a person, with the token Reddit gave for them (https://github.com/reddit-archive/reddit/wiki/OAuth2). Each
answer means one thing: it is there, the person no longer allows it, or Reddit cannot be asked now. Nothing is sent
again by itself, and no redirect is followed: it would carry a token elsewhere.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yt_pubsub_handler.settings import Settings

if TYPE_CHECKING:
    # Half a second to import, and only whoever asks Reddit needs them.
    import requests
    from authlib.integrations.requests_client import OAuth2Session

NEEDED = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_USER_AGENT")
SCOPE = "identity mysubreddits"
SOON = 30
"""Seconds after which asking Reddit again makes sense."""
_PATIENCE = (3.0, 5.0)
"""Seconds for connecting, and for each wait after it: API Gateway gives a request 29 in all."""
_LONGEST_LISTING = 12.0
_PAGE = 100
_MOST_PAGES = 30


class CannotAskReddit(Exception):
    """Reddit did not answer, or not with what was asked for: nothing is known. The message holds no secret."""


class NotAllowed(Exception):
    """Reddit does not know the token (any more), or the person has taken back what they had allowed."""


class NotSetUp(Exception):
    """Settings are missing; the message names them."""


@dataclass(frozen=True)
class Tokens:
    """What Reddit gives for a person: `access` lasts for `seconds`, `refresh` until somebody takes it back."""

    access: str = field(repr=False)
    seconds: float
    refresh: str | None = field(repr=False)


@dataclass(frozen=True)
class Person:
    reddit_id: str
    name: str


def authorize_address(settings: Settings, callback: str, state: str) -> tuple[str, str]:
    """Return where a browser is sent to be asked for consent, and the verifier to be kept for `exchange`."""
    verifier = secrets.token_urlsafe(48)
    with _client(settings, callback) as client:
        address, _ = client.create_authorization_url(
            f"{settings.reddit_url}/api/v1/authorize", state=state, code_verifier=verifier, duration="permanent"
        )
    return address, verifier


def exchange(settings: Settings, callback: str, code: str, verifier: str) -> Tokens:
    """Return what Reddit gives for `code`. Raises NotAllowed and CannotAskReddit, as do all below."""
    with _client(settings, callback) as client, _answers():
        given = client.fetch_token(
            _token_url(settings),
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            timeout=_PATIENCE,
            allow_redirects=False,
        )
    return _tokens(given)


def refresh(settings: Settings, refresh_token: str) -> Tokens:
    with _client(settings) as client, _answers():
        given = client.fetch_token(
            _token_url(settings),
            grant_type="refresh_token",
            refresh_token=refresh_token,
            timeout=_PATIENCE,
            allow_redirects=False,
        )
    return _tokens(given)


def revoke(settings: Settings, token: str, kind: str = "refresh_token") -> None:
    """Have Reddit forget `token`, and with a refresh token all that came of it."""
    with _client(settings) as client, _answers():
        answer = client.revoke_token(  # type: ignore[no-untyped-call] # The stubs have no annotation there.
            f"{settings.reddit_url}/api/v1/revoke_token",
            token=token,
            token_type_hint=kind,
            timeout=_PATIENCE,
            allow_redirects=False,
        )
        _check(answer)


def me(settings: Settings, access_token: str) -> Person:
    """Tell whose token it is."""
    said = _get(settings, access_token, "/api/v1/me")
    identity, name = said.get("id"), said.get("name")
    if not isinstance(identity, str) or not isinstance(name, str) or not identity or not name:
        raise CannotAskReddit("Reddit's answer does not say whose token it is")
    return Person(f"t2_{identity.removeprefix('t2_')}", name)


def moderated(settings: Settings, access_token: str) -> frozenset[str]:
    """Return all subreddits that the token's owner moderates, in lower case; profiles are none."""
    with _known_form():
        listed = [child["data"] for child in _listed(settings, access_token, "/subreddits/mine/moderator")]
        return frozenset(one["display_name"].lower() for one in listed if one.get("subreddit_type") != "user")


def moderators_of(settings: Settings, access_token: str, subreddit: str) -> frozenset[Person]:
    """Return who moderates `subreddit`, asked by anybody's token that has the scope "read"."""
    said = _get(settings, access_token, f"/r/{subreddit}/about/moderators")
    with _known_form():
        return frozenset(Person(child["id"], child["name"]) for child in _children(said))


def _listed(settings: Settings, access_token: str, path: str) -> Iterator[dict[str, Any]]:
    until, after = time.monotonic() + _LONGEST_LISTING, ""
    for _ in range(_MOST_PAGES):
        said = _get(settings, access_token, path, limit=str(_PAGE), **({"after": after} if after else {}))
        yield from _children(said)
        after = said["data"].get("after") or ""
        if not after:
            return
        if time.monotonic() > until:
            break
    # Half a list would take rights away from somebody who has them.
    raise CannotAskReddit("Reddit's list has no end")


@contextmanager
def _known_form() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError):
        raise CannotAskReddit("Reddit's list is of another form than it was") from None


def _children(said: dict[str, Any]) -> list[dict[str, Any]]:
    data = said.get("data")
    children = data.get("children") if isinstance(data, dict) else None
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise CannotAskReddit("Reddit's answer is no list")
    return children


def _get(settings: Settings, access_token: str, path: str, **query: str) -> dict[str, Any]:
    with _client(settings) as client, _answers():
        client.token = {"access_token": access_token, "token_type": "bearer"}
        answer = client.get(
            settings.reddit_oauth_url + path,
            params={**query, "raw_json": "1"},
            timeout=_PATIENCE,
            allow_redirects=False,
        )
        _check(answer)
        said = answer.json()
    if not isinstance(said, dict):
        raise CannotAskReddit("Reddit's answer is no object")
    return said


def _check(answer: requests.Response) -> None:
    if answer.status_code == 401:
        raise NotAllowed("Reddit does not accept the token (HTTP 401)")
    if not 200 <= answer.status_code < 300:
        raise CannotAskReddit(f"Reddit answers HTTP {answer.status_code}")


def _tokens(given: dict[str, Any]) -> Tokens:
    access, seconds, refreshing = (given.get(name) for name in ("access_token", "expires_in", "refresh_token"))
    if not isinstance(access, str) or not access:
        raise CannotAskReddit("Reddit's answer holds no token")
    return Tokens(
        access,
        float(seconds) if isinstance(seconds, int | float) else 0.0,
        refreshing if isinstance(refreshing, str) and refreshing else None,
    )


@contextmanager
def _answers() -> Iterator[None]:
    """Make of everything that can go wrong one of ours, whose words hold neither tokens nor addresses."""
    import requests  # noqa: PLC0415
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415

    try:
        yield
    except OAuthError as error:
        if error.error in {"invalid_grant", "access_denied"}:
            raise NotAllowed(f"Reddit says {error.error}") from None
        raise CannotAskReddit(f"Reddit says {str(error.error)[:40]}") from None
    except requests.Timeout:
        raise CannotAskReddit("Reddit does not answer in time") from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else "error"
        raise CannotAskReddit(f"Reddit answers HTTP {status}") from None
    except requests.RequestException as error:
        raise CannotAskReddit(f"Reddit cannot be reached: {type(error).__name__}") from None
    except ValueError:
        raise CannotAskReddit("Reddit's answer is no JSON") from None


@contextmanager
def _client(settings: Settings, callback: str | None = None) -> Iterator[OAuth2Session]:
    from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415

    missing = [name for name in NEEDED if not getattr(settings, name.lower())]
    if missing:
        raise NotSetUp(f"Signing in needs {', '.join(missing)}: set what is named.")
    with OAuth2Session(
        client_id=settings.reddit_client_id,
        client_secret=settings.reddit_client_secret,
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - it is how, not what.
        scope=SCOPE,
        redirect_uri=callback,
        code_challenge_method="S256",
    ) as client:
        # A .netrc file would replace our token, and a proxy of the environment would see it.
        client.trust_env = False
        client.headers["User-Agent"] = str(settings.reddit_user_agent)
        yield client


def _token_url(settings: Settings) -> str:
    return f"{settings.reddit_url}/api/v1/access_token"
