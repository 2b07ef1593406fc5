"""Every page in both schemes, on a desk and on a phone: axe, the console and the layout have nothing to say."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from pipeline.rehearsal.outside import CHANNEL, MODERATOR, OPERATOR, SUBREDDIT
from tests.system.pages.conftest import Served
from tests.system.pages.looking import Look, looking

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

_TITLES = ("Night launch", "A quiet morning on the pad", "Static fire, all engines", "Rollout", "Countdown, explained")
_STATES = (
    "('pending', NULL, NULL, NULL, NULL)",
    "('posted', NULL, NULL, 'https://www.reddit.com/comments/abc', now() - interval '9 hours')",
    "('unknown', 'no answer in time', now(), NULL, NULL)",
    "('failed', 'r/rehearsed: SUBREDDIT_NOTALLOWED: you are not allowed to post there.', NULL, NULL, NULL)",
    "('skipped', 'its title has “trailer”', NULL, NULL, NULL)",
)


def history(served: Served) -> None:
    """Write a month of posts to the only link there is, the last of which are one in each state."""
    served.database.execute(
        "INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at) "
        "SELECT 'VIDEO' || to_char(n, 'FM000000'), %s, (%s::text[])[1 + n %% 5], 'Rehearsals Weekly', at, at "
        "FROM generate_series(0, 59) AS n, "
        "LATERAL (SELECT now() - (n * 11 + n * n * 7 %% 29) * interval '1 hour' AS at) AS times",
        (CHANNEL, list(_TITLES)),
    )
    served.database.execute(
        "INSERT INTO posts (video_id, subscription_id, created_at, posted_at, state, url) SELECT video_id, "
        "subscriptions.id, published_at, published_at, 'posted', 'https://www.reddit.com/comments/abc' "
        "FROM videos, subscriptions ORDER BY published_at"
    )
    for place, state in enumerate(_STATES):
        served.database.execute(
            f"UPDATE posts SET (state, reason, asks_since, url, posted_at) = {state} WHERE video_id = %s",  # noqa: S608 - ours.
            (f"VIDEO{place:06}",),
        )


def sign_in(page: Page, served: Served, who: str) -> None:
    page.goto(f"{served.url}/sign-in")
    page.get_by_label("You are").select_option(who)
    page.get_by_role("button", name="Allow").click()


def type_link(page: Page, served: Served, channel: str) -> None:
    page.goto(f"{served.url}/links/new")
    page.get_by_label("YouTube channel").fill(channel)
    page.get_by_label("Subreddit").select_option(SUBREDDIT)
    page.get_by_role("button", name="Preview").click()


def look_as_anybody(look: Look, served: Served) -> None:
    page = look.page
    page.goto(served.url)
    look.at("start")
    page.goto(f"{served.url}/no-such-page")
    look.at("not-found")
    page.goto(f"{served.url}/sign-in/callback")
    look.at("sign-in-stray")
    page.goto(f"{served.url}/sign-in")
    look.at("reddit-asks")
    page.get_by_role("button", name="Decline").click()
    look.at("sign-in-declined")


def look_as_moderator(look: Look, served: Served) -> None:
    page = look.page
    sign_in(page, served, MODERATOR)
    look.at("links-empty")
    type_link(page, served, "no channel")
    look.at("link-wrong")
    type_link(page, served, "@rehearsals")
    look.at("link-preview")
    page.get_by_role("button", name="Link it").click()
    look.at("link-fresh")
    link = page.url.partition("?")[0]
    served.renew()
    history(served)
    page.goto(link)
    look.at("link")
    page.get_by_text("The same in numbers").click()
    look.at("link-numbers")
    page.goto(f"{link}/wording")
    look.at("wording")
    page.goto(f"{served.url}/links/new")
    look.at("link-new")
    page.goto(f"{served.url}/account")
    look.at("account")
    page.goto(f"{served.url}/links")
    look.at("links")
    page.get_by_role("button", name="Remove").click()
    look.at("links-removed")


def look_as_operator(look: Look, served: Served) -> None:
    page = look.page
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, served, OPERATOR)
    look.at("links-of-nobody")
    page.goto(f"{served.url}/operator")
    look.at("operator")


def look_at_stand_ins(look: Look, served: Served) -> None:
    look.page.goto(served.outside.hub.url)
    look.at("hub")
    look.page.goto(f"{served.outside.reddit.url}/r/{SUBREDDIT}")
    look.at("reddit")


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_with_any_page(chromium: Browser, served: Served, scheme: str, width: int) -> None:
    with looking(chromium, scheme, width) as look:
        look_as_anybody(look, served)
        look_as_moderator(look, served)
        look_as_operator(look, served)
        look_at_stand_ins(look, served)

    assert look.wrong == []
