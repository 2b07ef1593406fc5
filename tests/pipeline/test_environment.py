"""A fresh clone meets an empty folder, no network, an old Python, or what an interrupted set-up left."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.environment import CHECKOUT, locked_environment, set_up
from pipeline.errors import CouldNotAnswer

VENV = CHECKOUT / ".venv"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A place for environments with a uv of its own and an empty cache."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to((VENV / "bin" / "uv").resolve())
    return tmp_path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")


def lock(folder: Path, text: str = "") -> Path:
    path = folder / "lock.txt"
    path.write_text(text)
    return path


@pytest.mark.usefixtures("offline")
def test_the_same_lock_gives_the_same_environment_and_another_another(home: Path) -> None:
    first = locked_environment("package", lock(home), home=home)

    assert locked_environment("package", lock(home), home=home) == first
    assert locked_environment("package", lock(home, "# other\n"), home=home) != first
    version = subprocess.run([str(first / "bin/python"), "-c", "import sys; print(sys.version_info[:2])"],
                             capture_output=True, text=True, check=True)  # fmt: skip
    assert version.stdout.strip() == str(sys.version_info[:2])


@pytest.mark.usefixtures("offline")
def test_what_an_interrupted_set_up_left_is_not_used(home: Path) -> None:
    there = locked_environment("package", lock(home), home=home)
    (there / ".complete").unlink()
    (there / "half").touch()

    again = locked_environment("package", lock(home), home=home)

    assert (again, (again / "half").exists(), (again / ".complete").exists()) == (there, False, True)


@pytest.mark.usefixtures("offline")
def test_without_a_network_it_is_said_what_to_check_and_nothing_half_made_is_used(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = lock(home, "flask==3.1.3 --hash=sha256:" + "0" * 64 + "\n")

    for _ in range(2):
        with pytest.raises(CouldNotAnswer, match="check that a package index can be reached, then run the same"):
            locked_environment("package", wanted, home=home)

    assert "the network was disabled" in " ".join(capsys.readouterr().err.split())


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))

    with pytest.raises(CouldNotAnswer, match=r"is too old: call make with PYTHON=python3\.11"):
        set_up(tmp_path)


def test_a_second_make_setup_does_nothing(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree("requirements", checkout / "requirements")
    (checkout / ".venv").symlink_to(VENV.resolve())
    before = (VENV / ".installed-from").stat().st_mtime_ns

    set_up(checkout)

    assert (VENV / ".installed-from").stat().st_mtime_ns == before


def test_what_starts_all_the_time_has_its_bytecode() -> None:
    """Packages come without it from uv, and where none may be written each start would compile all."""
    packages = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

    assert list((packages / "sqlalchemy" / "sql" / "__pycache__").glob(f"compiler.{sys.implementation.cache_tag}.pyc"))
