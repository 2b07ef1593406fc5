"""Exit codes are the interface between a script and the workflow that calls it."""

import subprocess
import sys

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
