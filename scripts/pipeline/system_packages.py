"""
What the system tests need that no package index for Python has: here it is said before the first of them fails.

On a runner (CI is set), where we are root, the one command that installs them is run; a person is told it.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from pipeline.errors import CouldNotAnswer

# Debian's package by the program it brings.
PACKAGES = {"chromium": "chromium", "pgbouncer": "pgbouncer"}
# Where Debian puts servers, which an ordinary user's PATH leaves out.
SEARCH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def check_system_packages(_arguments: list[str]) -> None:
    """Return when all programs are there; raises CouldNotAnswer with the command that installs what is missing."""
    missing = missing_packages()
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get"):
        _run(["apt-get", "update"])
        _run(command)
        missing = missing_packages()
    if missing:
        raise CouldNotAnswer(
            f"The system tests need {', '.join(missing)}: run `sudo apt-get update && sudo {' '.join(command)}`, "
            "then this again."
        )


def missing_packages() -> list[str]:
    """The packages whose program is not on this machine."""
    return sorted(package for program, package in PACKAGES.items() if not shutil.which(program, path=SEARCH))


def _run(command: list[str]) -> None:
    # PostgreSQL's own Debian packages would start a server of theirs; nobody answers their questions here.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(done.stdout)
        raise CouldNotAnswer(f"`{' '.join(command)}` failed (its output is above).")
