"""The other way round: the new release on the schema that it is about to replace, for information."""

from __future__ import annotations

from pipeline.review.proving.terms import Terms
from pipeline.review.reviewing import Options, review
from tests.pipeline.review.project import Project
from tests.pipeline.review.proving.conftest import MODELS


def notes(project: Project) -> list[str]:
    report = review(Options(project.migrations, since="main", also_run=True, terms=Terms(rows=10)))
    assert report.failures == ()
    return [note for note in report.live["notes"] if note.startswith("For information")]


def test_what_the_new_release_needs_of_the_upgrade_is_told(released: Project) -> None:
    (released.folder / "models.py").write_text(f"{MODELS}    size = Column(Integer)\n")
    released.write(
        "dddddddddddd", "cccccccccccc", upgrade="op.add_column('notes', sa.Column('size', sa.Integer))",
        downgrade="op.drop_column('notes', 'size')",
    )  # fmt: skip

    [note] = notes(released)

    assert note.startswith(
        "For information: before the upgrade, the new release fails at SELECT of Note (column notes.size does not "
        "exist)"
    )
    assert note.endswith("Traffic moves after it.")


def test_a_release_that_needs_nothing_of_it_is_said_to_work(released: Project) -> None:
    released.write(
        "dddddddddddd", "cccccccccccc", upgrade="op.create_table('others', sa.Column('id', sa.Integer))",
        downgrade="op.drop_table('others')",
    )  # fmt: skip

    assert notes(released) == ["For information: the new release works on the schema before the upgrade, too."]
