"""The pull request's checks run here as they would there; deploy.yml and rollback.yml run in the rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workflows.conftest import PullRequest


def test_a_good_pull_request_passes_every_job(pull_request: PullRequest) -> None:
    ran = pull_request.run()

    assert {job.id: job.result for job in ran.jobs.values()} == {
        "test": "success",
        "lint": "success",
        "rehearse": "success",
        "review": "success",
        "prove": "success",
        "report": "success",
    }
    assert ran.step("test", "tests").lines == ("54321",), "the tests get the service's port"
    assert ran.step("test", "One Alembic head").lines[0].startswith("One head: ")


def test_two_heads_fail_it(pull_request: PullRequest) -> None:
    other = '"""other"""\nrevision = "ffffffffffff"\ndown_revision = "e3a9ffa2d6e7"\n'
    pull_request.commit("change", {"migrations/versions/other.py": other})

    ran = pull_request.run()

    assert (ran.jobs["test"].result, ran.step("test", "One Alembic head").exit_code) == ("failure", 1)
    assert any("There are 2 heads" in line for line in ran.step("test", "One Alembic head").lines)


def test_a_failing_test_fails_it_and_the_heads_are_not_looked_at(pull_request: PullRequest) -> None:
    ran = pull_request.run({"tests": "exit 1"})

    assert (ran.result, ran.step("test", "One Alembic head").outcome) == ("failure", "skipped")
