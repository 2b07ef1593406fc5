"""Exit codes are the interface between a script and the workflow that calls it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("body", "code", "last_line"),
    [
        ("return None", 0, ""),
        ("raise Found('two heads')", 1, "error: two heads"),
        ("raise UsageError('no such stage')", 2, "error: no such stage"),
        ("raise CouldNotAnswer('no database')", 3, "error: no database"),
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("raise KeyError('x')", 3, "error: KeyError('x'). This is a fault of the script, not an answer."),
    ],
)
def test_each_ending_has_its_exit_code_and_a_last_line_that_says_it(body: str, code: int, last_line: str) -> None:
    script = f"from pipeline.errors import *\ndef main(arguments):\n    {body}\nrun_script(main)"

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd="scripts", check=False)

    assert (ended.returncode, ended.stderr.strip().splitlines()[-1:]) == (
        code,
        [last_line] if last_line else [],
    )


# These need the standard library alone.
_NEEDS_NOTHING = {"set_up.py", "check_system_packages.py", "comment_review.py"}


@pytest.mark.parametrize("script", sorted({path.name for path in Path("scripts").glob("*.py")} - _NEEDS_NOTHING))
def test_a_script_without_its_environment_says_how_to_make_it(script: str) -> None:
    """Python's own answer is a traceback and a 1, which a workflow reads as a finding."""
    ended = subprocess.run(
        [sys.executable, "-S", f"scripts/{script}", "--help"], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (3, "")
    [line] = ended.stderr.splitlines()
    assert re.fullmatch(
        rf"error: Python \S+ at \S+ has no \w+: `make setup`, then .venv/bin/python scripts/{script} …", line
    )


def test_a_fault_in_what_a_script_imports_is_told_as_it_is() -> None:
    code = "from pipeline.errors import *\nwith set_up_first():\n    from pipeline.errors import nothing"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="scripts", check=False)

    assert ended.returncode == 3
    assert "cannot load it (cannot import name 'nothing' from 'pipeline.errors'" in ended.stderr
