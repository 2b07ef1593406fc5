"""
Without this file an invoke could be answered by another package than the one it means.

Lambda goes on serving the old package for a moment after an update; asked to upgrade, it would find nothing
to do and exit 0. So an invoke says which commit and which head it expects, and anybody else refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yt_pubsub_handler.migration.errors import Refused


def check_expectations(event: Mapping[str, Any], *, commit: str, head: str | None) -> None:
    """
    Compare `event["expect"]`, if it is there, with this package's `commit` and `head`.

    It is an object with "commit", "head" or both. Raises Refused when they differ or cannot be understood.
    """
    expected = event.get("expect")
    if expected is None:
        return
    actual = {"commit": commit, "head": head}
    if not isinstance(expected, Mapping) or not expected or not actual.keys() >= expected.keys():
        raise Refused(
            "request",
            'Nothing was done: "expect" must be an object with "commit", "head" or both. Correct the payload.',
        )
    differences = [
        f"{name} {expected[name]} was expected, this package has {actual[name]}"
        for name in sorted(expected)
        if expected[name] != actual[name]
    ]
    if differences:
        raise Refused(
            "expect",
            f"Nothing was done: {'; '.join(differences)}. "
            "Wait until the update has reached Lambda, or invoke the version that holds it.",
        )
