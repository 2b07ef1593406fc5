"""What a step is given, how it ends, and what it leaves to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run


@pytest.mark.parametrize(("shell", "outcome"), [("", "success"), ("shell: bash", "failure")])
def test_only_a_named_bash_has_pipefail(run: Run, shell: str, outcome: str) -> None:
    """A step without `shell:` takes `zappa invoke … | tee log` for a success when the invocation failed."""
    ended = run(f"""
        - id: piped
          run: false | cat
          {shell}
        """)

    assert ended.step("job", "piped").outcome == outcome
