"""Somebody was woken up and types one word; what is planned has to be what they meant, or nothing."""

import pytest

from pipeline.delivery import undo, versions
from pipeline.delivery.plan_page import plan_as_markdown
from pipeline.delivery.rollback import Downgrade, Plan, Promoted, Step, plan_rollback
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
        version = deployed.publish(release)
        if numbers:
            deployed.promote(version, release)
        else:
            versions.create_live(deployed.aws, version)
        numbers.append(version)
    deployed.tells(plan=PLAN)
    return deployed, numbers


def test_previous_is_the_release_that_served_before(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, third) = three

    target = Promoted(second, SECOND)
    assert plan_rollback(deployed.aws, TRAFFIC) == Plan(TRAFFIC, third, target, None, (Step(target, None),))


@pytest.mark.parametrize("target", [FIRST.commit, FIRST.commit[:7]])
def test_a_commit_names_the_version_that_served_it(three: tuple[Deployed, list[str]], target: str) -> None:
    deployed, (first, _, _) = three

    assert plan_rollback(deployed.aws, TRAFFIC, target).target == Promoted(first, FIRST)


def test_a_number_names_its_version(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, _, _) = three

    assert plan_rollback(deployed.aws, TRAFFIC, first).target.version == first


def test_rule_5_the_schema_is_undone_by_the_version_that_holds_the_revision(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, third) = three

    plan = plan_rollback(deployed.aws, BOTH)

    assert plan.target == Promoted(second, SECOND)
    assert plan.downgrade == planned(third, SECOND.schema, THIRD.schema)
    assert plan.steps == (Step(Promoted(second, SECOND), third),)


def test_after_traffic_went_back_alone_previous_is_what_serves_until_the_schema_has_followed(
    three: tuple[Deployed, list[str]],
) -> None:
    deployed, (_, second, third) = three
    versions.point_live_back(deployed.aws, second)

    plan = plan_rollback(deployed.aws, BOTH)

    assert plan.target == Promoted(second, SECOND)
    assert plan.downgrade == planned(third, SECOND.schema, THIRD.schema)
    assert plan.steps == (Step(Promoted(second, SECOND), third),)


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


def test_rule_8_traffic_goes_back_with_the_database_down(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, _) = three
    deployed.database.unlink()

    assert plan_rollback(deployed.aws, TRAFFIC).target.version == second


def test_several_changes_of_schema_are_gone_back_one_by_one(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, second, third) = three

    plan = plan_rollback(deployed.aws, BOTH, FIRST.commit)

    assert plan.steps == (Step(Promoted(second, SECOND), third), Step(Promoted(first, FIRST), second))
    assert plan.downgrade == planned(third, FIRST.schema, THIRD.schema, SECOND.schema)


def test_rule_6_a_way_with_a_release_missing_is_refused_beforehand(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, third) = three
    deployed.aws.lambda_.delete_function(FunctionName=deployed.aws.stage.function, Qualifier=second)

    with pytest.raises(Found, match=rf"Version {second} lies on the way to .* and is not there.*Nothing was done"):
        plan_rollback(deployed.aws, BOTH, FIRST.commit)

    assert deployed.live() == third


def undoing(deployed: Deployed, approved: str) -> list[str]:
    """Carry the approval out; the function's "downgrade" puts the database where it is told."""
    said: list[str] = []
    undo.undo(deployed.aws, undo.read_approval(approved), said.append)
    return said


def test_rule_6_an_approved_way_is_gone_release_by_release(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, second, third) = three
    approved = undo.approval(plan_rollback(deployed.aws, BOTH, FIRST.commit), "it lost rows")

    said = undoing(deployed, approved)

    assert [line.split(" (")[0].split(":")[0] for line in said] == [
        f"Version {second}", f"Undone by version {third}", f"Version {first}", f"Undone by version {second}",
    ]  # fmt: skip
    sent = [(call["target"], call["digest"], call["ceilings"], call["reason"]) for call in deployed.calls()]
    assert sent == [(schema, "d1", {"videos.title": 7}, "it lost rows") for schema in (SECOND.schema, FIRST.schema)]
    assert deployed.live() == first
    assert deployed.database.read_text() == FIRST.schema


def test_a_step_that_would_destroy_more_than_was_approved_is_not_taken(three: tuple[Deployed, list[str]]) -> None:
    deployed, (_, second, _) = three
    approved = undo.approval(plan_rollback(deployed.aws, BOTH, FIRST.commit), "it lost rows")
    deployed.tells(plan=PLAN | {"losses": [LOSS, LOSS | {"object": "posts"}]})

    with pytest.raises(Found, match="would also destroy posts, which nobody approved"):
        undoing(deployed, approved)

    assert deployed.live() == second
    assert deployed.calls() == []


def test_one_step_back_is_held_to_the_digest_of_its_plan(three: tuple[Deployed, list[str]]) -> None:
    deployed, _ = three
    approved = undo.approval(plan_rollback(deployed.aws, BOTH), "it lost rows")
    deployed.tells(plan=PLAN | {"digest": "another"})

    undoing(deployed, approved)

    assert [call["digest"] for call in deployed.calls()] == ["d1"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null"])
def test_what_is_no_approval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--approval is not what plan_rollback"):
        undo.read_approval(text)


def test_rule_2_what_never_served_is_no_target(three: tuple[Deployed, list[str]]) -> None:
    deployed, (first, second, third) = three
    versions.point_live_back(deployed.aws, second)

    with pytest.raises(Found, match=rf"'{third}' names 0 of the releases .*They are: version {first}, "):
        plan_rollback(deployed.aws, TRAFFIC, third)


def test_before_the_second_release_there_is_nothing_to_go_back_to(deployed: Deployed) -> None:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    versions.create_live(deployed.aws, deployed.publish(FIRST))

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
