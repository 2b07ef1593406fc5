"""
Makes the checkout ready for Zappa, which zips the working directory and the active virtual environment whole.

The environment is a runtime-only one made from requirements/app.txt, so that no tool is shipped; bytecode is
compiled beforehand, because Lambda cannot write any; and the package is told which release it is. What was uploaded
before is forgotten: it is not this package.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipeline.delivery import upload_record
from pipeline.delivery.release import Release, checked_out_release
from pipeline.environment import compile_bytecode, locked_environment
from pipeline.errors import CouldNotAnswer

_SHIPPED = ("yt_pubsub_handler", "migrations", "run.py")


def prepare_package(checkout: Path = Path()) -> tuple[Release, Path]:
    """
    Write yt_pubsub_handler/release.json and compile what is shipped; return the release and the environment
    that Zappa has to find in VIRTUAL_ENV.
    """
    release = checked_out_release(checkout)
    missing = [name for name in _SHIPPED if not (checkout / name).exists()]
    if missing:
        raise CouldNotAnswer(f"This is not a checkout that can be packaged: {', '.join(missing)} is missing.")
    upload_record.forget(checkout)
    described = {
        "commit": release.commit,
        "head": release.schema,
        "built_at": datetime.now(UTC).isoformat("T", "seconds"),
    }
    (checkout / "yt_pubsub_handler" / "release.json").write_text(json.dumps(described) + "\n")
    environment = locked_environment("package", checkout / "requirements" / "app.txt", home=_home())
    compile_bytecode(*(checkout / name for name in _SHIPPED))
    return release, environment


def zappa(*words: str) -> list[str]:
    """The command line of the Zappa that belongs to this Python."""
    return [str(Path(sys.executable).with_name("zappa")), *words]


def zappa_environment(environment: Path) -> dict[str, str]:
    """What Zappa needs to see; it is never re-sent by botocore, as a second upload may meet the first."""
    return {**os.environ, "VIRTUAL_ENV": str(environment), "AWS_MAX_ATTEMPTS": "1"}


def _home() -> Path:
    """The environment we run in: environments that are made live below it and are shared by all checkouts of it."""
    return Path(sys.prefix)
