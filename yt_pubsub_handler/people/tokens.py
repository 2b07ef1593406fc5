"""
Without this file whoever reads the database, or a backup of it, could act on Reddit as everybody who is signed in.

What the browser holds is kept as a hash, which is enough to know it again; what Reddit gave us has to be sent to it,
so that is encrypted, with a key that is derived from SECRET_KEY and is nowhere in the database.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"yt-pubsub-handler: tokens of Reddit, in sign_ins"


class Unreadable(Exception):
    """It was encrypted with another SECRET_KEY, or changed since."""


def new_token() -> str:
    """Return what a browser is known by: nobody can guess it."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """No salt is needed where the token itself is random, and looking it up has to find it."""
    return hashlib.sha256(token.encode()).hexdigest()


def encrypt(text: str, secret_key: str) -> str:
    return _fernet(secret_key).encrypt(text.encode()).decode()


def decrypt(text: str, secret_key: str) -> str:
    """Raises Unreadable, also when SECRET_KEY was changed: whoever is signed in has to do so again."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - most requests need no cryptography.

    try:
        return _fernet(secret_key).decrypt(text).decode()
    except InvalidToken:
        raise Unreadable("a token was encrypted with another SECRET_KEY") from None


@functools.cache
def _fernet(secret_key: str) -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
