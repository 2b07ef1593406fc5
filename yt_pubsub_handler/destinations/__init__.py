"""
Where posts can go: each module here but `interface` is one, by its own name, and has `open_destination(settings)`.

A new one is one file. It is imported when something is to be posted there, so that nobody pays for what nobody uses.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

from yt_pubsub_handler.destinations.interface import Destination
from yt_pubsub_handler.settings import Settings

NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "interface"))
"""Every destination there is."""


class NoSuchDestination(Exception):
    """Nothing here has that name."""


def open_destination(name: str, settings: Settings) -> Destination:
    """Make ready the destination called `name`. Raises NoSuchDestination, and NotConfigured."""
    if name not in NAMES:
        raise NoSuchDestination(f"There is no destination {name!r}: choose one of {', '.join(NAMES)}.")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("Callable[[Settings], Destination]", module.open_destination)(settings)
