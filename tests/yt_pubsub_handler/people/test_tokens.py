"""Whoever reads the database learns no token, and whoever changes it makes none."""

from __future__ import annotations

import pytest

from yt_pubsub_handler.people.tokens import Unreadable, decrypt, encrypt, hashed, new_token


def test_what_was_encrypted_can_be_read_with_the_same_key() -> None:
    assert decrypt(encrypt("a token", "key"), "key") == "a token"


def test_it_looks_different_each_time_and_never_like_itself() -> None:
    once, twice = encrypt("a token", "key"), encrypt("a token", "key")

    assert once != twice
    assert "token" not in once + twice


def test_with_another_key_or_changed_it_cannot_be_read() -> None:
    text = encrypt("a token", "key")

    for other, key in ((text, "another key"), (text[:-9] + "AAAAAAAA=", "key"), ("", "key"), ("x", "key")):
        with pytest.raises(Unreadable):
            decrypt(other, key)


def test_nobody_can_guess_what_a_browser_is_known_by() -> None:
    made = {new_token() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(token) for token in made} == {43}
    assert all(hashed(token) != token and len(hashed(token)) == 64 for token in made)
