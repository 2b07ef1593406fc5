"""
Moves traffic: the alias `live` is pointed to a version, and is asked until it answers as that version.

When it does not, it is pointed back at once. A deploy that fails must leave what served before.
"""

from __future__ import annotations

import time

from pipeline.delivery.aws import Aws
from pipeline.delivery.freeze import freeze
from pipeline.delivery.release import Release, described_release
from pipeline.delivery.smoke import answering_version, smoke_live
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import configuration_of, point_live, point_live_back
from pipeline.errors import Found, PipelineError

_PATIENCE = 30.0


def promote(aws: Aws, version: str, release: Release, code_sha256: str) -> str:
    """
    Point `live` to `version` and return what served before.

    Raises Found unless it was published as `release` and holds the package `code_sha256`, which was uploaded for it.
    """
    published = configuration_of(aws, version)
    if described_release(published.get("Description", "")) != release:
        raise Found(f"Version {version} was not published as {release}: nothing was moved. Publish it first.")
    if published["CodeSha256"] != code_sha256:
        raise Found(
            f"Version {version} holds the package {published['CodeSha256']}, not {code_sha256}, which was uploaded for "
            f"{release}: nothing was moved. Run the deploy again."
        )
    before = point_live(aws, version).version
    try:
        wait_until_answered(aws, version)
    except PipelineError as error:
        point_live_back(aws, before)
        raise Found(f"{error} Traffic is back on version {before}.") from error
    return before


def confirm(aws: Aws, url: str, version: str, release: Release, before: str) -> None:
    """Ask the public URL for `release`; when it is not served, point `live` back to `before` and raise Found."""
    try:
        smoke_live(url, release)
    except PipelineError as error:
        if before == version:
            raise Found(
                f"{error} Version {version} served before this deploy too, so traffic was left there."
            ) from error
        point_live_back(aws, before)
        freeze(aws, f"version {version} did not serve after its promotion")
        raise Found(
            f"{error} Traffic is back on version {before}; the schema stays as it is, which version {before} was "
            "proved to run on. Deploys are frozen: undo the schema with “Rollback migration” if it is in the way, "
            "merge what mends it, and run “Deploy” by hand with “lift-freeze”."
        ) from error


def wait_until_answered(aws: Aws, version: str) -> None:
    """Return when `live` answers as `version`; raises Found after half a minute."""
    until = time.monotonic() + _PATIENCE
    while True:
        answered = answering_version(aws, ALIAS)
        if answered == version:
            return
        if time.monotonic() > until:
            raise Found(f"The alias {ALIAS!r} still answers as version {answered}, not {version}.")
        time.sleep(0.5)
