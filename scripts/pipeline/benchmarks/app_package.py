"""How large the package is that would be uploaded: made by the repository's own command and the real Zappa."""

from __future__ import annotations

import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.package import prepare_package, zappa, zappa_environment
from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer

_STAGE = "production"


@dataclass(frozen=True)
class Package:
    """Megabytes of the zip, and of what is in it; of that, the bytecode that is compiled beforehand."""

    zipped: float
    unpacked: float
    bytecode: float


def measure_package(folder: Path) -> Package:
    """Package what is committed, in a clone below `folder`. Raises CouldNotAnswer."""
    checkout, output = folder / "checkout", folder / "package.zip"
    _run(["git", "clone", "--quiet", "--shared", str(CHECKOUT), str(checkout)], folder, dict(os.environ))
    _, environment = prepare_package(checkout)
    # Zappa asks for credentials before it looks whether it needs any.
    nowhere = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true"}
    words = zappa("package", _STAGE, "--output", str(output))
    _run(words, checkout, {**zappa_environment(environment), **nowhere})
    with zipfile.ZipFile(output) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    compiled = sum(size for name, size in sizes.items() if name.endswith(".pyc"))
    return Package(_megabytes(output.stat().st_size), _megabytes(sum(sizes.values())), _megabytes(compiled))


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CouldNotAnswer(f"`{command[0]} {command[1]}` failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _megabytes(size: float) -> float:
    return size / 1_000_000
