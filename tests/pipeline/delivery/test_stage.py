"""Every script begins by reading the stage; a wrong one must be refused before anything is touched."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.stage import Schedule, Stage, load_stage
from pipeline.errors import UsageError

OURS = Path("zappa_settings.json")


def settings(folder: Path, stages: Any) -> Path:
    path = folder / "zappa_settings.json"
    path.write_text(stages if isinstance(stages, str) else json.dumps(stages))
    return path


def test_staging_is_production_with_names_of_its_own() -> None:
    production, staging = load_stage("production", OURS), load_stage("staging", OURS)

    assert production == Stage(
        name="production",
        function="yt-pubsub-handler-production",
        role="yt-pubsub-handler-production-ZappaLambdaExecutionRole",
        region="us-east-1",
        bucket="yt-pubsub-handler-production-packages",
        secret="yt-pubsub-handler/production",
        schedules=(
            Schedule("expire-leases", "rate(1 hour)", "run.run_expire_leases"),
            Schedule("renew-leases", "rate(5 minutes)", "run.run_renew_leases"),
        ),
    )
    assert staging.schedules == production.schedules
    shared = {"function", "role", "bucket", "secret", "name"}
    assert not [name for name in shared if getattr(production, name) == getattr(staging, name)]


@pytest.mark.parametrize("stage", ["production", "staging"])
def test_the_settings_keep_zappa_from_what_hurts(stage: str) -> None:
    stages = json.loads(OURS.read_text())
    described = {**stages["production"], **stages[stage]}

    expected = {
        "apigateway_lambda_qualifier": "live",  # traffic moves after the schema, not with the upload
        "touch": False,  # or new code that needs a pending column fails the update after it is uploaded
        "events": [],  # Zappa's rules invoke $LATEST
        "keep_warm": False,
        "num_retained_versions": None,  # pruning deletes what a rollback needs, and fails under an alias
        "log_level": "INFO",  # DEBUG prints settings
        "debug": False,  # True logs every raw event
        "use_precompiled_packages": False,  # wheels from elsewhere, with no hash checked
        "manage_roles": False,
        "timeout_seconds": 900,
    }
    assert {key: described.get(key, "missing") for key in expected} == expected
    assert "environment_variables" not in described, "they are baked into the zip in plain text"
    assert set(described["aws_environment_variables"]) == {"SETTINGS_SECRET"}


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ({"staging": {}}, "no stage 'production' in .*: choose one of staging"),
        ("{", "is not JSON"),
        ({"production": {"project_name": "x"}}, 'lacks `"apigateway_lambda_qualifier": "live"`'),
        ({"production": {"project_name": "x", "apigateway_lambda_qualifier": "live"}}, "lacks 'aws_region'"),
        ({"production": {"extends": "a"}, "a": {"extends": "production"}}, "extends 'production', which .* in turn"),
        ({"production": {"extends": "gone"}}, "extends 'gone', which is not there"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(tmp_path: Path, stages: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_stage("production", settings(tmp_path, stages))


def test_a_missing_file_says_where_to_call_from(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="call this from the top of a checkout"):
        load_stage("production", tmp_path / "zappa_settings.json")


def test_every_schedule_names_a_function_of_run() -> None:
    defined = re.findall(r"^def (run_\w+)", Path("run.py").read_text(), re.MULTILINE)

    assert {schedule.function for schedule in load_stage("production", OURS).schedules} <= {f"run.{n}" for n in defined}
