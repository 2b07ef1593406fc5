"""No secret is shown, in whatever spelling a program prints it."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.workflows.masking import Masker

SECRET = 'pass "word" & more/+ü'


def test_a_secret_of_several_lines_is_hidden_line_by_line() -> None:
    masker = Masker(["-----BEGIN-----\nMIIEow\r\n-----END-----\n"])

    assert masker.mask("key: MIIEow -----END-----") == "key: *** ***"


def test_the_longest_secret_goes_first() -> None:
    masker = Masker(["abc", "abcdef"])

    assert masker.mask("abcdef abcd") == "*** ***d"


@pytest.mark.parametrize("nothing", ["", " ", "\n", "\r\n\t"])
def test_blank_secrets_hide_nothing(nothing: str) -> None:
    assert Masker([nothing]).mask("a b\nc") == "a b\nc"


@pytest.mark.parametrize(
    "printed",
    [
        SECRET,
        json.dumps({"password": SECRET}),
        json.dumps({"password": SECRET}, ensure_ascii=False),
        f"postgresql://user:{urllib.parse.quote(SECRET, safe='')}@host/db",
        "<b>pass &quot;word&quot; &amp; more/+ü</b>",
    ],
)
def test_a_secret_is_hidden_in_other_spellings(printed: str) -> None:
    masked = Masker([SECRET]).mask(printed)

    assert "***" in masked
    assert "more" not in masked


@given(before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_a_secret_is_hidden_within_what_was_encoded_as_a_whole(before: bytes, after: bytes) -> None:
    """An Authorization header is `user:password` in base64: the password alone is nowhere in it."""
    secret = "correct horse battery"
    printed = base64.b64encode(before + secret.encode() + after).decode()

    masked = Masker([secret]).mask(printed)

    assert "***" in masked
    # Of the secret's 28 characters, those at its ends depend on its neighbours and may be left.
    assert len(masked.replace("***", "")) <= len(printed) - 26


def test_a_short_secret_does_not_hide_ordinary_words_by_its_encoding() -> None:
    assert Masker(["ab"]).mask(base64.b64encode(b"ab").decode()) == "YWI="
