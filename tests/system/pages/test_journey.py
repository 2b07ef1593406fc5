"""A moderator links a channel and sees a video become a post, where the app is served and where it is deployed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.pages.conftest import Served
from tests.system.pages.journey import Places, travel
from tests.system.pages.looking import looking

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def test_a_keyboard_is_all_that_it_takes(chromium: Browser, served: Served) -> None:
    places = Places(served.url, served.outside.hub.url, served.outside.reddit.url, served.renew, served.deliver)

    with looking(chromium, "light", 1200) as look:
        travel(look.page, places)

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


@pytest.fixture
def printed() -> Iterator[str]:
    """Yield what `make serve` says when all is up; it is ended afterwards."""
    command = [sys.executable, "scripts/rehearse.py", "serve"]
    words: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, start_new_session=True, **words) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Schedules run" in line:
                break
        yield said
        process.terminate()
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130, rest


@pytest.mark.timeout(900)
def test_what_make_serve_deploys_can_be_tried_out_with_what_it_prints(chromium: Browser, printed: str) -> None:
    with looking(chromium, "light", 1200) as look:
        page = look.page
        found = re.search(
            r"Serving at (\S+) .*Publish a video at (\S+) and see the post at (\S+)\n", printed, re.DOTALL
        )
        assert found, printed
        app, hub, reddit = found.groups()
        travel(
            page,
            Places(
                app,
                hub,
                reddit,
                subscribed=lambda: reload_until(page, hub, r"@rocketsatdawn.*followed by the app"),
                posted=lambda: reload_until(page, f"{reddit}/r/spaceflight", "Night launch"),
            ),
        )

    assert look.wrong == []


def reload_until(page: Page, address: str, text: str) -> None:
    for _ in range(120):
        page.goto(address)
        if page.get_by_role("listitem").filter(has_text=re.compile(text)).count():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"{address} never said {text!r}: {page.content()}")
