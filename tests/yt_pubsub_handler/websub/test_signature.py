"""The signature is all that stands between the hub and everybody who has learned a callback's address."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yt_pubsub_handler.websub.signature import METHODS, is_signed, sign

BODY, SECRET = "Tom & Jerry 🇦🇺".encode(), "s" * 64


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_of_the_specification_is_understood(method: str) -> None:
    header = f"{method}={hmac.new(SECRET.encode(), BODY, getattr(hashlib, method)).hexdigest()}"

    assert sign(BODY, SECRET, method) == header
    assert is_signed(BODY, SECRET, header)


def test_upper_case_is_the_same_signature() -> None:
    assert is_signed(BODY, SECRET, sign(BODY, SECRET).upper())


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha1",
        "sha1=",
        "=" + "0" * 40,
        "md5=" + hmac.new(SECRET.encode(), BODY, "md5").hexdigest(),
        "sha1=" + "0" * 40,
        "sha1=" + hmac.new(SECRET.encode(), BODY, "sha256").hexdigest(),
        sign(BODY, SECRET)[:-1],
        sign(BODY, SECRET) + "0",
        sign(BODY, SECRET) + " sha1=00",
        "sha1=é",
        "sha1=" + "٠" * 40,
    ],
)
def test_anything_else_is_no_signature(header: str) -> None:
    assert not is_signed(BODY, SECRET, header)


@given(body=st.binary(max_size=200), other=st.binary(max_size=200))
def test_a_signature_fits_its_own_body_only(body: bytes, other: bytes) -> None:
    assert is_signed(other, SECRET, sign(body, SECRET)) == (body == other)


def test_another_secret_does_not_fit() -> None:
    assert not is_signed(BODY, "t" * 64, sign(BODY, SECRET))
