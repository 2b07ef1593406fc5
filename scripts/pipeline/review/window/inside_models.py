"""
What a project's models are: found the way Alembic finds them, by running env.py up to `context.configure(…)`.

Runs in the reviewed project's Python and needs SQLAlchemy 1.4 or later and Alembic there, nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import configure_mappers, mapperlib


class Unusable(Exception):
    """What was loaded cannot be exercised; the message says why, and what to do."""


class _Enough(BaseException):
    """Ends env.py once it has said what is wanted; no `except Exception` of its own can hold it up."""


class Found:
    """What env.py hands to Alembic: the models' metadata, and the engine that it connects with."""

    def __init__(self, metadata: list[Any], engine: Any, app: Any) -> None:
        self.metadata = metadata
        self.engine = engine
        self.app = app

    def tables(self) -> list[Table]:
        return [table for metadata in self.metadata for table in metadata.sorted_tables]


def load(job: dict[str, Any]) -> Found:
    """Run the env.py of the project that `job` describes. Raises Unusable, and whatever env.py raises."""
    config, app = _config(job)
    given = _what_env_configures(config)
    metadata = given.get("target_metadata")
    several = list(metadata) if isinstance(metadata, (list, tuple)) else [metadata]
    if not any(one is not None and one.tables for one in several):
        raise Unusable(
            "its env.py hands no models to Alembic (target_metadata is None or without a table): only --smoke can "
            "show whether this release works."
        )
    engine = getattr(given.get("connection"), "engine", None)
    if engine is not None and not getattr(engine.dialect, "is_async", False):
        engine.dispose()  # What env.py has opened would keep the database from being copied.
    return Found([one for one in several if one is not None], engine, app)


def mapped(found: Found) -> Iterator[Any]:
    """Yield the mapper of each class that is mapped to a table of the metadata, by name."""
    configure_mappers()
    tables = set(found.tables())
    mappers = {mapper for registry in mapperlib._all_registries() for mapper in registry.mappers}
    yield from sorted(
        (mapper for mapper in mappers if tables.intersection(mapper.tables)),
        key=lambda mapper: (mapper.class_.__module__, mapper.class_.__qualname__),
    )


def follow(root: str, head: str) -> None:
    """
    Import from `root` what would be imported from `head`: an editable install names the folder of the working tree.

    The interpreter's own packages stay, also where their environment lies in that folder.
    """
    kept = [_moved(entry, root, head) for entry in sys.path]
    source = Path(root, "src")
    sys.path[:] = [root, *([str(source)] if source.is_dir() else []), *dict.fromkeys(kept)]


def insist_on_root(mappers: list[Any], head: str) -> None:
    """Raise Unusable where a model comes out of the working tree: it would be the new code under the old one's name."""
    for mapper in mappers:
        module = sys.modules.get(mapper.class_.__module__)
        file = getattr(module, "__file__", None)
        if file and _is_below(file, head) and not _is_package(file):
            raise Unusable(
                f"its models are imported from the working tree ({file}), not from the release: install the project "
                "without --editable into the interpreter of --python, or not at all."
            )


def _moved(entry: str, root: str, head: str) -> str:
    if not _is_below(entry, head) or _is_package(entry):
        return entry
    return str(Path(root, os.path.relpath(os.path.realpath(entry), os.path.realpath(head))))


def _is_below(path: str, folder: str) -> bool:
    return bool(folder) and (os.path.realpath(path) + os.sep).startswith(os.path.realpath(folder) + os.sep)


def _is_package(path: str) -> bool:
    return path.startswith((sys.prefix, sys.base_prefix)) or "site-packages" in Path(path).parts


def _config(job: dict[str, Any]) -> tuple[Any, Any]:
    from alembic.config import Config  # noqa: PLC0415 - a project without it is told in words, by the caller.

    if job["flask"]:
        from flask.cli import ScriptInfo  # noqa: PLC0415 - only a Flask project has it.

        app = ScriptInfo(app_import_path=job["flask"]).load_app()
        app.app_context().push()
        return app.extensions["migrate"].migrate.get_config(job["directory"]), app
    config = Config(job["ini"]) if job["ini"] else Config()
    config.set_main_option("script_location", job["directory"].replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", job["url"].replace("%", "%%"))
    return config, None


def _what_env_configures(config: Any) -> dict[str, Any]:
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415 - as above.
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above.

    given: dict[str, Any] = {}

    def configure(_self: Any, connection: Any = None, *_: Any, **options: Any) -> None:
        given.update(options, connection=connection)
        raise _Enough

    script = ScriptDirectory.from_config(config)
    original = EnvironmentContext.configure
    setattr(EnvironmentContext, "configure", configure)  # noqa: B010 - put back below; its signature is no matter.
    try:
        with EnvironmentContext(config, script, fn=lambda _revision, _context: []):
            script.run_env()
    except _Enough:
        pass
    finally:
        setattr(EnvironmentContext, "configure", original)  # noqa: B010 - as it was.
    return given
