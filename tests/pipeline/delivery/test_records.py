"""What was promoted is on record, and what a migration did is on the page that people look at."""

from typing import Any

import pytest

from pipeline.delivery import freeze, promote, records, versions
from pipeline.errors import Found
from tests.pipeline.delivery import conftest
from tests.pipeline.delivery.conftest import FIRST, SECOND, Deployed

STEP: dict[str, Any] = {
    "revision": "bbbbbbbbbbbb",
    "outcome": "applied",
    "seconds": 1.5,
    "retries": 2,
    "blockers": [
        {"application_name": "reports | nightly", "state": "idle in transaction"},
        {"application_name": None, "state": "active"},
    ],
}


def test_rule_2_a_promoted_release_is_recorded_with_what_it_is_made_of(deployed: Deployed) -> None:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    version = deployed.publish(FIRST)
    versions.create_live(deployed.aws, version)

    records.record_release(deployed.aws, version, FIRST, {"fit": "current"})

    [call] = deployed.calls()
    sha256 = versions.configuration_of(deployed.aws, version)["CodeSha256"]
    recorded = {name: call[name] for name in ("commit", "lambda_version", "code_sha256", "schema", "smoke")}
    assert recorded == {
        "commit": FIRST.commit,
        "lambda_version": version,
        "code_sha256": sha256,
        "schema": FIRST.schema,
        "smoke": {"fit": "current"},
    }


def test_a_release_that_does_not_serve_after_its_promotion_is_left_and_deploys_freeze(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    before = deployed.publish(FIRST)
    versions.create_live(deployed.aws, before)
    deployed.deploy(SECOND)
    deployed.database_is_at(SECOND.schema)
    version = deployed.publish(SECOND)
    deployed.promote(version, SECOND)

    def fails(*_: Any, **__: Any) -> None:
        raise Found("it answers HTTP 502.")

    monkeypatch.setattr(promote, "smoke_live", fails)
    with pytest.raises(Found, match=rf"HTTP 502\. Traffic is back on version {before}; .*Deploys are frozen"):
        promote.confirm(deployed.aws, "http://unused", version, SECOND, before)

    live = versions.read_live(deployed.aws)
    assert (live.version, live.frozen) == (before, f"version {version} did not serve after its promotion")


def test_the_run_of_this_workflow_is_found_among_others(deployed: Deployed) -> None:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    ours = {"run": "42", "attempt": "2", "direction": "upgrade"}
    deployed.tells(runs=[{"run": None, "attempt": None}, {"run": "42", "attempt": "1"}, ours])

    assert records.last_run(deployed.aws, "$LATEST", "42", "2") == ours
    assert records.last_run(deployed.aws, "$LATEST", "43", "1") is None


def test_a_run_is_a_table_with_who_was_in_the_way() -> None:
    page = records.run_as_markdown({"direction": "upgrade", "outcome": "applied", "steps": [STEP], "error": None})

    assert page.splitlines()[-1] == (
        "| bbbbbbbbbbbb | applied | 1.5 | 2 | a session without a name (active); "
        "reports / nightly (idle in transaction) |"
    )


def test_a_run_without_revisions_and_a_failed_one_say_so() -> None:
    nothing = records.run_as_markdown({"direction": "upgrade", "outcome": "applied", "steps": [], "error": None})
    failed = records.run_as_markdown(
        {"direction": "upgrade", "outcome": "failed", "steps": [], "error": "[lock-timeout] …"}
    )

    assert nothing.endswith("| none was pending | | | | |")
    assert failed.endswith("\n[lock-timeout] …")


def from_before_the_engine() -> str:
    """A function that knows its status alone, and says of the rest what Python says."""
    refusal = "    if command:\n        raise AttributeError(f\"module 'run' has no attribute '{command}'\")\n"
    old = conftest.HANDLER.replace('"run_', '"other_').replace('"other_migration_status"', '"run_migration_status"')
    return old.replace('    return {"statusCode"', refusal + '    return {"statusCode"')


def test_a_release_from_before_the_engine_is_told_and_nothing_fails(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "HANDLER", from_before_the_engine())
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    version = deployed.publish(FIRST)
    versions.create_live(deployed.aws, version)

    records.record_release(deployed.aws, version, FIRST, None)
    found = records.last_run(deployed.aws, version, "42", "1")

    freeze.freeze(deployed.aws, "rolled back")
    freeze.unfreeze(deployed.aws)

    assert found is None
    said = capsys.readouterr().out
    assert "This release is from before there were release records" in said
    assert "This release is from before the ledger" in said
    assert "No published version has run.run_freeze" in said
    assert versions.read_live(deployed.aws).frozen is None


def test_a_freeze_is_lifted_by_a_version_that_can_when_what_serves_cannot(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traffic went back to a release from before the engine, and the freeze is in the database."""
    with monkeypatch.context() as old:
        old.setattr(conftest, "HANDLER", from_before_the_engine())
        deployed.deploy(FIRST)
        deployed.database_is_at(FIRST.schema)
        versions.create_live(deployed.aws, deployed.publish(FIRST))
    deployed.deploy(SECOND)
    deployed.database_is_at(SECOND.schema)
    deployed.publish(SECOND)

    freeze.unfreeze(deployed.aws)

    assert [call["command"] for call in deployed.calls()] == ["run.run_unfreeze"]
