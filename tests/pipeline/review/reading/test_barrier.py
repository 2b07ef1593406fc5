"""A stranger's revision is read, never run: what it computes with real objects must not lead to others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review.finding import Direction
from pipeline.review.reading.barrier import ReachedOutside, barrier
from pipeline.review.revision import Revision

SUBCLASSES = 'operator.attrgetter("__subclasses__")(object)()'
ESCAPES = [
    f"""
    import operator
    for c in {SUBCLASSES}:
        if operator.attrgetter("__name__")(c) == "_wrap_close":
            system = operator.attrgetter("__init__.__globals__")(c)["system"]
            list(map(system, ["touch TARGET"]))
    """,
    """
    import string
    found = string.Formatter().get_field("0.__subclasses__", [object], {})
    for c in found[0]():
        if c.__name__ == "_wrap_close":
            globals_, _ = string.Formatter().get_field("0.__init__.__globals__", [c], {})
            list(map(globals_["system"], ["touch TARGET"]))
    """,
    """
    for get in map(getattr, [object], ["__subclasses__"]):
        for c in get():
            for g in map(getattr, [c], ["__init__"]):
                for scope in map(getattr, [g], ["__globals__"]):
                    list(map(scope["system"], ["touch TARGET"]))
    """,
    """
    import dataclasses, typing
    text = "__import__('os').system('touch TARGET')"
    typing.get_type_hints(dataclasses.make_dataclass("A", [("x", text)]))
    """,
    """
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql
    load = sa.PickleType().result_processor(postgresql.dialect(), None)
    load(b"cposix\\nsystem\\n(S'touch TARGET'\\ntR.")
    """,
]


@pytest.mark.parametrize("escape", ESCAPES, ids=["attrgetter", "formatter", "getattr", "annotations", "pickle"])
def test_a_revision_cannot_make_its_reader_run_a_program(
    read: Callable[..., Revision], tmp_path: Path, escape: str
) -> None:
    target = tmp_path / "was_here"

    revision = read(escape.replace("TARGET", str(target)) + '\n    op.execute("SELECT 1")')

    assert not target.exists()
    assert revision.scripts[Direction.UPGRADE].statements


def leave(folder: Path) -> list[Callable[[], object]]:
    return [
        lambda: os.system("true"),  # noqa: S605 - never run: the barrier is in its way.
        lambda: subprocess.run(["true"], check=False),
        lambda: (folder / "written").write_text("x"),
        (folder / "made").mkdir,
    ]


@pytest.mark.parametrize("way", range(4))
def test_behind_the_barrier_there_is_no_way_out(tmp_path: Path, way: int) -> None:
    with barrier(), pytest.raises(ReachedOutside):
        leave(tmp_path)[way]()

    assert list(tmp_path.iterdir()) == []


def test_after_it_everything_is_as_before(tmp_path: Path) -> None:
    with barrier():
        pass

    (tmp_path / "written").write_text("x")

    assert (tmp_path / "written").read_text() == "x"
