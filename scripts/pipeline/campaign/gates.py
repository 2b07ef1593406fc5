"""
Stops an upgrade at one of its commits, so that what happens to it then happens nowhere else.

A file of the campaign's package alone: it is copied beside run.py, which then imports it. The engine knows nothing of
it. A gate is shut while a file of its name is in the folder that GATES names; whoever stands at it leaves a file that
says so.
"""

from __future__ import annotations

import importlib
import os
import time
from pathlib import Path
from typing import Any

ONCE = ("mutex.acquire", "takeover.raise_fence", "takeover.begin_run", "ledger.Ledger.end_run", "mutex.release")
EACH = ("ledger.Ledger.begin_step", "steps.end_step", "steps.run_revision")
"""Functions of the engine: each is passed once for every revision."""

_revision = ""


def install() -> None:
    """Put a gate behind each of these functions, once per process."""
    for path in (*ONCE, *EACH):
        module, *names = path.split(".")
        holder: Any = importlib.import_module(f"yt_pubsub_handler.migration.{module}")
        for name in names[:-1]:
            holder = getattr(holder, name)
        function = getattr(holder, names[-1])
        if not hasattr(function, "gate"):
            setattr(holder, names[-1], _gated(path, function))


def pass_gate(name: str) -> None:
    """Wait for as long as the gate is shut."""
    folder = os.environ.get("GATES")
    if not folder:
        return
    shut = Path(folder, f"{name}.shut")
    while shut.exists():
        shut.with_suffix(".reached").touch()
        time.sleep(0.02)


def _gated(path: str, function: Any) -> Any:
    def gated(*arguments: Any, **keywords: Any) -> Any:
        global _revision  # noqa: PLW0603 - an upgrade is in one revision at a time.
        if path == "ledger.Ledger.begin_step":
            _revision = str(arguments[2])
        answer = function(*arguments, **keywords)
        pass_gate(f"{path} {_revision}" if path in EACH else path)
        return answer

    vars(gated)["gate"] = path
    return gated
