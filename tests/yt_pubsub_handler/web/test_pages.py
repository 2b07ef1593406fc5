"""What holds for every page: it works under a stage's path, nothing typed becomes part of it, and it is sound HTML."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from pipeline.rehearsal.reddit import Reddit
from tests.yt_pubsub_handler.browser import HOST, Browser
from tests.yt_pubsub_handler.test_previewing import feed
from tests.yt_pubsub_handler.web.nasty import ATTACK, CHANNEL, fill
from tests.yt_pubsub_handler.youtube import Said, YouTube

STAGE = "/production"
LINKS = ("href", "action", "src", "formaction")


@dataclass(frozen=True)
class Page:
    """How somebody gets to see a page."""

    name: str
    look: Callable[[Browser, int], TestResponse]
    who: str | None = "Mia_Mod"
    status: int = 200

    def __str__(self) -> str:
        return self.name


TYPED = {"channel": ATTACK, "subreddit": ATTACK, "title_template": ATTACK, "include_words": ATTACK}
GOOD = {"channel": CHANNEL, "subreddit": "aww", "title_template": ATTACK, "exclude_words": ATTACK}
TOO_LONG = {"title_template": ATTACK * 10}
PAGES = [
    Page("start", lambda browser, _: browser.get("/"), None),
    Page("start, signed in", lambda browser, _: browser.get("/")),
    Page("links", lambda browser, _: browser.get("/links")),
    Page("links, one removed", lambda browser, link: browser.get(f"/links?removed={link + 3}")),
    Page("no links", lambda browser, _: browser.get("/links"), "Olga_Op"),
    Page("no link, for a moderator", lambda browser, _: browser.get("/links"), "Nora_New"),
    Page("new link", lambda browser, _: browser.get("/links/new")),
    Page("new link, for nobody's moderator", lambda browser, _: browser.get("/links/new"), "Olga_Op"),
    Page("new link with errors", lambda browser, _: browser.post("/links/new", **TYPED), status=422),
    Page("preview", lambda browser, _: browser.post("/links/new", **GOOD)),
    Page("link", lambda browser, link: browser.get(f"/links/{link}")),
    Page("link, older posts", lambda browser, link: browser.get(f"/links/{link}?before=20")),
    Page("link that is degraded", lambda browser, link: browser.get(f"/links/{link + 1}")),
    Page("link that is paused", lambda browser, link: browser.get(f"/links/{link + 2}")),
    Page("wording", lambda browser, link: browser.get(f"/links/{link}/wording")),
    Page("wording with errors", lambda browser, link: browser.post(f"/links/{link}/wording", **TOO_LONG), status=422),
    Page("account", lambda browser, _: browser.get("/account")),
    Page("account with errors", lambda browser, _: browser.post("/account"), status=422),
    Page("operator", lambda browser, _: browser.get("/operator"), "Olga_Op"),
    Page("sign-in failed", lambda browser, _: browser.get("/sign-in/callback"), None, 400),
    Page("not found", lambda browser, _: browser.get(f"/{ATTACK}"), status=404),
    Page("form without its token", lambda browser, _: browser.post_bare("/sign-out"), status=400),
    Page("signed out meanwhile", lambda browser, _: browser.post("/account"), None, 400),
]
every_page = pytest.mark.parametrize("page", PAGES, ids=str)


@pytest.fixture
def filled(app: Flask, there: Reddit, youtube: YouTube) -> int:
    there.people["Nora_New"] = {"birds"}
    youtube.answer = lambda _: Said(200, feed(ATTACK, channel=CHANNEL))
    return fill(app)


def look(page: Page, browser: Browser, link: int) -> TestResponse:
    if page.who is not None:
        browser.sign_in(page.who)
    answer = page.look(browser, link)
    assert (answer.status_code, answer.mimetype) == (page.status, "text/html"), answer.text
    return answer


def parsed(answer: TestResponse) -> Element:
    """Parse it as the standard has it. Raises html5lib's ParseError for what browsers would have to mend."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document: Element = parser.parse(answer.text)
    return document


def attributes(document: Element, *names: str) -> Iterator[str]:
    for element in document.iter():
        yield from (value for name, value in element.attrib.items() if name in names)


@every_page
def test_it_is_what_every_page_is(page: Page, browser: Browser, filled: int) -> None:
    """One test for all of it: to fill a database and sign in takes longer than to look."""
    answer = look(page, browser, filled)
    document = parsed(answer)

    assert re.search(r"<title>[^<]{5,} – yt-pubsub-handler</title>", answer.text)
    _has_its_landmarks(document)
    _names_what_is_there(document)
    _took_nothing_in(document)
    _leads_only_where_it_may(document)
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@every_page
def test_it_works_under_a_stages_path(page: Page, browser: Browser, filled: int) -> None:
    if page.who is not None:
        browser.sign_in(page.who)
    browser._environ["SCRIPT_NAME"] = STAGE
    answer = page.look(browser, filled)
    assert answer.status_code == page.status, answer.text

    links = list(attributes(parsed(answer), *LINKS))

    assert [each for each in links if not each.startswith((f"{STAGE}/", "#", "https://"))] == []
    assert [each for each in links if each.startswith(f"{HOST}/")] == []


def _has_its_landmarks(document: Element) -> None:
    once = ("h1", "main", "header", "footer")
    assert [len(list(document.iter(name))) for name in once] == [1, 1, 1, 1]
    assert document.attrib["lang"] == "en"
    assert [link for link in document.iter("a") if link.attrib["href"] == "#content"] == [next(document.iter("a"))]
    levels = [int(element.tag[1]) for element in document.iter() if element.tag in ("h1", "h2", "h3")]
    assert [(above, below) for above, below in itertools.pairwise(levels) if below - above > 1] == []


def _names_what_is_there(document: Element) -> None:
    ids = list(attributes(document, "id"))
    assert sorted(ids) == sorted(set(ids))
    named = " ".join(attributes(document, "aria-describedby", "aria-labelledby", "for")).split()
    assert set(named) - set(ids) == set()
    labelled = set(attributes(document, "for"))
    within_a_label = {field for label in document.iter("label") for field in label.iter("input")}
    fields = [*document.iter("input"), *document.iter("select"), *document.iter("textarea")]
    seen = [each for each in fields if each.attrib.get("type") != "hidden" and each not in within_a_label]
    assert [each.attrib for each in seen if each.attrib["id"] not in labelled] == []


def _took_nothing_in(document: Element) -> None:
    assert [each.tag for each in document.iter() if each.tag in ("script", "img", "style", "iframe")] == []
    assert [name for each in document.iter() for name in each.attrib if name == "style" or name[:2] == "on"] == []


def _leads_only_where_it_may(document: Element) -> None:
    links = list(attributes(document, *LINKS))
    assert [each for each in links if not each.startswith(("/", "#", "https://")) or each.startswith("//")] == []
    elsewhere = [link.attrib for link in document.iter("a") if link.attrib["href"].startswith("http")]
    assert [link for link in elsewhere if link.get("rel") != "noopener noreferrer"] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.status == 422], ids=str)
def test_what_is_wrong_is_said_first_and_beside_its_field(page: Page, browser: Browser, filled: int) -> None:
    document = parsed(look(page, browser, filled))

    (summary,) = [each for each in document.iter("div") if each.attrib.get("role") == "alert"]
    assert summary.attrib["tabindex"] == "-1"
    assert "autofocus" in summary.attrib
    by_id = {each.attrib["id"]: each for each in document.iter() if "id" in each.attrib}
    wrong = [each for each in by_id.values() if each.attrib.get("aria-invalid") == "true"]
    assert [link.attrib["href"] for link in summary.iter("a")] == [f"#{each.attrib['id']}" for each in wrong]
    assert wrong
    for field, link in zip(wrong, summary.iter("a"), strict=True):
        error = by_id[field.attrib["aria-describedby"].split()[0]]
        assert "".join(error.itertext()) == f"Error: {link.text}"
    (title,) = document.iter("title")
    assert (title.text or "").startswith("Error: ")


def test_what_was_typed_is_kept_beside_the_error(browser: Browser, filled: int) -> None:
    browser.sign_in("Mia_Mod")

    document = parsed(browser.post("/links/new", **TYPED))

    values = {field.attrib["name"]: field.attrib["value"] for field in document.iter("input") if "id" in field.attrib}
    assert values == {
        "channel": ATTACK, "title_template": ATTACK, "include_words": ATTACK, "exclude_words": ""
    }  # fmt: skip
