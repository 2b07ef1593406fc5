"""Somebody was woken up and types one word; what is planned has to be what they meant, or nothing."""

import pytest

from pipeline.delivery import versions
from pipeline.delivery.plan_page import plan_as_markdown
from pipeline.delivery.promote import promote
from pipeline.delivery.publish import publish_version
from pipeline.delivery.rollback import Downgrade, Plan, Promoted, plan_rollback
from pipeline.errors import Found, UsageError
from tests.pipeline.delivery.conftest import FIRST, SECOND, THIRD, Deployed

TRAFFIC, BOTH = "traffic", "traffic and schema"

LOSS = {
    "revision": THIRD.schema,
    "kind": "column",
    "object": "videos.title",
    "rows": None,
    "values": 7,
    "counted": True,
}
PLAN = {
    "revisions": [{"revision": THIRD.schema, "irreversible": None, "sql": "ALTER TABLE videos DROP COLUMN title;"}],
    "losses": [LOSS],
    "ceilings": {"videos.title": 7},
    "digest": "d1",
}


def planned(holder: str, target: str, *undone: str) -> Downgrade:
    """The downgrade that PLAN describes."""
    return Downgrade(
        holder, undone[0], target, undone, (LOSS,), "d1", {"videos.title": 7}, "ALTER TABLE videos DROP COLUMN title;"
    )


@pytest.fixture
def three(deployed: Deployed) -> tuple[Deployed, list[str]]:
    """Three releases served one after the other; the third does now."""
    numbers: list[str] = []
    for release in (FIRST, SECOND, THIRD):
        deployed.deploy(release)
        deployed.database_is_at(release.schema)
        version = publish_version(deployed.aws, release)
        if numbers:
            promote(deployed.aws, version, release)
        else:
            versions.create_live(deployed.aws, version)
        numbers.append(version)
    deployed.tells(plan=PLAN)
    return deployed, numbers


def test_previous_is_the_release_that_served_before(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, third) = three

    assert plan_rollback(deployed.aws, TRAFFIC) == Plan(TRAFFIC, third, Promoted(second, SECOND), None)


@pytest.mark.parametrize("target", [FIRST.commit, FIRST.commit[:7]])
def test_a_commit_names_the_version_that_served_it(three: tuple[Deployed, list[str]], target: str) -> None:
    deployed, (first, _, _) = three

    assert plan_rollback(deployed.aws, TRAFFIC, target).target == Promoted(first, FIRST)


def test_a_number_names_its_version(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, _, _) = three

    assert plan_rollback(deployed.aws, TRAFFIC, first).target.version == first


def test_the_schema_is_undone_by_the_version_that_holds_the_revision(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, third) = three

    plan = plan_rollback(deployed.aws, BOTH)

    assert plan.target == Promoted(second, SECOND)
    assert plan.downgrade == planned(third, SECOND.schema, THIRD.schema)


def test_after_traffic_went_back_alone_the_schema_can_still_follow(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, second, third) = three
    versions.point_live_back(deployed.aws, second)

    plan = plan_rollback(deployed.aws, BOTH, FIRST.commit)

    assert plan.target == Promoted(first, FIRST)
    assert plan.downgrade == planned(third, FIRST.schema, THIRD.schema, SECOND.schema)


def test_a_revision_that_cannot_be_undone_is_no_plan(three: tuple[Deployed, list[str]]) -> None:
    deployed, _ = three
    final = [{"revision": THIRD.schema, "irreversible": "it merged two accounts", "sql": ""}]
    deployed.tells(plan=PLAN | {"revisions": final})

    with pytest.raises(Found, match=rf"cannot be undone: {THIRD.schema} \(it merged two accounts\)\. Move"):
        plan_rollback(deployed.aws, BOTH)


def test_the_page_says_what_is_destroyed_and_what_to_merge(three: tuple[Deployed, list[str]]) -> None:
    deployed, _ = three

    page = plan_as_markdown(plan_rollback(deployed.aws, BOTH), THIRD, "broke | <b>it</b> @all")

    assert "| `videos.title` | column |  | 7 |  |" in page
    assert "ALTER TABLE videos DROP COLUMN title;" in page
    assert "| reason | broke \\| &lt;b>it&lt;/b> @\u200ball |" in page
    assert f"    git revert --no-edit {SECOND.commit[:12]}..{THIRD.commit[:12]}" in page


def test_traffic_goes_back_with_the_database_down(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, _) = three
    deployed.database.unlink()

    assert plan_rollback(deployed.aws, TRAFFIC).target.version == second


def test_several_changes_of_schema_are_gone_back_one_by_one(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, _) = three

    with pytest.raises(Found, match=rf"changed more than once.* Go back to version {second}, .* first"):
        plan_rollback(deployed.aws, BOTH, FIRST.commit)


def test_what_never_served_is_no_target(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, second, third) = three
    versions.point_live_back(deployed.aws, second)

    with pytest.raises(Found, match=rf"'{third}' names 0 of the releases .*They are: version {first}, "):
        plan_rollback(deployed.aws, TRAFFIC, third)


def test_before_the_second_release_there_is_nothing_to_go_back_to(deployed: Deployed) -> None:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    versions.create_live(deployed.aws, publish_version(deployed.aws, FIRST))

    with pytest.raises(Found, match="Nothing was promoted before version"):
        plan_rollback(deployed.aws, TRAFFIC)


@pytest.mark.parametrize(
    ("mode", "target", "message"),
    [
        ("schema", "previous", "There is no mode 'schema': choose 'traffic' or 'traffic and schema'"),
        (TRAFFIC, "", "'' is no target"),
        (TRAFFIC, "main; rm -rf /", "is no target"),
        (TRAFFIC, "abc", "'abc' is no target"),
        (TRAFFIC, "٣", "is no target"),
    ],
)
def test_words_that_mean_nothing_are_refused(deployed: Deployed, mode: str, target: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_rollback(deployed.aws, mode, target)
