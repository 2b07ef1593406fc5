"""What a stranger does first: clone into an empty folder and type the README's commands, as an ordinary user."""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]

# Where packages come from is the machine's business; everything else a stranger would not have set.
KEPT = ("PIP_", "UV_INDEX", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "LANG")


@pytest.fixture
def stranger() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A home folder and the words that make subprocess run as its owner, who is not root."""
    with tempfile.TemporaryDirectory(prefix="stranger-") as folder:
        home = Path(folder)
        python = Path(sys.base_prefix, "bin")
        path = os.pathsep.join([str(python), "/usr/local/bin", "/usr/bin", "/bin"])
        kept = {name: value for name, value in os.environ.items() if name.upper().startswith(KEPT)}
        who: dict[str, Any] = {"env": {**kept, "HOME": folder, "PATH": path, "TMPDIR": folder}, "text": True}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
            who |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        yield home, who


def run(command: str, folder: Path, who: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **who
    )


def test_a_clone_rehearses_as_an_ordinary_user_and_leaves_nothing(stranger: tuple[Path, dict[str, Any]]) -> None:
    home, who = stranger
    bundle = home / "bundle"
    subprocess.run(["git", "bundle", "create", "--quiet", str(bundle), "HEAD"], check=True)
    bundle.chmod(0o644)
    cloned = run(f"git clone --quiet {bundle} clone && cd clone && git checkout --quiet FETCH_HEAD || true", home, who)
    assert (home / "clone" / "Makefile").exists(), cloned.stdout

    rehearsed = run("make rehearse", home / "clone", who)

    assert rehearsed.returncode == 0, rehearsed.stdout
    assert {path.name for path in home.iterdir()} == {"bundle", "clone"}
    left = run("git status --porcelain --ignored", home / "clone", who).stdout.splitlines()
    assert [line for line in left if "__pycache__" not in line] == ["!! .venv/"]
