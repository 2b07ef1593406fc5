"""
How a step speaks to the workflow it runs in: outputs, environment, summary, annotations.

Outside a workflow the same words go to the terminal, so every script can be typed by hand.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def set_output(name: str, value: str) -> None:
    """Give `value` to later steps as `steps.<id>.outputs.<name>`."""
    _assign("GITHUB_OUTPUT", name, value)


def set_environment(name: str, value: str) -> None:
    """Set a variable for the steps after this one."""
    _assign("GITHUB_ENV", name, value)


def summarise(markdown: str) -> None:
    """Add to the job's summary."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a") as summary:
            summary.write(markdown.rstrip("\n") + "\n\n")
    else:
        print(markdown)


def notice(title: str, message: str) -> None:
    """Show a line where people look, without failing anything."""
    if os.environ.get("GITHUB_ACTIONS"):
        print(f"::notice title={_escape(title)}::{_escape(message)}", flush=True)
    else:
        print(f"{title}: {message}", flush=True)


def payload(expect: dict[str, str], **more: Any) -> str:
    """What an invoke carries: what it expects to find, and which run sends it."""
    run = {
        "id": os.environ.get("GITHUB_RUN_ID", "by-hand"),
        "attempt": os.environ.get("GITHUB_RUN_ATTEMPT", "1"),
        "actor": os.environ.get("GITHUB_ACTOR", os.environ.get("USER", "unknown")),
    }
    return json.dumps({"expect": expect, "run": run, **more}, sort_keys=True)


def _assign(variable: str, name: str, value: str) -> None:
    path = os.environ.get(variable)
    if not path:
        print(f"{name}={value}")
        return
    # A random delimiter, as a value that contained it would set other names.
    delimiter = f"end-{secrets.token_hex(8)}"
    with Path(path).open("a") as file:
        file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
