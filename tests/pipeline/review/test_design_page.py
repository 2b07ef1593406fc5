"""The page about how the review is built leads to every file that one would look for."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline.review

HERE = Path(pipeline.review.__file__).parent
PAGE = (HERE.parents[2] / "docs" / "review-design.md").read_text()


@pytest.mark.parametrize(
    "module",
    [file for folder in (HERE, HERE / "reading") for file in folder.glob("[!_]*.py")],
    ids=lambda file: str(file.relative_to(HERE)),
)
def test_every_module_is_on_the_page(module: Path) -> None:
    assert module.name in PAGE
