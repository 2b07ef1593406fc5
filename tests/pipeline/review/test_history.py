"""What a branch may do to the history, and what it may not: in real repositories, with the base another branch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from pipeline.review import fix
from pipeline.review.finding import Finding, Phase, Severity
from pipeline.review.reviewing import Options, review
from tests.pipeline.review.project import DOWN_REVISION_LINE, Project


def found(project: Project, since: str | None = "main", **options: Any) -> list[Finding]:
    report = review(Options(project.migrations, since=since, phases=(Phase.HISTORY,), **options))
    assert report.failures == ()
    return list(report.findings)


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.subject) for finding in findings if finding.severity is not Severity.INFO]


def alembic_heads(project: Project) -> list[str]:
    return sorted(ScriptDirectory(str(project.migrations)).get_heads())


def apply(findings: list[Finding]) -> None:
    assert all(" is fixed." in line for line in fix.apply(findings))


def test_a_revision_on_the_base_head_is_fine(project: Project) -> None:
    project.branch("titles")
    project.write("cccccccccccc", "bbbbbbbbbbbb")

    assert found(project) == []
    assert found(project, since=None) == []


def test_two_heads_name_both_ways_out_with_the_line(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb", name="theirs")
    ours = project.write("dddddddddddd", "bbbbbbbbbbbb", name="ours")

    [finding] = found(project, since=None)

    assert (finding.rule, finding.subject) == ("several-heads", "dddddddddddd, cccccccccccc")
    assert finding.message.startswith("There are 2 heads (dddddddddddd, cccccccccccc): `upgrade head`")
    assert f"In {finding.file}, line {finding.line}:" in finding.remedy
    assert 'alembic merge -m "join heads" dddddddddddd cccccccccccc' in finding.remedy
    assert finding.evidence[0] == f"dddddddddddd ({ours}) follows bbbbbbbbbbbb"


def test_two_new_heads_are_mended_by_letting_one_follow_the_other(project: Project) -> None:
    project.branch("two")
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", "dddddddddddd")

    findings = found(project)
    apply(findings)

    assert rules(findings) == [("several-heads", "cccccccccccc, eeeeeeeeeeee")]
    assert (findings[0].file.stem, findings[0].line) == ("dddddddddddd", DOWN_REVISION_LINE)
    assert alembic_heads(project) == ["eeeeeeeeeeee"]
    assert "Revises: cccccccccccc" in findings[0].file.read_text()
    assert found(project) == []


def test_heads_on_labelled_branches_are_meant(project: Project) -> None:
    project.write("cccccccccccc", None, labels=("billing",))
    project.write("dddddddddddd", "cccccccccccc")

    assert found(project, since=None) == []


def test_two_heads_on_one_labelled_branch_are_not_meant(project: Project) -> None:
    project.write("cccccccccccc", None, labels="billing")
    project.write("dddddddddddd", "cccccccccccc")
    project.write("eeeeeeeeeeee", "cccccccccccc")

    assert rules(found(project, since=None)) == [("several-heads", "dddddddddddd, eeeeeeeeeeee")]


def test_a_merge_revision_is_a_way_out(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", ("cccccccccccc", "dddddddddddd"))

    assert found(project, since=None) == []


def test_a_merge_revision_that_does_more_is_found(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", ("cccccccccccc", "dddddddddddd"), upgrade="op.drop_table('a')")

    [finding] = found(project, since=None)

    assert (finding.rule, finding.severity, finding.line) == ("merge-with-operations", Severity.WARNING, 15)


def test_a_merge_is_refused_by_a_relative_downgrade_as_the_rule_says(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", ("cccccccccccc", "dddddddddddd"))
    script = ScriptDirectory(str(project.migrations))

    with pytest.raises(CommandError, match="Ambiguous walk"):
        script._downgrade_revs("-1", "eeeeeeeeeeee")


@pytest.fixture
def behind(project: Project) -> Project:
    """Return a project whose branch `ours` follows what was the head of main when it began."""
    project.branch("ours")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", "dddddddddddd")
    project.commit()
    project.git("switch", "--quiet", "main")
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.commit()
    project.git("switch", "--quiet", "ours")
    return project


def test_a_base_that_has_gone_on_is_told_before_the_merge(behind: Project) -> None:
    [finding] = found(behind)

    assert (finding.rule, finding.subject) == ("not-on-the-base-head", "dddddddddddd")
    assert (finding.file.stem, finding.line) == ("dddddddddddd", DOWN_REVISION_LINE)
    assert finding.message.startswith("dddddddddddd follows bbbbbbbbbbbb, and main has gone on to cccccccccccc")
    assert finding.remedy.startswith("Bring your branch up to date: git rebase main\n")
    assert finding.remedy.endswith('down_revision = "cccccccccccc"')


def test_after_merging_the_base_the_same_is_told_once_and_fixed(behind: Project) -> None:
    behind.git("merge", "--quiet", "--no-edit", "main")

    findings = found(behind)
    apply(findings)

    assert rules(findings) == [("not-on-the-base-head", "dddddddddddd")]
    assert "git rebase" not in findings[0].remedy
    assert alembic_heads(behind) == ["eeeeeeeeeeee"]
    assert found(behind) == []


def test_a_fix_that_was_not_rebased_yet_says_where_the_parent_is(behind: Project) -> None:
    apply(found(behind))

    [finding] = found(behind)

    assert (finding.rule, finding.remedy) == (
        "missing-parent",
        "It is on main. Bring your branch up to date: git rebase main",
    )


def test_joining_with_the_base_by_a_merge_revision_is_fine(behind: Project) -> None:
    behind.git("merge", "--quiet", "--no-edit", "main")
    behind.write("ffffffffffff", ("cccccccccccc", "eeeeeeeeeeee"))

    assert found(behind) == []


def test_a_labelled_branch_may_begin_anywhere(project: Project) -> None:
    project.branch("billing")
    project.write("cccccccccccc", "aaaaaaaaaaaa", labels="billing")

    assert found(project) == []


def test_a_revision_that_lost_its_parent_is_given_the_head(project: Project) -> None:
    project.branch("lost")
    project.write("cccccccccccc", None)

    findings = found(project)
    apply(findings)

    assert rules(findings) == [("other-beginning", "cccccccccccc")]
    assert alembic_heads(project) == ["cccccccccccc"]
    assert found(project) == []


def test_two_beginnings_that_are_joined_later_are_meant(project: Project) -> None:
    project.write("cccccccccccc", None)
    project.write("dddddddddddd", ("bbbbbbbbbbbb", "cccccccccccc"))

    assert found(project, since=None) == []


def test_an_edited_merged_revision_is_found_at_the_line(project: Project) -> None:
    project.branch("edit")
    path = project.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="second", upgrade="op.drop_table('a')")

    [finding] = found(project)

    assert (finding.rule, finding.severity, finding.file, finding.line) == (
        "edited-merged-revision", Severity.ERROR, path, 15,
    )  # fmt: skip
    assert finding.message.startswith("bbbbbbbbbbbb is merged, and its upgrade changed:")
    assert f"git checkout {project.git('rev-parse', 'main')[:12]} -- {path}" in finding.remedy


def test_a_corrected_downgrade_is_a_warning(project: Project) -> None:
    """A rollback runs it, so it may be the right thing to do; whoever reviews it should see it all the same."""
    project.branch("edit")
    project.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="second", downgrade="op.drop_table('a')")

    [finding] = found(project)

    assert (finding.rule, finding.severity) == ("edited-merged-revision", Severity.WARNING)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"""second', '"""Another docstring'),
        ("def upgrade():", "# A comment.\n\n\ndef upgrade() -> None:"),
        ("revision = 'bbbbbbbbbbbb'", 'revision: str = "bbbbbbbbbbbb"'),
        ("down_revision = 'aaaaaaaaaaaa'", "down_revision = u'aaaaaaaaaaaa'"),
        ("import sqlalchemy as sa\nfrom alembic import op", "from alembic import op"),
        ("import sqlalchemy as sa\n", "from __future__ import annotations\nimport sqlalchemy as sa\n"),
        ("branch_labels = None\ndepends_on = None\n", ""),
        ("    pass\n\n\ndef downgrade", "    '''Nothing.'''\n    pass\n\n\ndef downgrade"),
    ],
)
def test_how_a_merged_revision_is_written_may_change(project: Project, before: str, after: str) -> None:
    project.branch("format")
    project.replace(project.migrations / "versions" / "second.py", before, after)

    assert found(project) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("down_revision = 'aaaaaaaaaaaa'", "down_revision = 'aaaaaaaaaaaa'\nlock_timeout_seconds = 30"),
        ("import sqlalchemy as sa\n", "import sqlalchemy as sa\nop = None\n"),
        ("    pass\n\n\ndef downgrade", "    op.execute('SELECT 1')\n\n\ndef downgrade"),
        ("depends_on = None", "depends_on = 'aaaaaaaaaaaa'"),
    ],
)
def test_what_a_merged_revision_does_may_not(project: Project, before: str, after: str) -> None:
    project.branch("change")
    project.replace(project.migrations / "versions" / "second.py", before, after)

    assert rules(found(project)) == [("edited-merged-revision", "bbbbbbbbbbbb")]


def test_a_renamed_file_is_fine(project: Project) -> None:
    project.branch("rename")
    project.git("mv", "migrations/versions/second.py", "migrations/versions/2026_second.py")

    assert found(project) == []


def test_a_renamed_and_edited_file_is_brought_back_under_its_name(project: Project) -> None:
    project.branch("rename")
    project.git("mv", "migrations/versions/second.py", "migrations/versions/2026_second.py")
    project.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="2026_second", upgrade="op.drop_table('a')")

    [finding] = found(project)

    old, new = project.migrations / "versions/second.py", project.migrations / "versions/2026_second.py"
    assert f"-- {old} && git mv -f {old} {new}\n" in finding.remedy


def test_a_moved_script_directory_is_fine(project: Project) -> None:
    project.branch("move")
    project.git("mv", "migrations", "database")
    moved = Project(project.folder, project.folder / "database")

    assert found(moved) == []


def test_a_deleted_merged_revision_is_found(project: Project) -> None:
    project.branch("delete")
    path = project.migrations / "versions" / "second.py"
    path.unlink()

    [finding] = found(project)

    assert (finding.rule, finding.subject, finding.file) == ("deleted-merged-revision", "bbbbbbbbbbbb", path)
    assert f"git checkout {project.git('rev-parse', 'main')[:12]} -- {path}" in finding.remedy


def test_a_new_id_in_a_merged_file_is_a_deleted_revision(project: Project) -> None:
    project.branch("id")
    project.replace(project.migrations / "versions" / "second.py", "'bbbbbbbbbbbb'", "'cccccccccccc'")

    [finding] = found(project)

    assert finding.rule == "deleted-merged-revision"
    assert "its file is gone (its id became cccccccccccc)" in finding.message


def test_rule_7_what_the_ledger_says_was_undone_may_be_deleted_or_corrected(project: Project) -> None:
    undone = frozenset({"bbbbbbbbbbbb"})
    project.branch("undo")
    path = project.write("bbbbbbbbbbbb", "aaaaaaaaaaaa", name="second", upgrade="op.drop_table('a')")

    corrected = found(project, undone=undone)
    path.unlink()
    deleted = found(project, undone=undone)

    assert (corrected, deleted) == ([], [])


def test_rule_7_the_branch_says_what_was_undone_as_its_checks_cannot_ask_production(project: Project) -> None:
    project.branch("undo")
    (project.migrations / "versions" / "second.py").unlink()
    [forgotten] = found(project)
    undone = project.migrations / "undone.txt"
    undone.write_text("# Undone by “Rollback migration”.\n\naaaa is another\nbbbbbbbbbbbb run 4711\n")

    assert f"A line bbbbbbbbbbbb in {undone} says that it was" in forgotten.remedy
    assert found(project) == []


def test_a_new_revision_may_take_the_place_of_an_undone_one(project: Project) -> None:
    project.branch("again")
    (project.migrations / "versions" / "second.py").unlink()
    project.write("cccccccccccc", "aaaaaaaaaaaa")

    assert found(project, undone=frozenset({"bbbbbbbbbbbb"})) == []


def test_a_deleted_revision_that_another_follows_is_missed(project: Project) -> None:
    project.branch("delete")
    (project.migrations / "versions" / "first.py").unlink()

    findings = found(project, undone=frozenset({"aaaaaaaaaaaa"}))

    assert rules(findings) == [("missing-parent", "bbbbbbbbbbbb")]
    assert findings[0].remedy.startswith("This branch deleted it. Bring it back: git checkout ")


@pytest.mark.parametrize(("written", "said"), [("bbbb", "abbreviated"), ("bbbbbbbbbbbc", "mistyped")])
def test_a_parent_that_is_nearly_right_is_written_right(project: Project, written: str, said: str) -> None:
    project.branch(said)
    project.write("cccccccccccc", written)

    findings = found(project)
    apply(findings)

    assert rules(findings) == [("missing-parent", "cccccccccccc")]
    assert findings[0].remedy.endswith('down_revision = "bbbbbbbbbbbb"')
    assert alembic_heads(project) == ["cccccccccccc"]


def test_a_missing_parent_and_a_missing_dependency_are_named(project: Project) -> None:
    project.write("cccccccccccc", "123456789012", depends_on="nowhere")

    findings = found(project, since=None)

    assert [finding.message.split(",")[0] for finding in findings if finding.rule == "missing-parent"] == [
        "cccccccccccc names 123456789012 as its down_revision",
        "cccccccccccc names nowhere as its depends_on",
    ]


def test_a_branch_label_can_be_followed_and_depended_on(project: Project) -> None:
    project.write("cccccccccccc", None, labels="billing")
    project.write("dddddddddddd", "bbbbbbbbbbbb", depends_on="billing")

    assert found(project, since=None) == []


@pytest.mark.parametrize(
    ("down", "depends_on"), [("cccccccccccc", None), ("dddddddddddd", None), ("bbbbbbbbbbbb", "dddddddddddd")]
)
def test_a_circle_is_found(project: Project, down: str, depends_on: str | None) -> None:
    project.write("cccccccccccc", down, depends_on=depends_on)
    project.write("dddddddddddd", "cccccccccccc")

    findings = found(project, since=None)

    assert [rule for rule, _ in rules(findings)] == ["revision-cycle"]
    assert "cccccccccccc follows" in findings[0].remedy


def test_a_copied_id_is_found_in_the_copy_and_fixed(project: Project) -> None:
    project.branch("copy")
    copy = project.write("aaaaaaaaaaaa", "bbbbbbbbbbbb", name="0_copy")

    findings = [finding for finding in found(project) if finding.rule == "duplicate-revision-id"]
    apply(findings)

    assert [(finding.subject, finding.file) for finding in findings] == [("aaaaaaaaaaaa", copy)]
    assert found(project) == []


def test_a_branch_label_that_is_taken_is_found(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb", labels=("one",))
    project.write("dddddddddddd", "cccccccccccc", labels=("one", "aaaaaaaaaaaa"))

    assert rules(found(project, since=None)) == [
        ("branch-label-collision", "aaaaaaaaaaaa"),
        ("branch-label-collision", "one"),
    ]


def test_what_the_base_had_already_is_information(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.commit()
    project.branch("not-mine")
    (project.folder / "README").write_text("Another subject.\n")

    [finding] = found(project)

    assert (finding.rule, finding.severity) == ("several-heads", Severity.INFO)
    assert finding.evidence[-1] == "main had this already when this branch left it."


def test_a_place_that_cannot_be_told_makes_no_heads(project: Project) -> None:
    """The expression may say anything: that is told as not analysed, and nothing is guessed from it."""
    path = project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "cccccccccccc")
    project.replace(path, "down_revision = 'bbbbbbbbbbbb'", "down_revision = '-'.join([])")

    report = review(Options(project.migrations, phases=(Phase.HISTORY,)))

    assert report.findings == ()
    assert [(one.file, one.line) for one in report.not_analysed] == [(path, DOWN_REVISION_LINE)]


def test_a_file_of_python_2_keeps_its_place(project: Project) -> None:
    path = project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade="print 'done'")
    project.write("dddddddddddd", "cccccccccccc")

    report = review(Options(project.migrations, phases=(Phase.HISTORY,)))

    assert report.findings == ()
    assert [(one.file, one.line) for one in report.not_analysed] == [(path, 16)]


def head(project: Project) -> Path:
    return project.migrations / "head.txt"


def test_without_a_head_file_nobody_is_asked_for_one(project: Project) -> None:
    assert found(project, since=None) == []


def test_two_pull_requests_with_a_head_file_conflict_in_git(project: Project) -> None:
    head(project).write_text("bbbbbbbbbbbb\n")
    project.commit()
    for name, identifier in (("ours", "cccccccccccc"), ("theirs", "dddddddddddd")):
        project.git("switch", "--quiet", "main")
        project.branch(name)
        project.write(identifier, "bbbbbbbbbbbb")
        head(project).write_text(f"{identifier}\n")
        project.commit()

    with pytest.raises(AssertionError, match="git"):
        project.git("merge", "--no-edit", "ours")
    assert "UU migrations/head.txt" in project.git("status", "--porcelain")


def test_a_stale_head_file_is_found_with_its_new_line(project: Project) -> None:
    head(project).write_text("bbbbbbbbbbbb\n")
    project.commit()
    project.branch("titles")
    project.write("cccccccccccc", "bbbbbbbbbbbb")

    [finding] = found(project)

    assert (finding.rule, finding.file) == ("stale-head-file", head(project))
    assert finding.remedy.endswith(f"printf 'cccccccccccc\\n' > {head(project)}")


def test_a_deleted_head_file_is_found(project: Project) -> None:
    head(project).write_text("bbbbbbbbbbbb\n")
    project.commit()
    project.branch("delete")
    head(project).unlink()

    [finding] = found(project)

    assert finding.message.startswith(f"{head(project)} is gone:")


def test_a_head_file_in_conflict_is_settled_after_the_heads(project: Project) -> None:
    head(project).write_text("<<<<<<< ours\ncccccccccccc\n=======\ndddddddddddd\n>>>>>>> theirs\n")
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    ours = project.write("dddddddddddd", "bbbbbbbbbbbb")

    both = rules(found(project, since=None))
    project.replace(ours, "down_revision = 'bbbbbbbbbbbb'", "down_revision = 'cccccccccccc'")
    settled = rules(found(project, since=None))

    assert [rule for rule, _ in both] == ["several-heads"]
    assert [rule for rule, _ in settled] == ["stale-head-file"]
