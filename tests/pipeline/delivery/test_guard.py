"""An old run that is run again brings an old checkout; it has to stop before anything is uploaded."""

import hashlib
from pathlib import Path

import pytest

from pipeline.delivery import conditions, freeze, versions
from pipeline.delivery.guard import Deployable, guard_deploy
from pipeline.delivery.release import Release, checked_out_release
from pipeline.errors import CouldNotAnswer, Found
from tests.pipeline.delivery.conftest import Deployed
from tests.pipeline.delivery.test_heads import write
from tests.pipeline.delivery.test_release import commit, git


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    write(folder / "migrations", "aaaaaaaaaaaa", None, "first")
    commit(folder, "First")
    return folder


def add_revision(checkout: Path, revision: str, down: str) -> Release:
    write(checkout / "migrations", revision, down, f"adds_{revision}")
    commit(checkout, f"Add {revision}")
    return checked_out_release(checkout)


def serve(deployed: Deployed, release: Release, revision: str | None) -> str:
    deployed.deploy(release)
    deployed.database_is_at(release.schema)
    version = deployed.publish(release)
    versions.create_live(deployed.aws, version)
    deployed.database_is_at(revision)
    return version


def test_a_checkout_with_more_may_be_deployed_and_says_what_is_pending(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    version = serve(deployed, first, first.schema)
    second = add_revision(checkout, "bbbbbbbbbbbb", "aaaaaaaaaaaa")

    assert guard_deploy(deployed.aws, checkout) == Deployable(second, first, version, "aaaaaaaaaaaa", ("bbbbbbbbbbbb",))


def test_what_serves_may_be_deployed_again(deployed: Deployed, checkout: Path) -> None:
    """A deploy that was killed half-way is finished by running it again."""
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)

    assert guard_deploy(deployed.aws, checkout).pending == ()


def test_a_schema_that_went_ahead_of_what_serves_is_the_checkouts_to_finish(deployed: Deployed, checkout: Path) -> None:
    """Killed between the upgrade and the promotion: the database is newer than the release that serves."""
    first = checked_out_release(checkout)
    add_revision(checkout, "bbbbbbbbbbbb", "aaaaaaaaaaaa")
    serve(deployed, first, "bbbbbbbbbbbb")

    assert guard_deploy(deployed.aws, checkout).revision == "bbbbbbbbbbbb"


def test_an_old_checkout_is_stopped(deployed: Deployed, checkout: Path) -> None:
    old = git(checkout, "rev-parse", "HEAD")
    second = add_revision(checkout, "bbbbbbbbbbbb", "aaaaaaaaaaaa")
    serve(deployed, second, second.schema)
    git(checkout, "checkout", "--quiet", old)

    with pytest.raises(Found, match=r"does not contain what serves now .*deploy the newest main instead"):
        guard_deploy(deployed.aws, checkout)


def test_a_database_ahead_of_the_checkout_is_stopped(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, "dddddddddddd")

    with pytest.raises(Found, match="at revision dddddddddddd, which this checkout's migrations do not lead to"):
        guard_deploy(deployed.aws, checkout)


def test_an_empty_database_has_everything_pending(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, None)

    assert guard_deploy(deployed.aws, checkout).pending == ("aaaaaaaaaaaa",)


def test_an_adopted_version_cannot_be_compared_and_it_is_said(
    deployed: Deployed, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.deploy(checked_out_release(checkout))
    version = deployed.aws.lambda_.publish_version(FunctionName=deployed.aws.stage.function, Description="adopted")
    versions.create_live(deployed.aws, version["Version"])

    assert guard_deploy(deployed.aws, checkout).serving is None
    assert "was not published by this pipeline" in capsys.readouterr().out


def test_a_stage_without_live_points_to_the_bootstrap(deployed: Deployed, checkout: Path) -> None:
    deployed.deploy(checked_out_release(checkout))

    with pytest.raises(CouldNotAnswer, match=r"no alias 'live' .*bootstrap\.py production"):
        guard_deploy(deployed.aws, checkout)


def test_a_database_that_does_not_answer_is_not_an_empty_one(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    deployed.database.unlink()

    with pytest.raises(CouldNotAnswer, match="The database does not answer"):
        guard_deploy(deployed.aws, checkout)


FREEZE = {"frozen_at": "2026-11-23T10:00:00+00:00", "by": "octocat", "reason": "rolled back"}


def test_a_freeze_in_the_database_stops_a_deploy(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    deployed.tells(frozen=FREEZE)

    with pytest.raises(Found, match=r"frozen \(since .*: rolled back\)\. Nothing was changed\. .*“lift-freeze”"):
        guard_deploy(deployed.aws, checkout)


def test_a_freeze_on_the_alias_stops_a_deploy_until_it_is_lifted(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    freeze.freeze(deployed.aws, "rolled back")

    with pytest.raises(Found, match=r"frozen \(rolled back\)"):
        guard_deploy(deployed.aws, checkout)
    freeze.unfreeze(deployed.aws)

    assert guard_deploy(deployed.aws, checkout).pending == ()
    assert [call["command"] for call in deployed.calls()] == ["run.run_freeze", "run.run_unfreeze"]


def test_rule_8_a_freeze_is_there_with_the_database_down(
    deployed: Deployed, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    deployed.database.unlink()

    freeze.freeze(deployed.aws, "rolled back")

    assert versions.read_live(deployed.aws).frozen == "rolled back"
    assert "The database did not take the freeze" in capsys.readouterr().out


def held(checkout: Path, revision: str, *, changed: bool = False) -> dict[str, str]:
    [file] = (checkout / "migrations" / "versions").glob(f"*{revision}*")
    content = file.read_bytes() + (b"# corrected" if changed else b"")
    digest = hashlib.sha256(content).hexdigest()
    return {"revision": revision, "file_hash": digest, "held_at": "today", "by": "octocat", "reason": "it lost rows"}


def test_rule_7_a_revision_that_was_undone_stops_a_deploy_that_brings_it_back(
    deployed: Deployed, checkout: Path
) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    add_revision(checkout, "bbbbbbbbbbbb", "aaaaaaaaaaaa")
    deployed.tells(held=[held(checkout, "bbbbbbbbbbbb")])

    with pytest.raises(Found, match=r"bbbbbbbbbbbb was undone by octocat .*\(it lost rows\).*“release-hold” bbbb"):
        guard_deploy(deployed.aws, checkout)


def test_a_corrected_file_of_an_undone_revision_may_be_deployed(deployed: Deployed, checkout: Path) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    add_revision(checkout, "bbbbbbbbbbbb", "aaaaaaaaaaaa")
    deployed.tells(held=[held(checkout, "bbbbbbbbbbbb", changed=True)])

    assert guard_deploy(deployed.aws, checkout).pending == ("bbbbbbbbbbbb",)


def test_a_running_migration_is_waited_for_and_then_named(
    deployed: Deployed, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    deployed.tells(mutex={"pid": 7, "application_name": "yt-pubsub-handler lock 42", "seconds": 3})
    monkeypatch.setattr(conditions, "_PATIENCE", 0)

    with pytest.raises(Found, match="A migration is running: pid 7, application_name yt-pubsub-handler lock 42"):
        guard_deploy(deployed.aws, checkout)


@pytest.mark.parametrize("part", ["frozen", "held", "mutex"])
def test_what_could_not_be_found_out_is_no_leave_to_deploy(deployed: Deployed, checkout: Path, part: str) -> None:
    first = checked_out_release(checkout)
    serve(deployed, first, first.schema)
    deployed.tells(**{part: {"unknown": "canceling statement due to statement timeout"}})

    with pytest.raises(CouldNotAnswer, match=f"could not find out “{part}”: canceling statement"):
        guard_deploy(deployed.aws, checkout)
