"""A missing system package is said in one line with the command, and installed by nobody but a runner."""

import os
import shutil

import pytest

from pipeline import system_packages
from pipeline.errors import CouldNotAnswer


def test_what_is_there_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "PACKAGES", {"sh": "dash"})

    system_packages.check_system_packages([])


def test_a_person_is_told_the_command_and_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "PACKAGES", {"no-such-program": "no-such-package", "sh": "dash"})
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(CouldNotAnswer, match=r"need no-such-package: run `sudo .*install --yes .* no-such-package`"):
        system_packages.check_system_packages([])


@pytest.mark.parametrize(("ci", "user"), [("true", 0), ("true", 1000), ("", 0)])
def test_only_a_runner_that_is_root_installs(monkeypatch: pytest.MonkeyPatch, ci: str, user: int) -> None:
    ran: list[str] = []
    monkeypatch.setattr(system_packages, "PACKAGES", {"no-such-program": "no-such-package"})
    monkeypatch.setattr(system_packages, "_run", lambda command: ran.append(command[1]))
    monkeypatch.setattr(shutil, "which", lambda name, **_: "apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("CI", ci)

    with pytest.raises(CouldNotAnswer, match="need no-such-package"):
        system_packages.check_system_packages([])

    assert ran == (["update", "install"] if ci and user == 0 else [])
