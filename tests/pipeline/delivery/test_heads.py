"""Two heads are found before anything is uploaded, and the message holds both ways out."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.delivery.heads import single_head
from pipeline.errors import CouldNotAnswer, Found


def write(migrations: Path, revision: str, down: str | None, name: str) -> None:
    versions = migrations / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (versions / f"{name}.py").write_text(f'"""{name}"""\nrevision = {revision!r}\ndown_revision = {down!r}\n')


def test_one_head_is_told(tmp_path: Path) -> None:
    write(tmp_path, "aaaaaaaaaaaa", None, "first")
    write(tmp_path, "bbbbbbbbbbbb", "aaaaaaaaaaaa", "second")

    assert single_head(tmp_path) == "bbbbbbbbbbbb"


def test_two_heads_are_both_named_with_the_ways_out(tmp_path: Path) -> None:
    write(tmp_path, "aaaaaaaaaaaa", None, "first")
    write(tmp_path, "bbbbbbbbbbbb", "aaaaaaaaaaaa", "theirs")
    write(tmp_path, "cccccccccccc", "aaaaaaaaaaaa", "ours")

    with pytest.raises(Found) as caught:
        single_head(tmp_path)

    message = str(caught.value)
    assert message.startswith("There are 2 heads:\n")
    assert "bbbbbbbbbbbb  theirs  (theirs.py, follows aaaaaaaaaaaa)" in message
    assert "cccccccccccc  ours  (ours.py, follows aaaaaaaaaaaa)" in message
    assert "set its down_revision to the other one's id" in message
    assert 'flask --app run db merge -m "join heads"' in message


@pytest.mark.filterwarnings("ignore:Revision missing")  # Alembic's own word on the same fault.
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "There is no folder .*versions"),
        ("", "Could not determine revision id"),
        ("revision = 'a'\ndown_revision = 'missing'\n", "cannot be read: .*missing"),
        ("revision = (\n", "cannot be read"),
        ("import no_such_module\n", "cannot be read: No module named 'no_such_module'"),
    ],
)
def test_revisions_that_cannot_be_read_are_no_answer(tmp_path: Path, body: str | None, message: str) -> None:
    if body is not None:
        (tmp_path / "versions").mkdir()
        (tmp_path / "versions" / "broken.py").write_text(body)

    with pytest.raises(CouldNotAnswer, match=message):
        single_head(tmp_path)


def test_no_revision_at_all_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()

    with pytest.raises(CouldNotAnswer, match="There is no revision in"):
        single_head(tmp_path)


def test_the_script_exits_1_on_two_heads_and_0_on_one(tmp_path: Path) -> None:
    script = [sys.executable, "scripts/check_single_head.py", "--directory", str(tmp_path)]
    write(tmp_path, "aaaaaaaaaaaa", None, "first")

    one = subprocess.run(script, capture_output=True, text=True, check=False)
    write(tmp_path, "bbbbbbbbbbbb", None, "second")
    two = subprocess.run(script, capture_output=True, text=True, check=False)

    assert (one.returncode, one.stdout) == (0, "One head: aaaaaaaaaaaa\n")
    assert two.returncode == 1
    assert two.stderr.startswith("error: There are 2 heads:")
