"""Small git repositories to export from and to look for releases in, and the world outside with an app in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.rehearsal.outside import Outside
from tests.pipeline.rehearsal.subscriber import App


class Repository:
    """A git repository in a folder, with the verbs the tests need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Somebody")
        self.git("config", "user.email", "somebody@example.org")

    def git(self, *arguments: str) -> str:
        run = ["git", *arguments]
        return subprocess.run(run, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def commit(self, **files: str | None) -> str:
        """Commit files; a double underscore is a slash, and None deletes."""
        for name, text in files.items():
            path = name.replace("__", "/").replace("_DOT_", ".")
            if text is None:
                self.git("rm", "--quiet", path)
            else:
                self.write(path, text)
                self.git("add", "--force", path)
        self.git("commit", "--quiet", "--allow-empty", "--message", ", ".join(files) or "nothing")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "original")


@pytest.fixture
def app() -> Iterator[App]:
    running = App()
    yield running
    running.server.close()


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as running:
        yield running
