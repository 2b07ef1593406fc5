"""A run that is killed cannot end its steps: somebody else must know of them, and of its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run


def test_the_process_group_of_each_script_is_told_and_files_are_made_where_they_are_wanted(
    run: Run, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    groups: list[int] = []

    ended = run(
        """
        - id: one
          run: echo "group=$(ps -o pgid= -p $$ | tr -d ' ')" >> "$GITHUB_OUTPUT"; echo "$GITHUB_OUTPUT"
        - id: two
          run: "true"
        """,
        folder=kept,
        watch=groups.append,
    )

    one = ended.step("job", "one")
    assert [str(groups[0]), len(groups)] == [one.outputs["group"], 2]
    assert one.lines[0].startswith(f"{kept}/workflow-")
    assert list(kept.iterdir()) == []
