"""Traffic moves to a version that is what it says it is, has answered, and can be left again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pipeline.delivery import publish, versions
from pipeline.delivery.invocation import FunctionFailed
from pipeline.delivery.promote import promote
from pipeline.delivery.publish import publish_version, uploaded_code
from pipeline.delivery.release import Release
from pipeline.delivery.smoke import smoke_version
from pipeline.errors import CouldNotAnswer, Found
from tests.pipeline.delivery.conftest import FIRST, SECOND, Deployed, package, sha256


@pytest.fixture
def serving(deployed: Deployed) -> Deployed:
    """FIRST serves, and SECOND is on $LATEST with its schema in the database."""
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    versions.create_live(deployed.aws, deployed.publish(FIRST))
    deployed.deploy(SECOND)
    deployed.database_is_at(SECOND.schema)
    return deployed


def test_a_published_version_says_which_release_it_is_and_keeps_saying_it(serving: Deployed) -> None:
    version = serving.publish(SECOND)

    assert versions.release_of(serving.aws, version) == SECOND
    assert versions.release_of(serving.aws, serving.live()) == FIRST


def test_publishing_the_same_release_again_gives_the_same_version(serving: Deployed) -> None:
    assert serving.publish(SECOND) == serving.publish(SECOND)


def test_a_crossing_deploy_is_not_published_as_ours(serving: Deployed) -> None:
    ours, theirs = serving.code_sha256, package(SECOND, broken=True)
    serving.upload(theirs)
    before = versions.published_versions(serving.aws)

    with pytest.raises(Found) as found:
        publish_version(serving.aws, SECOND, ours)

    assert str(found.value) == (
        f"$LATEST holds the package {sha256(theirs)}, not {ours}, which was uploaded for {SECOND}: another deploy "
        "came in between. Traffic has not moved; run the newest deploy again."
    )
    assert versions.published_versions(serving.aws) == before


def test_an_upload_between_the_look_and_the_publishing_is_refused_by_lambda(
    serving: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = serving.code_sha256
    serving.upload(package(SECOND, broken=True))
    before = versions.published_versions(serving.aws)
    monkeypatch.setattr(publish, "configuration_of", lambda *_: {"CodeSha256": ours})

    with pytest.raises(ClientError, match="is different from current CodeSHA256"):
        publish_version(serving.aws, SECOND, ours)

    assert versions.published_versions(serving.aws) == before


def test_without_a_record_of_an_upload_nothing_is_published(serving: Deployed, tmp_path: Path) -> None:
    """A checkout that was made for the later steps alone has none."""
    with pytest.raises(CouldNotAnswer, match=r"no record in build/upload\.json .*prepare_package\.py.*zappa update"):
        uploaded_code(serving.aws, SECOND, tmp_path)


def test_the_record_of_another_releases_upload_is_not_taken_for_ours(serving: Deployed, tmp_path: Path) -> None:
    recorded(tmp_path, FIRST, serving.code_sha256)

    with pytest.raises(Found, match=f"holds commit {FIRST.commit}, not {SECOND.commit}[.] .*prepare_package"):
        uploaded_code(serving.aws, SECOND, tmp_path)


def test_the_record_says_which_package_is_to_be_published(serving: Deployed, tmp_path: Path) -> None:
    recorded(tmp_path, SECOND, serving.code_sha256)

    assert uploaded_code(serving.aws, SECOND, tmp_path) == serving.code_sha256


def recorded(checkout: Path, release: Release, code_sha256: str) -> None:
    (checkout / "build").mkdir()
    upload = {"commit": release.commit, "code_sha256": code_sha256}
    (checkout / "build" / "upload.json").write_text(json.dumps(upload))


def test_promoting_moves_traffic_and_remembers_what_served(serving: Deployed) -> None:
    before, version = serving.live(), serving.publish(SECOND)

    assert serving.promote(version, SECOND) == before
    assert serving.live() == version
    assert versions.read_live(serving.aws).previous == (before,)


def test_promoting_what_serves_already_changes_nothing(serving: Deployed) -> None:
    version = serving.publish(SECOND)
    serving.promote(version, SECOND)
    once = versions.read_live(serving.aws)

    serving.promote(version, SECOND)

    assert versions.read_live(serving.aws) == once


def test_a_version_of_another_release_is_not_promoted(serving: Deployed) -> None:
    before, version = serving.live(), serving.publish(SECOND)

    with pytest.raises(Found, match="was not published as"):
        serving.promote(version, FIRST)

    assert serving.live() == before


def test_a_version_that_holds_another_package_than_was_uploaded_is_not_promoted(serving: Deployed) -> None:
    """Its description is what anybody may have written; its package is what it runs."""
    before, version, theirs = serving.live(), serving.publish(SECOND), serving.code_sha256
    ours = sha256(b"what we uploaded")

    with pytest.raises(Found) as found:
        promote(serving.aws, version, SECOND, ours)

    assert str(found.value) == (
        f"Version {version} holds the package {theirs}, not {ours}, which was uploaded for {SECOND}: nothing was "
        "moved. Run the deploy again."
    )
    assert serving.live() == before


def test_a_version_that_does_not_answer_gives_traffic_back(serving: Deployed) -> None:
    before = serving.live()
    serving.deploy(SECOND, broken=True)
    function = serving.aws.stage.function
    serving.aws.lambda_.update_function_configuration(FunctionName=function, Description=SECOND.description)
    broken = serving.aws.lambda_.publish_version(FunctionName=function)["Version"]

    with pytest.raises(Found, match=rf"this release is broken.* Traffic is back on version {before}\."):
        serving.promote(broken, SECOND)

    assert serving.live() == before
    assert versions.read_live(serving.aws).previous == ()


def test_going_back_forgets_what_came_after(serving: Deployed) -> None:
    first, second = serving.live(), serving.publish(SECOND)
    serving.promote(second, SECOND)

    versions.point_live_back(serving.aws, first)

    live = versions.read_live(serving.aws)
    assert (live.version, live.previous) == (first, ())


def test_somebody_elses_move_in_between_is_not_overwritten(serving: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    second = serving.publish(SECOND)
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
    version = serving.publish(SECOND)
    serving.database_is_at(revision)

    with pytest.raises(Found, match=f"Version {version} does not serve: {problem}.* Traffic has not moved"):
        smoke_version(serving.aws, version, SECOND)


def test_a_release_on_a_newer_schema_passes_where_that_is_expected(serving: Deployed) -> None:
    status = smoke_version(serving.aws, serving.live(), FIRST, newer_schema=True)

    assert status["schema"]["fit"] == "newer"


def test_a_version_that_raises_says_why(serving: Deployed) -> None:
    serving.deploy(SECOND, broken=True)
    version = serving.publish(SECOND)

    with pytest.raises(FunctionFailed, match=f"shop-production:{version} failed: this release is broken"):
        smoke_version(serving.aws, version, SECOND)


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
