"""From where to where revisions are taken: lines, branches, merges."""

from __future__ import annotations

import ast
from pathlib import Path as File

import pytest

from pipeline.review.proving.path import Path
from pipeline.review.revision import Revision


def _revisions(**down: tuple[str, ...]) -> dict[str, Revision]:
    return {name: Revision(File(f"{name}.py"), "", ast.Module([], []), name, parents) for name, parents in down.items()}


LINE = _revisions(a=(), b=("a",), c=("b",), d=("c",))
BRANCHES = _revisions(a=(), b=("a",), c=("a",), m=("b", "c"), n=("m",))
TWO_ROOTS = _revisions(a=(), x=(), b=("a",))


def _way(revisions: dict[str, Revision], *chosen: str) -> list[tuple[str, list[str], str | None]]:
    path = Path(revisions.values(), [revisions[name] for name in chosen])
    return [(one.id, list(path.before(one)), path.back(one)) for one in path.chosen]


def test_what_comes_before_is_one_command() -> None:
    assert _way(LINE, "d", "c") == [("c", ["b"], "b"), ("d", [], "c")]


def test_from_the_beginning_nothing_comes_before() -> None:
    assert _way(LINE, "a", "b") == [("a", [], "base"), ("b", [], "a")]


def test_one_in_the_middle_has_the_later_ones_left_out() -> None:
    assert _way(LINE, "b") == [("b", ["a"], "a")]


def test_what_lies_between_two_chosen_ones_is_applied() -> None:
    assert _way(LINE, "b", "d") == [("b", ["a"], "a"), ("d", ["c"], "c")]


def test_a_merge_needs_each_branch_and_has_no_one_way_back() -> None:
    assert _way(BRANCHES, "m", "n") == [("m", ["b", "c"], None), ("n", [], "m")]


def test_one_of_several_children_is_undone_without_the_others() -> None:
    """Given the parent alone, Alembic takes all of its children back."""
    assert _way(BRANCHES, "b", "c") == [("b", ["a"], "b@a"), ("c", [], "c@a")]


def test_one_of_several_roots_is_undone_alone() -> None:
    assert _way(TWO_ROOTS, "x") == [("x", [], "x@base")]


@pytest.mark.parametrize(
    ("revisions", "chosen", "start"),
    [(LINE, "cd", "b"), (LINE, "abcd", "base"), (BRANCHES, "mn", None), (TWO_ROOTS, "xb", None), (LINE, "bd", None)],
)
def test_all_of_them_go_back_to_one_place_or_to_none(
    revisions: dict[str, Revision], chosen: str, start: str | None
) -> None:
    assert Path(revisions.values(), [revisions[name] for name in chosen]).start() == start
