"""
Ends processes that left their step's session, as a daemon does, when the job ends.

They are known by a variable they inherited, RUNNER_TRACKING_ID, which is how GitHub's runner finds them.
Only Linux shows other processes' environments; elsewhere a daemon that wants to outlive its job can.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def kill_tracked(tracking_id: str) -> None:
    """Kill every process whose environment has RUNNER_TRACKING_ID=`tracking_id`, this one excepted."""
    mark = f"RUNNER_TRACKING_ID={tracking_id}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end while we look, and another user's cannot be read.
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0") and int(folder.name) != os.getpid():
                os.kill(int(folder.name), signal.SIGKILL)
