"""What a browser notices that a person might not: messages, shifts, foreign origins, and what axe finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

SCREENSHOTS = Path("build/screenshots")
_SHIFTS = """
window.shifted = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted.push(entry.value);
}).observe({type: "layout-shift", buffered: true});
"""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Look:
    """A browser's window on the app, and all that was wrong with what it showed."""

    page: Page
    name: str
    wrong: list[str] = field(default_factory=list)

    def at(self, what: str) -> None:
        """Take a picture of the page that is shown, and note what is wrong with it."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        found = Axe().run(self.page).response
        self.wrong += [f"{what}: {one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]
        self.wrong += [f"{what}: the layout shifted by {one}" for one in self.page.evaluate("window.shifted")]
        if wider := self.page.evaluate(_WIDER):
            self.wrong.append(f"{what}: it is {wider} px wider than the window")
        self.page.screenshot(path=SCREENSHOTS / f"{what}-{self.name}.png", full_page=True)
        # A picture of the whole page makes the window larger for a moment.
        self.page.evaluate("window.shifted = []")


@contextmanager
def looking(chromium: Browser, scheme: str, width: int) -> Iterator[Look]:
    """Open a window of a new browser, without cookies; whatever is noticed in it is in the look's `wrong`."""
    context = chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800}
    )
    context.add_init_script(_SHIFTS)
    look = Look(context.new_page(), f"{scheme}-{width}")

    def heard(message: ConsoleMessage) -> None:
        # Chromium says it of every page that is an error's, which is what some here are meant to be.
        expected = message.text.startswith("Failed to load resource") and message.location["url"] == look.page.url
        if not expected:
            look.wrong.append(f"{look.page.url}: the console says {message.text}")

    look.page.on("console", heard)
    look.page.on("pageerror", lambda error: look.wrong.append(f"{look.page.url}: {error}"))
    look.page.on(
        "request",
        lambda request: (
            None
            if urlsplit(request.url).hostname == "127.0.0.1" or request.url.startswith("data:")
            else look.wrong.append(f"{look.page.url} asks {request.url}")
        ),
    )
    yield look
    context.close()
