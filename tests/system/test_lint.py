"""`make lint` is what a pull request has to pass; whoever runs the tests finds out here."""

import subprocess

import pytest

pytestmark = pytest.mark.system


def test_the_linters_find_nothing() -> None:
    linted = subprocess.run(["make", "lint"], capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout + linted.stderr
