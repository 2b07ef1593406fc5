"""
The published versions of the function, and the alias `live` that says which of them serves.

The alias's description remembers what it pointed to before, newest first: what was never promoted is not
there, so a rollback cannot choose a version that failed its smoke test. It also says when deploys are frozen, because
a rollback must be able to freeze them with the database down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from pipeline.delivery.aws import Aws, error_code
from pipeline.delivery.release import Release, described_release
from pipeline.delivery.stage import ALIAS
from pipeline.errors import CouldNotAnswer

# An alias's description holds 256 characters: twelve numbers of up to ten digits fit, and a word about a freeze.
_REMEMBERED = 12
_DESCRIPTION = re.compile(r"^previous: (?P<previous>[0-9, ]*)(?: \| frozen: (?P<frozen>.*))?$")
_LONGEST = 256


@dataclass(frozen=True)
class Live:
    """Which version serves, which ones did before it (newest first), AWS's mark for a safe change, and a freeze."""

    version: str
    previous: tuple[str, ...]
    revision_id: str
    frozen: str | None = None


def find_live(aws: Aws) -> Live | None:
    """The alias as it is, or None where it was never made."""
    try:
        alias = aws.lambda_.get_alias(FunctionName=aws.stage.function, Name=ALIAS)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    match = _DESCRIPTION.match(alias.get("Description", ""))
    numbers = match["previous"].split(",") if match else []
    previous = tuple(number.strip() for number in numbers if number.strip())
    return Live(alias["FunctionVersion"], previous, alias.get("RevisionId", ""), match["frozen"] if match else None)


def read_live(aws: Aws) -> Live:
    """The alias as it is; raises CouldNotAnswer where it was never made."""
    live = find_live(aws)
    if live is None:
        raise CouldNotAnswer(
            f"{aws.stage.function} has no alias {ALIAS!r} in {aws.stage.region}: nothing serves through it yet. "
            f"Run `python scripts/bootstrap.py {aws.stage.name}` once."
        )
    return live


def point_live(aws: Aws, version: str) -> Live:
    """Make `live` point to `version` and remember what it pointed to; return what it was."""
    before = read_live(aws)
    if before.version == version:
        return before
    previous = (before.version, *(number for number in before.previous if number != version))
    _update(aws, before, version=version, previous=previous)
    return before


def point_live_back(aws: Aws, version: str) -> None:
    """Make `live` point to an earlier `version` again, forgetting what came after it."""
    now = read_live(aws)
    if now.version == version:
        return
    later = now.previous.index(version) if version in now.previous else -1
    _update(aws, now, version=version, previous=now.previous[later + 1 :])


def mark_frozen(aws: Aws, why: str | None) -> None:
    """Write on the alias why deploys are frozen, or, with None, that they are not."""
    now = read_live(aws)
    if now.frozen != why:
        _update(aws, now, frozen=why)


def create_live(aws: Aws, version: str) -> None:
    """Make the alias for the first time."""
    aws.lambda_.create_alias(
        FunctionName=aws.stage.function, Name=ALIAS, FunctionVersion=version, Description="previous: "
    )


def release_of(aws: Aws, version: str) -> Release | None:
    """Which release `version` is; None for one that we did not publish."""
    return described_release(configuration_of(aws, version).get("Description", ""))


def configuration_of(aws: Aws, version: str) -> dict[str, str]:
    """The configuration that was frozen into `version`, or that $LATEST has now."""
    try:
        found = aws.lambda_.get_function_configuration(FunctionName=aws.stage.function, Qualifier=version)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        raise CouldNotAnswer(f"There is no version {version} of {aws.stage.function}.") from error
    return {key: value for key, value in found.items() if isinstance(value, str)}


def published_versions(aws: Aws) -> list[tuple[str, Release | None]]:
    """Every published version with its release, newest first."""
    pages = aws.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=aws.stage.function)
    found = [
        (version["Version"], described_release(version.get("Description", "")))
        for page in pages
        for version in page["Versions"]
        if version["Version"] != "$LATEST"
    ]
    return sorted(found, key=lambda one: int(one[0]), reverse=True)


def _update(aws: Aws, now: Live, **changes: Any) -> None:
    new = replace(now, **changes)
    description = "previous: " + ", ".join(new.previous[:_REMEMBERED])
    if new.frozen:
        description += f" | frozen: {' '.join(new.frozen.split())}"
    aws.lambda_.update_alias(
        FunctionName=aws.stage.function,
        Name=ALIAS,
        FunctionVersion=new.version,
        Description=description[:_LONGEST],
        # Somebody else's move in between makes this one fail instead of overwriting it.
        RevisionId=now.revision_id,
    )
