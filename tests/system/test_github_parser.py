"""GitHub's own parser reads our workflow files: it knows contexts, needs and functions that no schema does."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.environment import CHECKOUT, locked_environment

pytestmark = pytest.mark.system

FILES = sorted(Path(".github/workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with GitHub's parser installed as its lock file says."""
    folder = tmp_path_factory.mktemp("github-parser")
    for file in Path("tests/system/github_parser").iterdir():
        shutil.copy(file, folder)
    installed = node(folder, "npm", "ci", "--no-audit", "--no-fund")
    assert installed.returncode == 0, installed.stderr
    return folder


def node(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    programs = locked_environment("node", Path("requirements/node.txt")) / "bin"
    settings = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "npm_config_cache": str(CHECKOUT / ".venv" / ".npm-cache"),
    }
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)


def findings(parser: Path, path: Path) -> list[str]:
    answer = node(parser, "node", "validate.mjs", str(path.resolve()))
    assert answer.returncode == 0, answer.stderr
    found: list[str] = json.loads(answer.stdout)[str(path.resolve())]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_github_finds_nothing_in_our_workflows(parser: Path, path: Path) -> None:
    assert findings(parser, path) == []


def test_github_would_find_a_misspelled_context(parser: Path, tmp_path: Path) -> None:
    """Without this, a parser that answers nothing at all would pass."""
    broken = tmp_path / "deploy.yml"
    broken.write_text(Path(".github/workflows/deploy.yml").read_text().replace("steps.publish.", "stesp.publish."))

    assert {finding.partition(": ")[2] for finding in findings(parser, broken)} == {"Unrecognized named-value: 'stesp'"}
