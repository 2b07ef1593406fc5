"""A moderator links a channel and sees a video become a post, with nothing but a keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.pages.conftest import Served
from tests.system.pages.looking import looking

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

_FOCUSED = """() => {
  const one = document.activeElement;
  const label = one.labels && one.labels.length ? one.labels[0].innerText : "";
  return (label || one.innerText || "").trim();
}"""


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


def test_a_moderator_links_a_channel_and_sees_the_post_with_the_keyboard_alone(
    chromium: Browser, served: Served
) -> None:
    with looking(chromium, "light", 1200) as look:
        page = look.page
        page.goto(served.url)
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
        served.renew()

        link = page.url
        # YouTube tells only the second in which a video went up: wait for the one after the link was made.
        page.wait_for_timeout(1100)
        page.goto(served.outside.hub.url)
        go_to(page, "Channel")
        page.keyboard.type("Rockets")
        write(page, "Title", "Night launch")
        press(page, "Publish a video")
        expect(page.get_by_text("Night launch is up, and the app was told.")).to_be_visible()
        served.deliver()

        page.goto(link)
        expect(page.locator("li.card").filter(has_text="Night launch")).to_contain_text("Posted")
        press(page, "See it on Reddit")
        expect(page.get_by_role("link", name="Night launch")).to_be_visible()
        page.goto(f"{served.outside.reddit.url}/r/spaceflight")
        expect(page.get_by_role("listitem")).to_have_count(1)

    assert look.wrong == []


def test_the_start_page_is_small(chromium: Browser, served: Served) -> None:
    """As encoded, with everything that it brings along, and with the headers."""
    page = chromium.new_context().new_page()
    session, sizes = page.context.new_cdp_session(page), list[float]()
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))

    page.goto(served.url, wait_until="networkidle")
    page.context.close()

    assert len(sizes) >= 2
    assert sum(sizes) < 50_000


def test_the_pages_need_no_script(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(served.url)
    page.get_by_role("link", name="Sign in with Reddit").click()
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_role("heading", name="Nothing is linked yet")).to_be_visible()
    context.close()
