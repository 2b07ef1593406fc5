"""
Which package Zappa uploaded: it deletes the zip after the upload, and Lambda tells a package by its hash alone.

Zappa calls `write` by the name that zappa_settings.json has under `callbacks`, in its own process and by a module name
without our packages before it: what this file imports has to be Python's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RECORD = Path("build") / "upload.json"
CALLBACK = "scripts.pipeline.delivery.upload_record.write"
_RELEASE = "yt_pubsub_handler/release.json"


@dataclass(frozen=True)
class Upload:
    """A package; `commit` is what it says of itself, `code_sha256` is what Lambda will call it."""

    commit: str
    code_sha256: str


def write(zappa: Any) -> None:
    """
    Record the zip that `zappa`, a ZappaCLI, is about to upload.

    Ends Zappa before anything is uploaded when the package does not say which release it is.
    """
    package = Path(zappa.zip_path)
    try:
        with zipfile.ZipFile(package) as members:
            commit = json.loads(members.read(_RELEASE))["commit"]
    except KeyError:
        print(
            f"error: The package lacks {_RELEASE}, so nobody could tell which release it is; nothing was uploaded. "
            "Run `python scripts/prepare_package.py`, then Zappa again.",
            file=sys.stderr,
        )
        sys.exit(3)
    with package.open("rb") as file:
        # Lambda's CodeSha256 is "the SHA256 hash of the function's deployment package", base64-encoded (API reference).
        code_sha256 = base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
    RECORD.parent.mkdir(exist_ok=True)
    half = RECORD.with_suffix(".half")
    half.write_text(json.dumps(asdict(Upload(commit, code_sha256))) + "\n")
    half.replace(RECORD)  # A kill leaves the whole record, or none.


def read(checkout: Path) -> Upload | None:
    """What Zappa uploaded last from `checkout` since it was prepared; None where it uploaded nothing."""
    try:
        return Upload(**json.loads((checkout / RECORD).read_text()))
    except FileNotFoundError:
        return None


def forget(checkout: Path) -> None:
    """Remove the record, as another package is to come."""
    (checkout / RECORD).unlink(missing_ok=True)
