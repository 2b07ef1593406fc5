"""What YouTube's hub was seen to send, and what nobody should be able to send us."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yt_pubsub_handler.notification import AnnouncedVideo, Notification, RemovedVideo
from yt_pubsub_handler.websub.feed import UnusableFeed, channel_of_topic, read_notification, topic_of

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"
RECEIVED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
    'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
)


def feed(*inside: str) -> bytes:
    return f"<feed {NAMESPACES}>{''.join(inside)}</feed>".encode()


def entry(video: str = "VIDEOID0011", channel: str = CHANNEL, more: str = "") -> str:
    ids = f"<yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId>"
    return f"<entry>{ids}<title>T</title>{more}</entry>"


def times(notification: Notification) -> tuple[datetime, datetime]:
    (video,) = notification.announced
    return video.published_at, video.updated_at


def test_an_upload_as_captured(samples: Path) -> None:
    notification = read_notification((samples / "upload.xml").read_bytes(), RECEIVED)

    assert notification == Notification(
        announced=(
            AnnouncedVideo(
                video_id="VIDEOID0011",
                channel_id=CHANNEL,
                title="Tom & Jerry 🇦🇺",
                author="Channel",
                published_at=datetime(2025, 12, 5, 10, 0, tzinfo=UTC),
                updated_at=datetime(2025, 12, 5, 10, 0, 3, 123456, tzinfo=UTC),
            ),
        ),
        removed=(),
    )


def test_a_tombstone_as_captured(samples: Path) -> None:
    notification = read_notification((samples / "deleted.xml").read_bytes(), RECEIVED)

    gone = RemovedVideo("VIDEOID0011", CHANNEL, datetime(2018, 7, 26, 17, 43, 36, tzinfo=UTC))
    assert notification == Notification(announced=(), removed=(gone,))


def test_a_tombstone_may_name_its_author_otherwise_or_not_at_all() -> None:
    by_author = f"<author><uri>https://www.youtube.com/channel/{CHANNEL}</uri></author>"
    body = feed(
        f'<at:deleted-entry ref="yt:video:VIDEOID0011">{by_author}</at:deleted-entry>',
        '<at:deleted-entry ref="yt:video:VIDEOID0012" when="yesterday"/>',
    )

    assert read_notification(body, RECEIVED).removed == (
        RemovedVideo("VIDEOID0011", CHANNEL, RECEIVED),
        RemovedVideo("VIDEOID0012", None, RECEIVED),
    )


def test_several_entries_and_a_tombstone_come_together() -> None:
    body = feed(entry("VIDEOID0011"), '<at:deleted-entry ref="yt:video:VIDEOID0012"/>', entry("VIDEOID0013"))

    notification = read_notification(body, RECEIVED)

    assert [video.video_id for video in notification.announced] == ["VIDEOID0011", "VIDEOID0013"]
    assert [video.video_id for video in notification.removed] == ["VIDEOID0012"]


@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2026-01-01T02:00:00Z", 0),
        ("2026-01-01T02:00:00z", 0),
        ("2026-01-01T02:00:00+00:00", 0),
        ("2026-01-01T04:30:00+02:30", 0),
        ("2026-01-01T04:30:00+0230", 0),
        ("2026-01-01T02:00:00", 0),
        ("2026-01-01T02:00:00.5Z", 500000),
        ("2026-01-01T02:00:00.123456789+00:00", 123456),
        ("\n 2026-01-01T02:00:00.000001Z ", 1),
    ],
)
def test_times_come_with_and_without_zone_and_fraction(written: str, microsecond: int) -> None:
    body = feed(entry(more=f"<published>{written}</published><updated>{written}</updated>"))

    moment = datetime(2026, 1, 1, 2, 0, 0, microsecond, tzinfo=UTC)
    assert times(read_notification(body, RECEIVED)) == (moment, moment)


@pytest.mark.parametrize("written", ["", "soon", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+10:00"])
def test_a_time_that_cannot_be_read_is_replaced_by_the_next_best(written: str) -> None:
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    unknown, known = f"<published>{written}</published>", "<updated>2026-01-01T00:00:00Z</updated>"

    assert times(read_notification(feed(entry(more=unknown)), RECEIVED)) == (RECEIVED, RECEIVED)
    assert times(read_notification(feed(entry(more=unknown + known)), RECEIVED)) == (updated, updated)


def test_a_title_of_digits_stays_text_and_a_missing_one_is_empty() -> None:
    digits = entry().replace("<title>T</title>", "<title>0042</title>")
    missing = entry("VIDEOID0012").replace("<title>T</title>", "")

    notification = read_notification(feed(digits, missing), RECEIVED)

    assert [video.title for video in notification.announced] == ["0042", ""]


def test_the_id_stands_in_for_a_missing_video_id() -> None:
    ids = f"<id>yt:video:VIDEOID0011</id><yt:channelId>{CHANNEL}</yt:channelId>"

    (video,) = read_notification(feed(f"<entry>{ids}</entry>"), RECEIVED).announced

    assert video.video_id == "VIDEOID0011"


@pytest.mark.parametrize(
    "bad",
    [
        entry(video="short"),
        entry(video="VIDEOID0011' OR 1"),
        entry(channel="UCshort"),
        entry(channel="XX" + "x" * 22),
        "<entry/>",
        '<at:deleted-entry ref="yt:video:nope"/>',
        "<at:deleted-entry/>",
    ],
)
def test_an_entry_without_valid_ids_is_left_out_and_costs_no_other(bad: str) -> None:
    notification = read_notification(feed(bad, entry("VIDEOID0099")), RECEIVED)

    assert [video.video_id for video in notification.announced] == ["VIDEOID0099"]
    assert notification.removed == ()
    with pytest.raises(UnusableFeed, match="neither an entry nor a tombstone"):
        read_notification(feed(bad), RECEIVED)


BILLION_LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    f"<feed {NAMESPACES}>{entry()}<title>&c;</title></feed>"
)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "ParseError"),
        (b"\x00\xff", "ParseError"),
        (b"<feed>", "ParseError"),
        (feed(entry()) + b"<more/>", "ParseError"),
        (f"<!DOCTYPE feed><feed {NAMESPACES}>{entry()}</feed>".encode(), "DTDForbidden"),
        (BILLION_LAUGHS.encode(), "DTDForbidden"),
        # A look for "<!DOCTYPE" in the bytes would miss this one.
        (BILLION_LAUGHS.encode("utf-16"), "DTDForbidden"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><feed/>', "DTDForbidden"),
        (b'<?xml version="1.0" encoding="no-such"?><feed/>', "LookupError"),
        (b'<?xml version="1.0" encoding="utf-7"?><feed/>', "ValueError"),
    ],
)
def test_what_is_not_plain_xml_is_refused_by_its_kind(body: bytes, why: str) -> None:
    with pytest.raises(UnusableFeed, match=f"not acceptable XML: {why}"):
        read_notification(body, RECEIVED)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with pytest.raises(UnusableFeed):
        read_notification(body, RECEIVED)


@given(st.text(max_size=60), st.text(max_size=40))
def test_no_text_in_a_field_breaks_the_reader(title: str, moment: str) -> None:
    def cleaned(text: str) -> str:
        return "".join(sign for sign in text if sign.isprintable() and sign not in "<&]")

    more = f"<title>{cleaned(title)}</title><published>{cleaned(moment)}</published>"
    assert len(read_notification(feed(entry(more=more)), RECEIVED).announced) == 1


@pytest.mark.parametrize(
    ("topic", "channel"),
    [
        (topic_of(CHANNEL), CHANNEL),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", CHANNEL),
        (f"http://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}", CHANNEL),
        (f"https://www.youtube.com.evil.example/feeds/videos.xml?channel_id={CHANNEL}", None),
        (f"https://www.youtube.com/feeds/videos.xml?user={CHANNEL}", None),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}x", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_a_channel_is_known_by_either_form_of_its_topic(topic: str, channel: str | None) -> None:
    assert channel_of_topic(topic) == channel
