"""What a pull request hears of its revisions: at the line, in the summary, as alerts and in one comment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.review.directory import read_directory
from pipeline.review.layout import find_layout
from pipeline.review.render.markdown import MARKER
from tests.pipeline.review.project import git

if TYPE_CHECKING:
    from pipeline.workflows import WorkflowRun
    from tests.workflows.conftest import PullRequest

NEW = "migrations/versions/0123456789ab_titles.py"
_REVISION = '''"""Titles."""

from alembic import op

revision = "0123456789ab"
down_revision = "{parent}"


def upgrade() -> None:
    op.execute("COMMENT ON TABLE videos IS 'What was announced'")


def downgrade() -> None:
    op.execute("COMMENT ON TABLE videos IS NULL")
'''
PARENT_LINE = 6


def merged() -> str:
    return Path("migrations/head.txt").read_text().strip()


def good() -> dict[str, str | None]:
    return {NEW: _REVISION.format(parent=merged()), "migrations/head.txt": "0123456789ab\n"}


def bad() -> dict[str, str | None]:
    """A revision beside the head, as two pull requests leave it."""
    [head] = [one for one in read_directory(find_layout(Path("migrations"))).revisions if one.id == merged()]
    return {NEW: _REVISION.format(parent=head.down[0])}


def results(ran: WorkflowRun) -> dict[str, str]:
    return {name: ran.jobs[name].result for name in ("review", "report")}


def test_a_good_revision_is_passed_without_a_comment(pull_request: PullRequest) -> None:
    pull_request.commit("change", good())

    ran = pull_request.run()

    assert results(ran) == {"review": "success", "report": "success"}
    assert "### Review: Nothing found in 1 revision" in ran.jobs["review"].summary
    assert [note for note in ran.annotations if note.step.job == "review"] == []
    assert [alerts.places for alerts in pull_request.hosted.alerts] == [[]]
    assert pull_request.github.comments == []


def test_a_bad_revision_is_told_at_its_line_in_the_summary_as_an_alert_and_in_a_comment(
    pull_request: PullRequest,
) -> None:
    pull_request.commit("change", bad())

    ran = pull_request.run()

    assert (results(ran), ran.step("review", "review").exit_code) == ({"review": "failure", "report": "success"}, 1)
    [note] = [note for note in ran.annotations if note.step.id == "review" and note.file]
    assert (note.level, note.file, note.line) == ("error", NEW, PARENT_LINE)
    rule = (note.title or "").split(":")[0]
    assert rule in ran.jobs["review"].summary
    [alerts] = pull_request.hosted.alerts
    merge = git(pull_request.hosted.repository, "rev-parse", "refs/pull/7/merge").strip()
    assert (alerts.ref, alerts.commit) == ("refs/pull/7/merge", merge)
    assert alerts.places == [(rule, NEW, PARENT_LINE)]
    [comment] = pull_request.github.bodies()
    assert comment.startswith(MARKER)
    assert rule in comment
    assert f"In {NEW.replace('_', chr(92) + '_')}, line {PARENT_LINE}:" in comment, "named as in the author's checkout"


def test_a_column_in_use_that_is_dropped_is_told_with_what_to_write_instead(pull_request: PullRequest) -> None:
    drop = _REVISION.format(parent=merged()).replace(
        """op.execute("COMMENT ON TABLE videos IS 'What was announced'")""", 'op.drop_column("videos", "video_id")'
    )
    pull_request.commit("change", {NEW: drop, "migrations/head.txt": "0123456789ab\n"})

    ran = pull_request.run()

    line = drop.splitlines().index('    op.drop_column("videos", "video_id")') + 1
    assert (results(ran), ran.step("review", "review").exit_code) == ({"review": "failure", "report": "success"}, 1)
    [note] = [
        note
        for note in ran.annotations
        if note.step.id == "review" and (note.title or "") == "drop-column: videos.video_id"
    ]
    assert (note.level, note.file, note.line) == ("error", NEW, line)
    for told in (ran.jobs["review"].summary, *pull_request.github.bodies()):
        assert f"| {line} | error | <code>drop-column</code> | The release serving traffic still selects" in told
        assert 'op.alter_column("videos", "video_id", nullable=True)' in told


def test_the_comment_of_the_first_push_is_changed_by_the_second(pull_request: PullRequest) -> None:
    pull_request.commit("change", bad())
    pull_request.run()
    pull_request.commit("change", good())

    ran = pull_request.run()

    assert results(ran) == {"review": "success", "report": "success"}
    [comment] = pull_request.github.bodies()
    assert "### Review: Nothing found in 1 revision" in comment


def test_a_fork_is_reviewed_and_nothing_is_written_for_it(pull_request: PullRequest) -> None:
    pull_request.comes_from = "somebody/shop"
    pull_request.commit("change", bad())

    ran = pull_request.run()

    assert results(ran) == {"review": "failure", "report": "skipped"}
    assert "not-on-the-base-head" in ran.jobs["review"].summary
    assert (pull_request.hosted.alerts, pull_request.github.asked) == ([], [])


def test_a_private_repository_without_code_scanning_gets_the_comment_alone(pull_request: PullRequest) -> None:
    pull_request.private = True
    pull_request.commit("change", bad())

    ran = pull_request.run()

    assert (results(ran)["report"], pull_request.hosted.alerts) == ("success", [])
    assert len(pull_request.github.comments) == 1


def test_rule_11_a_change_that_deletes_the_rule_it_breaks_is_judged_by_it(pull_request: PullRequest) -> None:
    rules = sorted(Path("scripts/pipeline/review/rules").glob("[!_]*.py"))
    pull_request.commit("change", {**bad(), **{str(rule): None for rule in rules}})

    ran = pull_request.run()

    assert ran.step("review", "review").exit_code == 1
    assert any(note.file == NEW and note.level == "error" for note in ran.annotations)


def test_rule_11_nothing_that_a_change_brings_runs_where_it_is_judged_or_reported(pull_request: PullRequest) -> None:
    betrayal = "import os, sys, pathlib\npathlib.Path(os.environ['HOME'], 'ran').write_text(sys.argv[0])\nsys.exit(0)\n"
    names = ["scripts/review_revisions.py", "scripts/comment_review.py", "scripts/set_up.py", "sitecustomize.py"]
    names += ["migrations/env.py", "scripts/pipeline/__init__.py", "argparse.py", "judge/scripts/argparse.py"]
    revision = bad()
    revision[NEW] = f"{revision[NEW]}\n{betrayal}"
    pull_request.commit("change", {**revision, **dict.fromkeys(names, betrayal)})

    ran = pull_request.run(dict.fromkeys(["Install", "One Alembic head", "Install the change"], "true"))

    assert results(ran) == {"review": "failure", "report": "success"}
    assert "not-on-the-base-head" in pull_request.github.bodies()[0]
    assert not (pull_request.folder / "ran").exists()


def test_rule_11_where_the_base_has_no_reviewer_nobody_reviews_and_it_is_said(pull_request: PullRequest) -> None:
    """The change that brings the first reviewer is the one that no reviewer can judge."""
    script = Path("scripts/review_revisions.py")
    pull_request.commit("main", {str(script): None})
    pull_request.commit("change", {str(script): script.read_text()})

    ran = pull_request.run()

    assert results(ran) == {"review": "success", "report": "skipped"}
    [note] = [note for note in ran.annotations if note.step.job == "review"]
    assert (note.level, note.title) == ("warning", "Not reviewed")


def test_a_review_that_could_not_answer_fails_and_reports_nothing_it_does_not_know(pull_request: PullRequest) -> None:
    versions = {str(path): None for path in Path("migrations/versions").glob("*.py")}
    pull_request.commit("change", {**versions, "migrations/head.txt": None, "migrations/env.py": None})

    ran = pull_request.run({"One Alembic head": "true"})

    assert ran.step("review", "review").exit_code not in {0, None}
    assert results(ran)["review"] == "failure"


def test_two_pull_requests_that_each_add_a_revision_conflict_before_they_are_merged(pull_request: PullRequest) -> None:
    theirs = _REVISION.format(parent=merged()).replace("0123456789ab", "ba9876543210")
    pull_request.commit("change", good())
    pull_request.commit("theirs", {"migrations/versions/theirs.py": theirs, "migrations/head.txt": "ba9876543210\n"})
    repository = pull_request.hosted.repository
    git(repository, "switch", "--quiet", "main")
    git(repository, "merge", "--quiet", "theirs")

    tried = git(repository, "merge-tree", "--name-only", "--no-messages", "main", "change", accept={1})

    assert tried.splitlines()[1:] == ["migrations/head.txt"]


def test_two_pull_requests_that_resolve_it_by_hand_are_found(pull_request: PullRequest) -> None:
    """Without the file, git merges both; then the review of the second finds two heads."""
    theirs = _REVISION.format(parent=merged()).replace("0123456789ab", "ba9876543210")
    pull_request.commit("change", {NEW: _REVISION.format(parent=merged())})
    pull_request.commit("main", {"migrations/versions/theirs.py": theirs})

    ran = pull_request.run()

    assert ran.step("review", "review").exit_code == 1
    assert any(note.file == NEW and note.line == PARENT_LINE for note in ran.annotations)
