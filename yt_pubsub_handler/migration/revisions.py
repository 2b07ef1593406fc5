"""
Without this file every part would read `migrations/` by itself, and once per request.

The folder cannot change under a running process on Lambda; a development server reloads when it does.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import cast

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import Connection, text

from yt_pubsub_handler.migration.errors import Refused

REVISION_ID = re.compile(r"[0-9a-f]{12}")


def alembic_config(app: Flask) -> Config:
    """Return Alembic's configuration as Flask-Migrate makes it; call it inside the app's context."""
    return cast(Config, app.extensions["migrate"].migrate.get_config())


def scripts(app: Flask) -> ScriptDirectory:
    """Return the revisions this package holds."""
    return _scripts(str(app.extensions["migrate"].directory))


def package_head(app: Flask) -> str | None:
    """Return the revision this package's code is written for, if any. Raises Refused for several."""
    try:
        return scripts(app).get_current_head()
    except CommandError:
        heads = ", ".join(sorted(scripts(app).get_heads()))
        raise Refused("heads", f"This package has several heads ({heads}): merge them and deploy again.") from None


def is_known(app: Flask, revision: str) -> bool:
    """Tell whether this package holds the file of `revision`, spelled in full."""
    return any(script.revision == revision for script in scripts(app).walk_revisions())


def file_hash(app: Flask, revision: str) -> str:
    """Return the SHA-256 of the revision's file, which tells whether it was changed."""
    return hashlib.sha256(Path(scripts(app).get_revision(revision).path).read_bytes()).hexdigest()


def history(app: Flask) -> list[dict[str, str | None]]:
    """Return what this package holds, first to head, as `{"revision": …, "down": …, "message": …}`."""
    return [
        {"revision": script.revision, "down": _one(script.down_revision), "message": script.doc}
        for script in reversed(list(scripts(app).walk_revisions()))
    ]


def database_revision(connection: Connection) -> str | None:
    """Return the revision the database says it is at, None for an empty one."""
    # Two short questions of our own: Alembic's ask the catalog at length, and a context has to be made for them.
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    heads = connection.scalars(text("SELECT version_num FROM alembic_version"))
    return ",".join(sorted(heads)) or None


def _one(down: str | list[str] | tuple[str, ...] | None) -> str | None:
    """A merge follows several: told as Alembic's command line writes them."""
    return down if down is None or isinstance(down, str) else ",".join(down)


@lru_cache(maxsize=4)
def _scripts(directory: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", directory.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)
