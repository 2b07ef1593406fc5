"""People paste what their browser shows. Whatever it is, only YouTube is asked, and they learn what to paste."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import settings_for
from tests.yt_pubsub_handler.youtube import Said, YouTube, standing_in
from yt_pubsub_handler import channels
from yt_pubsub_handler.channels import WHERE_IDS_ARE, ChannelNotFound, FoundChannel, find_channel
from yt_pubsub_handler.fetching import CannotFetch
from yt_pubsub_handler.settings import Settings

ID = "UC_x5XG1OV2P6uZZ5FSM9T-w"
WITHOUT_KEY = settings_for("postgresql://nobody@db.example/app")


@pytest.fixture
def with_key(youtube: YouTube) -> Settings:
    return replace(WITHOUT_KEY, youtube_api_key="hidden-key", youtube_api_url=youtube.url)


def channel(channel_id: object = ID, **snippet: object) -> Said:
    return Said(body=json.dumps({"items": [{"id": channel_id, "snippet": snippet}]}).encode())


def refusal(typed: str, settings: Settings = WITHOUT_KEY) -> str:
    with pytest.raises(ChannelNotFound) as raised:
        find_channel(typed, settings)
    text = str(raised.value)
    assert text.endswith(WHERE_IDS_ARE)
    return text.removesuffix(WHERE_IDS_ARE).strip()


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        f"  {ID}\n",
        f"https://www.youtube.com/channel/{ID}",
        f"http://youtube.com/channel/{ID}/videos?view=0&sort=dd#top",
        f"youtube.com/channel/{ID}/",
        f"HTTPS://M.YouTube.com/channel/{ID}",
        f"https://music.youtube.com/channel/{ID}",
        f"https://studio.youtube.com/channel/{ID}/videos/upload",
        f"https://www.youtube.com:443/channel/{ID}",
        f"https://www.youtube.com/feeds/videos.xml?channel_id={ID}",
        f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={ID}",
        f"https://www.youtube.com/embed/live_stream?channel={ID}",
    ],
)
def test_an_id_is_read_out_of_every_form_without_asking_anybody(typed: str) -> None:
    assert find_channel(typed, WITHOUT_KEY) == FoundChannel(ID)


@pytest.mark.parametrize(
    "typed",
    [
        "@GoogleDevelopers",
        "https://www.youtube.com/@GoogleDevelopers",
        "youtube.com/@GoogleDevelopers/videos?x=y",
        "https://m.youtube.com/%40GoogleDevelopers",
    ],
)
def test_a_handle_is_asked_for_at_the_data_api(typed: str, youtube: YouTube, with_key: Settings) -> None:
    youtube.answer = lambda _: channel(title="Google", customUrl="@googledevelopers")

    found = find_channel(typed, with_key)

    assert found == FoundChannel(ID, "Google", "@googledevelopers")
    (asked,) = youtube.asked
    address = urlsplit(asked.path)
    assert (address.path, parse_qs(address.query)) == (
        "/channels",
        {"part": ["snippet"], "maxResults": ["1"], "forHandle": ["@GoogleDevelopers"]},
    )
    assert asked.headers["x-goog-api-key"] == "hidden-key"


@pytest.mark.parametrize("handle", ["@日本語チャンネル", "@a.b-c_d", "@l·l·l"])
def test_a_handle_may_be_of_any_alphabet(handle: str, youtube: YouTube, with_key: Settings) -> None:
    youtube.answer = lambda _: channel()

    find_channel(handle, with_key)

    assert parse_qs(urlsplit(youtube.asked[0].path).query)["forHandle"] == [handle]


def test_an_old_user_name_is_asked_for_as_one(youtube: YouTube, with_key: Settings) -> None:
    youtube.answer = lambda _: channel()

    assert find_channel("https://www.youtube.com/user/Google", with_key) == FoundChannel(ID)
    assert parse_qs(urlsplit(youtube.asked[0].path).query)["forUsername"] == ["Google"]


def test_without_a_key_a_handle_is_answered_with_what_to_paste() -> None:
    assert refusal("@GoogleDevelopers") == (
        "@GoogleDevelopers cannot be looked up here, as there is no YOUTUBE_API_KEY."
    )
    assert WHERE_IDS_ARE == (
        "Paste the channel's id, UC and 22 more characters: on the channel's page choose “…more” below its name, "
        "then “Share channel” and “Copy channel ID”."
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "That is no channel."),
        ("x" * 2001, "That is no channel."),
        ("some words", "That is no channel."),
        ("GoogleDevelopers", "“GoogleDevelopers” may be a handle: write it with its @, as @GoogleDevelopers."),
        ("@a", "No handle looks like that."),
        ("@a b c", "No handle looks like that."),
        ("@" + "x" * 31, "No handle looks like that."),
        ("https://youtu.be/VIDEOID0001", "That is the address of a video, not of a channel."),
        ("https://www.youtube.com/watch?v=VIDEOID0001", "That is the address of a video, not of a channel."),
        ("https://www.youtube.com/shorts/VIDEOID0001", "That is the address of a video, not of a channel."),
        ("https://www.youtube.com/playlist?list=PL1", "That is the address of a playlist, not of a channel."),
        ("https://www.youtube.com/c/Google", "Of an address with /c/ only YouTube's own page knows the channel."),
        ("https://www.youtube.com/Google", "That address does not say which channel it is."),
        ("https://www.youtube.com/channel/UCshort", "That address does not say which channel it is."),
        ("https://www.youtube.com/", "That address does not say which channel it is."),
        (f"https://www.youtube.com.evil.example/channel/{ID}", "That is no address of YouTube."),
        (f"https://evil.example/channel/{ID}", "That is no address of YouTube."),
        (f"https://youtube.com@evil.example/channel/{ID}", "That is no address of YouTube."),
        (f"ftp://www.youtube.com/channel/{ID}", "That is no address of YouTube."),
        ("https://evil.example/@GoogleDevelopers", "That is no address of YouTube."),
        ("https://[::1/@x", "That address cannot be read."),
    ],
)
def test_what_is_no_channel_is_told_for_what_it_is(typed: str, said: str) -> None:
    assert refusal(typed) == said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(body=b'{"pageInfo": {"totalResults": 0}}'), "YouTube knows no channel called @nobody."),
        (Said(body=b'{"items": []}'), "YouTube knows no channel called @nobody."),
        (Said(body=b"<html>"), "YouTube's answer about @nobody cannot be read."),
        (Said(body=b'{"items": ["x"]}'), "YouTube's answer about @nobody has no channel id."),
        (channel("UC<script>"), "YouTube's answer about @nobody has no channel id."),
        (
            Said(403, b'{"error": {"message": "hidden-key", "errors": [{"reason": "quotaExceeded"}]}}'),
            "YouTube does not say who @nobody is: it answers 403 (quotaExceeded).",
        ),
        (Said(400, b'{"error": {"errors": "x"}}'), "YouTube does not say who @nobody is: it answers 400."),
        (Said(500, b"["), "YouTube does not say who @nobody is: it answers 500."),
        (
            Said(body=b"x" * 300_000),
            "YouTube cannot be asked for @nobody: the answer has more than 262144 bytes.",
        ),
    ],
)
def test_an_answer_without_a_channel_is_told(said: Said, told: str, youtube: YouTube, with_key: Settings) -> None:
    youtube.answer = lambda _: said

    assert refusal("@nobody", with_key) == told


def test_a_redirect_of_the_api_takes_the_key_nowhere(youtube: YouTube, with_key: Settings) -> None:
    with standing_in() as elsewhere:
        youtube.answer = lambda _: Said(302, b"", {"Location": elsewhere.url})

        assert refusal("@nobody", with_key) == "YouTube does not say who @nobody is: it answers 302."
        assert elsewhere.asked == []


@given(st.text(max_size=300) | st.from_regex(r"https?://\S{0,40}/[@c]\S{0,40}", fullmatch=True))
def test_whatever_is_typed_ends_in_a_channel_or_in_words_and_asks_nobody_but_the_api(typed: str) -> None:
    asked = []

    def refuse(url: str, *_: object, **__: object) -> None:
        asked.append(url)
        raise CannotFetch("not in this test")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "fetch", refuse)
        with contextlib.suppress(ChannelNotFound):
            find_channel(typed, replace(WITHOUT_KEY, youtube_api_key="k", youtube_api_url="https://api.example"))

    assert all(url.startswith("https://api.example/channels?part=snippet&maxResults=1&for") for url in asked)
