"""
Without this file nobody could tell which commit answers.

`release.json` is written into the package when it is made; a checkout has none and calls itself
"development".
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

RELEASE_FILE = Path(__file__).with_name("release.json")
DEVELOPMENT = "development"


@dataclass(frozen=True)
class Release:
    """The code that runs: commit, Lambda's version (None outside), when it was packaged (ISO 8601)."""

    commit: str
    version: str | None
    built_at: str | None

    def as_dict(self) -> dict[str, str | None]:
        return asdict(self)


def read_release(file: Path = RELEASE_FILE) -> Release:
    """Read who we are from `file` and from Lambda's environment."""
    written = json.loads(file.read_text()) if file.exists() else {}
    return Release(
        commit=written.get("commit", DEVELOPMENT),
        version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION"),
        built_at=written.get("built_at"),
    )
