"""
Without this file nothing would lie on disk that a process could run: an upload is a zip in memory.

Each code is unpacked once and shared by all its environments, with its files read-only as in `/var/task`.
"""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from pathlib import Path

_unpacking = threading.Lock()


def unpack(code: bytes, folder: Path) -> Path:
    """
    Unpack the zip in `code` to `folder`, unless it is there already, and return the folder.

    Folders stay writable so that whoever owns them can remove them again.
    """
    with _unpacking:
        if folder.exists():
            return folder
        being_made = folder.with_name(f".{folder.name}")
        shutil.rmtree(being_made, ignore_errors=True)
        being_made.mkdir(parents=True)
        with zipfile.ZipFile(io.BytesIO(code)) as package:
            for member in package.infolist():
                extracted = Path(package.extract(member, being_made))
                if not member.is_dir():
                    executable = (member.external_attr >> 16) & 0o111
                    extracted.chmod(0o444 | executable)
        being_made.rename(folder)
    return folder
