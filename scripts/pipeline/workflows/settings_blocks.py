"""
Reads the keys that GitHub acts on and the runner does not: permissions, concurrency, environment, runs-on.

They have no effect here, yet a misspelt permission or an expression that names the wrong context keeps the
file from running on GitHub, so they are checked all the same.
"""

from __future__ import annotations

from pipeline.workflows import availability
from pipeline.workflows.expressions import Scope
from pipeline.workflows.places import Place

_LEVELS = frozenset({"read", "write", "none"})
_SCOPES = frozenset(
    {
        "actions",
        "artifact-metadata",
        "attestations",
        "checks",
        "code-quality",
        "contents",
        "deployments",
        "discussions",
        "id-token",
        "issues",
        "models",
        "packages",
        "pages",
        "pull-requests",
        "repository-projects",
        "security-events",
        "statuses",
    }
)


def check_settings(place: Place, scope: Scope) -> None:
    """Refuse what GitHub would refuse in the permissions and the concurrency of a workflow or job."""
    _check_permissions(place)
    concurrency = place.block.get("concurrency")
    if not isinstance(concurrency, dict):
        place.template("concurrency", scope)
        return
    group = place.below("concurrency")
    group.allow_only(frozenset({"group", "cancel-in-progress", "queue"}), {})
    if "group" not in group.block:
        group.refuse("`group` is missing.")
    for key in ("group", "cancel-in-progress"):
        group.template(key, scope)
    if group.scalar("queue", "single") not in {"single", "max"}:
        group.refuse("`queue` is `single` or `max`.", "queue")


def check_environment(place: Place) -> None:
    if not isinstance(place.block.get("environment"), dict):
        place.template("environment", availability.JOB)
        return
    environment = place.below("environment")
    environment.allow_only(frozenset({"name", "url", "deployment"}), {})
    if "name" not in environment.block:
        environment.refuse("`name` is missing.")
    environment.template("name", availability.JOB)
    environment.template("url", availability.ENVIRONMENT_URL)


def check_runs_on(place: Place) -> None:
    runs_on = place.block.get("runs-on")
    if runs_on is None:
        place.refuse("`runs-on` is missing.")
    if isinstance(runs_on, dict):
        place.below("runs-on").allow_only(frozenset({"group", "labels"}), {})
    elif isinstance(runs_on, list):
        place.template_list("runs-on", availability.JOB)
    else:
        place.template("runs-on", availability.JOB)


def _check_permissions(place: Place) -> None:
    permissions = place.block.get("permissions", {})
    if isinstance(permissions, str):
        if permissions not in {"read-all", "write-all"}:
            place.refuse("`permissions` is `read-all`, `write-all` or a mapping.", "permissions")
        return
    granted = place.below("permissions")
    granted.allow_only(_SCOPES, {})
    for key in granted.block:
        if granted.text(key) not in _LEVELS:
            granted.refuse(f"`{key}` is `read`, `write` or `none`.", key)
