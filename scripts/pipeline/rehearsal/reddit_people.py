"""
Without this file nobody but the app had an account: who there is, what they moderate, and the page that asks them.

The page, its errors and its redirects follow https://github.com/reddit-archive/reddit/wiki/OAuth2, the listings
https://www.reddit.com/dev/api (`GET /subreddits/mine/moderator`, `GET /r/{subreddit}/about/moderators`). Nobody has a
password here: whoever opens the page says who they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.errors import Found
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.reddit_submissions import base36
from pipeline.rehearsal.reddit_tokens import CLIENT_ID, NAME, SCOPES, Grant, Tokens

_WORDS = {
    "identity": "Access my reddit username and signup date.",
    "mysubreddits": "Access the list of subreddits I moderate, contribute to, and subscribe to.",
}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Reddit, rehearsed: allow?</title>
<style>body {{ font: 1rem/1.5 system-ui; max-width: 34rem; margin: 2rem auto; padding: 0 1rem }}
button, select {{ font: inherit; padding: .4rem 1rem }}</style></head>
<body><main>
<h1>yt-pubsub-handler would like to connect with your Reddit account</h1>
<p>This is the rehearsal's stand-in for Reddit. Allow it to:</p>
<ul>{scopes}</ul>
<form method="post">{kept}
<p><label for="who">You are</label> <select id="who" name="who">{people}</select></p>
<p><button name="authorize" value="Allow">Allow</button> <button name="decline" value="Decline">Decline</button></p>
</form>
</main></body></html>
"""


class People:
    """Who there is; the keys of `moderated` are their names as Reddit writes them."""

    def __init__(self) -> None:
        self.moderated: dict[str, set[str]] = {}
        self.ids: dict[str, str] = {NAME: "abc"}
        """The account's id by its name; one that is not set here is made of the name."""

    def me(self, name: str) -> dict[str, Any]:
        """`GET /api/v1/me`, without what nobody here reads."""
        return {"name": name, "id": self.id_of(name)}

    def id_of(self, name: str) -> str:
        """The id without its `t2_`, as /api/v1/me has it."""
        return self.ids.setdefault(name, base36(zlib.crc32(name.encode())))

    def subreddits_of(self, name: str, limit: int, after: str | None) -> dict[str, Any]:
        """`GET /subreddits/mine/moderator`: a page of what somebody moderates."""
        shown = [_subreddit(one) for one in sorted(self.moderated.get(name, ()), key=str.lower)]
        names = [one["data"]["name"] for one in shown]
        first = names.index(after) + 1 if after in names else 0
        page = shown[first : first + limit]
        goes_on = first + limit < len(shown)
        data = {"after": page[-1]["data"]["name"] if goes_on else None, "before": None, "dist": len(page)}
        return {"kind": "Listing", "data": {**data, "modhash": None, "children": page}}

    def moderators_of(self, subreddit: str) -> dict[str, Any]:
        """`GET /r/{subreddit}/about/moderators`: all in one answer, as Reddit gives them."""
        children = [
            {
                "name": name,
                "id": f"t2_{self.id_of(name)}",
                "date": 1.5e9 + place,
                "mod_permissions": ["all"],
                "rel_id": f"rb_{place}",
            }
            for place, (name, moderated) in enumerate(self.moderated.items())
            if subreddit.lower() in {one.lower() for one in moderated}
        ]
        return {"kind": "UserList", "data": {"children": children}}


def refused(asked: Mapping[str, str], redirect_uri: str | None) -> str | None:
    """Why the page is not shown, if it is not: such an error is told to the person and not to the app."""
    if asked.get("client_id") != CLIENT_ID:
        return "invalid client id."
    if not asked.get("redirect_uri") or asked["redirect_uri"] != (redirect_uri or asked["redirect_uri"]):
        return "invalid redirect_uri parameter."
    if asked.get("response_type") != "code":
        return "invalid response type."
    scopes = _scopes(asked)
    if not scopes or not scopes <= SCOPES:
        return "invalid scope requested."
    if not asked.get("state"):
        return "we need something here: state"
    if asked.get("duration", "temporary") not in {"temporary", "permanent"}:
        return "invalid option: duration"
    if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
        return "invalid option: code_challenge_method"
    return None


def page(asked: Mapping[str, str], people: People) -> bytes:
    """The question to a person: who are you, and do you allow it?"""
    scopes = "".join(f"<li>{escape(_WORDS.get(one, one))}</li>" for one in sorted(_scopes(asked)))
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    names = "".join(f"<option>{escape(name)}</option>" for name in people.moderated)
    return _PAGE.format(scopes=scopes, kept=kept, people=names).encode()


def decided(asked: Mapping[str, str], people: People, tokens: Tokens) -> str:
    """Where the person's answer leads: back to the app, with a code, or with what became of it."""
    if "authorize" not in asked or asked.get("who") not in people.moderated:
        return _back(asked, {"state": asked["state"], "error": "access_denied"})
    permanent = asked.get("duration") == "permanent"
    grant = Grant(asked["who"], _scopes(asked), permanent, asked["redirect_uri"], asked.get("code_challenge"))
    return _back(asked, {"state": asked["state"], "code": tokens.allow(grant)})


def consent(address: str, who: str, *, allow: bool = True) -> str:
    """
    Do what `who` does in a browser at `address`, to which the app sent them; return where that leads.

    Raises Found when there is no page to decide on.
    """
    shown = request("GET", address)
    if shown.status != 200:
        raise Found(f"Reddit does not ask {who}: {shown}")
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', shown.body.decode())
    decision = ("authorize", "Allow") if allow else ("decline", "Decline")
    form = [*((unescape(name), unescape(value)) for name, value in fields), ("who", who), decision]
    return str(request("POST", address, urlencode(form).encode()).headers["Location"])


def _back(asked: Mapping[str, str], told: dict[str, str]) -> str:
    parts = urlsplit(asked["redirect_uri"])
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *told.items()])))


def _scopes(asked: Mapping[str, str]) -> frozenset[str]:
    return frozenset(asked.get("scope", "").replace(",", " ").split())


def _subreddit(name: str) -> dict[str, Any]:
    fullname = f"t5_{base36(zlib.crc32(name.lower().encode()))}"
    data = {"id": fullname[3:], "name": fullname, "display_name": name, "url": f"/r/{name}/"}
    return {"kind": "t5", "data": {**data, "subreddit_type": "public", "user_is_moderator": True}}
