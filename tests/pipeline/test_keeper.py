"""What a keeper ends must be what it was told to watch, however much later."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from pipeline import keeper


def test_a_number_that_went_to_a_stranger_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal that serves for a day has started hundreds of processes, and numbers come round again."""
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    watched = iter(["when our process began"])
    began = keeper._began
    monkeypatch.setattr(keeper, "_began", lambda process: next(watched, None) or began(process))

    keeper.keep(io.StringIO(f"watch 15 {stranger.pid}\n"))

    with pytest.raises(subprocess.TimeoutExpired):
        stranger.wait(0.2)
    stranger.kill()
    stranger.wait()


def test_a_group_whose_leader_is_gone_is_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    shell = subprocess.Popen(
        ["bash", "-c", f"sleep 60 & echo $! > {pid_file}; read"], start_new_session=True, stdin=subprocess.PIPE
    )
    orders = io.StringIO(f"watch 15 {shell.pid}\n")
    shell.communicate(b"\n")

    keeper.keep(orders)

    left = int(pid_file.read_text())
    state = Path(f"/proc/{left}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
