"""One local AWS for all tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.environment import CHECKOUT, locked_environment
from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The Python that functions run on."""
    return locked_environment("lambda", CHECKOUT / "requirements" / "lambda.txt")


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory, runtime: Path) -> Iterator[LocalAws]:
    """An AWS whose clock stands still, and which tries failed events again at once."""
    with LocalAws(tmp_path_factory.mktemp("aws"), runtime, clock_speed=0, retry_delays=(0, 0)) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def deployments(aws: LocalAws) -> Deployments:
    return Deployments(aws)
