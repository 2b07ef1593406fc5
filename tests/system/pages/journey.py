"""The whole journey of a moderator, with nothing but a keyboard: sign in, link a channel, see a video become a post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels.length ? one.labels[0].innerText : "";
  return (label || one.innerText || "").trim();
}"""


@dataclass(frozen=True)
class Places:
    """Where things are, and what makes the app do what its schedules do."""

    app: str
    hub: str
    reddit: str
    subscribed: Callable[[], None]
    posted: Callable[[], None]


def go_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus, and see that a person sees it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED).startswith(name):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{name} has the focus, and nothing shows it"
            return
    pytest.fail(f"40 times Tab do not lead to {name!r} on {page.url}: it ends at {page.evaluate(_FOCUSED)!r}")


def press(page: Page, name: str) -> None:
    go_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    go_to(page, label)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def travel(page: Page, places: Places) -> None:
    """Do all of it; fails where something does not appear, or cannot be reached."""
    page.goto(places.app)
    press(page, "Sign in with Reddit")
    go_to(page, "You are")
    page.keyboard.type("moderator_mia")
    press(page, "Allow")
    expect(page.get_by_role("heading", name="Your links")).to_be_visible()

    press(page, "Link a channel")
    write(page, "YouTube channel", "@rocketsatdawn")
    go_to(page, "Subreddit")
    page.keyboard.type("r/space")
    press(page, "Preview")
    expect(page.get_by_text("Rockets at Dawn")).to_be_visible()
    press(page, "Link it")
    expect(page.get_by_role("heading", name="Rockets at Dawn")).to_be_visible()
    link = page.url
    places.subscribed()

    # YouTube tells only the second in which a video went up: wait for the one after the link was made.
    page.wait_for_timeout(1100)
    page.goto(places.hub)
    go_to(page, "Channel")
    page.keyboard.type("Rockets")
    write(page, "Title", "Night launch")
    press(page, "Publish a video")
    expect(page.get_by_text("Night launch is up, and the app was told.")).to_be_visible()
    places.posted()

    page.goto(link)
    expect(page.locator("li.card").filter(has_text="Night launch")).to_contain_text("Posted")
    press(page, "See it on Reddit")
    expect(page.get_by_role("link", name="Night launch")).to_be_visible()
    page.goto(f"{places.reddit}/r/spaceflight")
    expect(page.get_by_role("listitem")).to_have_count(1)
