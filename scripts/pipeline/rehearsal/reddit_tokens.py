"""
Without this file whoever came could do anything: which token is whose, what it may do, and until when.

As https://github.com/reddit-archive/reddit/wiki/OAuth2 has it, and Reddit's own source, where the page is silent
(`r2/controllers/oauth2.py`): a grant that does not hold is told with status 200, a refresh token that does not with
400. PKCE (RFC 7636) is not on that page; here it is held to whoever began with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "stand-in", "stand-in-secret", "stand-in-refresh"
NAME = "stand_in_bot"
"""The account that posts; its refresh token is for ever."""
SCOPES = frozenset(
    {
        *("account", "edit", "flair", "history", "identity", "modconfig", "modflair", "modlog", "modposts", "modwiki"),
        *("mysubreddits", "privatemessages", "read", "report", "save", "submit", "subscribe", "vote", "wikiedit"),
        "wikiread",
    }
)
_CLIENT = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
Said = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Grant:
    """What somebody allowed the app; `challenge` is PKCE's."""

    name: str
    scopes: frozenset[str]
    permanent: bool = False
    redirect_uri: str = ""
    challenge: str | None = None


@dataclass(frozen=True)
class _Access:
    grant: Grant
    ends: float
    refresh_token: str | None


class Tokens:
    """All tokens there are; `lasts` is for how many seconds the next ones are valid."""

    def __init__(self) -> None:
        self.lasts = 3600
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, _Access] = {}
        bot = Grant(NAME, frozenset({"identity", "history", "submit", "read"}), permanent=True)
        self._refresh: dict[str, Grant] = {REFRESH_TOKEN: bot}

    def allow(self, grant: Grant) -> str:
        """Somebody pressed Allow: return the code for the app."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = grant
        return code

    def whose(self, authorization: str) -> Grant | None:
        """What the bearer of this header was allowed, if it still holds."""
        scheme, _, token = authorization.partition(" ")
        found = self._access.get(token) if scheme.lower() == "bearer" else None
        return found.grant if found and found.ends > time.time() else None

    def give(self, authorization: str, asked: Mapping[str, str]) -> Said:
        """Answer `POST /api/v1/access_token`."""
        if not _is_client(authorization):
            return 401, {"message": "Unauthorized", "error": 401}
        match asked.get("grant_type"):
            case "authorization_code":
                return 200, self._for_code(asked)
            case "refresh_token":
                grant = self._refresh.get(asked.get("refresh_token", ""))
                if grant is None:
                    return 400, {"error": "invalid_grant"}
                return 200, self._new(grant, asked["refresh_token"])
            case _:
                return 200, {"error": "unsupported_grant_type"}

    def revoke(self, authorization: str, asked: Mapping[str, str]) -> Said:
        """Answer `POST /api/v1/revoke_token`: a token that nobody knows is as good as revoked."""
        if not _is_client(authorization):
            return 401, {"message": "Unauthorized", "error": 401}
        token = asked.get("token", "")
        self._access.pop(token, None)
        if self._refresh.pop(token, None):
            self._access = {name: one for name, one in self._access.items() if one.refresh_token != token}
        return 204, {}

    def forget_access(self) -> None:
        """Take every access token for unknown; what refreshes them still holds."""
        self._access.clear()

    def forget(self, name: str) -> None:
        """Somebody takes back what they allowed, on Reddit's page of connected apps."""
        self._codes = {token: one for token, one in self._codes.items() if one.name != name}
        self._access = {token: one for token, one in self._access.items() if one.grant.name != name}
        self._refresh = {token: one for token, one in self._refresh.items() if one.name != name}

    def _for_code(self, asked: Mapping[str, str]) -> dict[str, Any]:
        if not asked.get("code") or not asked.get("redirect_uri"):
            return {"error": "invalid_request"}
        grant = self._codes.pop(asked["code"], None)  # Whatever comes of it, it was used.
        if grant is None or grant.redirect_uri != asked["redirect_uri"] or not _is_verified(grant, asked):
            return {"error": "invalid_grant"}
        if not grant.permanent:
            return self._new(grant, None)
        refresh_token = secrets.token_urlsafe(16)
        self._refresh[refresh_token] = grant
        return self._new(grant, refresh_token) | {"refresh_token": refresh_token}

    def _new(self, grant: Grant, refresh_token: str | None) -> dict[str, Any]:
        token = secrets.token_urlsafe(16)
        self._access[token] = _Access(grant, time.time() + self.lasts, refresh_token)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": self.lasts,
            "scope": " ".join(sorted(grant.scopes)),
        }


def _is_client(authorization: str) -> bool:
    return hmac.compare_digest(authorization, _CLIENT)


def _is_verified(grant: Grant, asked: Mapping[str, str]) -> bool:
    if grant.challenge is None:
        return True
    digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), grant.challenge)
