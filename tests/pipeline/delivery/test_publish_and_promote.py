"""Traffic moves to a version that is what it says it is, has answered, and can be left again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from pipeline.delivery import versions
from pipeline.delivery.invocation import FunctionFailed
from pipeline.delivery.promote import promote
from pipeline.delivery.publish import publish_version
from pipeline.delivery.smoke import smoke_version
from pipeline.errors import CouldNotAnswer, Found
from tests.pipeline.delivery.conftest import FIRST, SECOND, Deployed


@pytest.fixture
def serving(deployed: Deployed) -> Deployed:
    """FIRST serves, and SECOND is on $LATEST with its schema in the database."""
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    versions.create_live(deployed.aws, publish_version(deployed.aws, FIRST))
    deployed.deploy(SECOND)
    deployed.database_is_at(SECOND.schema)
    return deployed


def test_a_published_version_says_which_release_it_is_and_keeps_saying_it(serving: Deployed) -> None:
    version = publish_version(serving.aws, SECOND)

    assert versions.release_of(serving.aws, version) == SECOND
    assert versions.release_of(serving.aws, serving.live()) == FIRST


def test_publishing_the_same_release_again_gives_the_same_version(serving: Deployed) -> None:
    assert publish_version(serving.aws, SECOND) == publish_version(serving.aws, SECOND)


def test_a_crossing_deploy_is_not_published_as_ours(serving: Deployed) -> None:
    with pytest.raises(Found, match=f"LATEST holds commit {SECOND.commit}, not {FIRST.commit}: another deploy"):
        publish_version(serving.aws, FIRST)


def test_promoting_moves_traffic_and_remembers_what_served(serving: Deployed) -> None:
    before, version = serving.live(), publish_version(serving.aws, SECOND)

    assert promote(serving.aws, version, SECOND) == before
    assert serving.live() == version
    assert versions.read_live(serving.aws).previous == (before,)


def test_promoting_what_serves_already_changes_nothing(serving: Deployed) -> None:
    version = publish_version(serving.aws, SECOND)
    promote(serving.aws, version, SECOND)
    once = versions.read_live(serving.aws)

    promote(serving.aws, version, SECOND)

    assert versions.read_live(serving.aws) == once


def test_a_version_of_another_release_is_not_promoted(serving: Deployed) -> None:
    before, version = serving.live(), publish_version(serving.aws, SECOND)

    with pytest.raises(Found, match="was not published as"):
        promote(serving.aws, version, FIRST)

    assert serving.live() == before


def test_a_version_that_does_not_answer_gives_traffic_back(serving: Deployed) -> None:
    before = serving.live()
    serving.deploy(SECOND, broken=True)
    function = serving.aws.stage.function
    serving.aws.lambda_.update_function_configuration(FunctionName=function, Description=SECOND.description)
    broken = serving.aws.lambda_.publish_version(FunctionName=function)["Version"]

    with pytest.raises(Found, match=rf"this release is broken.* Traffic is back on version {before}\."):
        promote(serving.aws, broken, SECOND)

    assert serving.live() == before
    assert versions.read_live(serving.aws).previous == ()


def test_going_back_forgets_what_came_after(serving: Deployed) -> None:
    first, second = serving.live(), publish_version(serving.aws, SECOND)
    promote(serving.aws, second, SECOND)

    versions.point_live_back(serving.aws, first)

    live = versions.read_live(serving.aws)
    assert (live.version, live.previous) == (first, ())


def test_somebody_elses_move_in_between_is_not_overwritten(serving: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    second = publish_version(serving.aws, SECOND)
    stale = replace(versions.read_live(serving.aws), revision_id="0" * 36)
    monkeypatch.setattr(versions, "read_live", lambda _: stale)

    with pytest.raises(ClientError, match="PreconditionFailed"):
        versions.point_live(serving.aws, second)


@pytest.mark.parametrize(
    ("revision", "problem"),
    [
        (FIRST.schema, r"HTTP 503 .* schema aaaaaaaaaaaa \(older\)"),
        ("eeeeeeeeeeee", "the database is at revision eeeeeeeeeeee, not bbbbbbbbbbbb"),
    ],
)
def test_a_version_on_the_wrong_schema_does_not_pass_its_smoke_test(
    serving: Deployed, revision: str, problem: str
) -> None:
    version = publish_version(serving.aws, SECOND)
    serving.database_is_at(revision)

    with pytest.raises(Found, match=f"Version {version} does not serve: {problem}.* Traffic has not moved"):
        smoke_version(serving.aws, version, SECOND)


def test_a_release_on_a_newer_schema_passes_where_that_is_expected(serving: Deployed) -> None:
    status = smoke_version(serving.aws, serving.live(), FIRST, newer_schema=True)

    assert status["schema"]["fit"] == "newer"


def test_a_version_that_raises_says_why(serving: Deployed) -> None:
    serving.deploy(SECOND, broken=True)

    with pytest.raises(FunctionFailed, match=r"shop-production:[$]LATEST failed: this release is broken"):
        publish_version(serving.aws, SECOND)


@pytest.mark.parametrize(
    "ask",
    [
        lambda deployed: versions.read_live(deployed.aws),
        lambda deployed: smoke_version(deployed.aws, "7", FIRST),
    ],
)
def test_a_stage_that_was_never_deployed_points_to_the_bootstrap(
    deployed: Deployed, ask: Callable[[Deployed], object]
) -> None:
    with pytest.raises(CouldNotAnswer, match=r"bootstrap\.py production"):
        ask(deployed)
