"""
What GitHub's code scanning takes: a file it refuses is only found out about after a merge to the default branch.

https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import Found

_LARGEST = 10 * 1024 * 1024  # Bytes, compressed.
_MOST_RUNS = 20
_MOST_RESULTS = 25_000
_LEVELS = {"none", "note", "warning", "error"}


@dataclass(frozen=True)
class Alerts:
    """One upload, and the commit its alerts are shown at."""

    ref: str
    commit: str
    category: str
    sarif: dict[str, Any]

    @property
    def places(self) -> list[tuple[str, str, int]]:
        """Rule, file and line of each result."""
        return [
            (result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])
            for run in self.sarif["runs"]
            for result in run["results"]
            for place in [result["locations"][0]["physicalLocation"]]
        ]


def read_sarif(file: Path) -> dict[str, Any]:
    """Return what `file` holds; raises Found with all that code scanning would refuse."""
    if not file.is_file():
        raise Found(f"Path does not exist: {file}")
    text = file.read_bytes()
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise Found(f"Invalid SARIF: {file.name} is no JSON: {error}.") from error
    faults = list(_faults(document))
    if (size := len(gzip.compress(text))) > _LARGEST:
        faults.append(f"it has {size:,} bytes, compressed, and {_LARGEST:,} are accepted")
    if faults:
        raise Found(f"Unable to upload {file.name}, as it is not valid SARIF: {'; '.join(faults[:10])}.")
    return document


def _faults(document: dict[str, Any]) -> Iterator[str]:
    if document.get("version") != "2.1.0":
        yield f"version is {document.get('version')!r}, not '2.1.0'"
    runs = document.get("runs")
    if not isinstance(runs, list) or not 1 <= len(runs) <= _MOST_RUNS:
        yield f"runs has to be a list of 1 to {_MOST_RUNS}"
        return
    for run in runs:
        driver = run.get("tool", {}).get("driver", {})
        if not driver.get("name"):
            yield "tool.driver.name is missing"
        rules = [rule.get("id") for rule in driver.get("rules", [])]
        results = run.get("results", [])
        if len(results) > _MOST_RESULTS:
            yield f"a run has {len(results):,} results, and {_MOST_RESULTS:,} are accepted"
        for number, result in enumerate(results):
            yield from (f"results[{number}]: {fault}" for fault in _result_faults(result, rules))


def _result_faults(result: dict[str, Any], rules: list[Any]) -> Iterator[str]:
    if result.get("ruleId") not in rules:
        yield f"ruleId {result.get('ruleId')!r} is none of the driver's rules"
    if result.get("level", "warning") not in _LEVELS:
        yield f"level {result['level']!r} is none of {', '.join(sorted(_LEVELS))}"
    if not result.get("message", {}).get("text"):
        yield "message.text is missing"
    if not result.get("partialFingerprints", {}).get("primaryLocationLineHash"):
        # The action makes one from the file's lines, and where this is uploaded the file is not.
        yield "partialFingerprints.primaryLocationLineHash is missing"
    places = [place.get("physicalLocation", {}) for place in result.get("locations", [])]
    if not places:
        yield "locations is empty"
    for place in places:
        uri = place.get("artifactLocation", {}).get("uri", "")
        parts = urlsplit(uri)
        if not uri or parts.scheme or parts.path.startswith("/") or ".." in parts.path.split("/"):
            yield f"the uri {uri!r} is not below the top of the checkout"
        if place.get("region", {}).get("startLine", 0) < 1:
            yield "region.startLine is missing"
