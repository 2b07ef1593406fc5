"""A revision that doubles what it has until the memory is full is read in a moment, and what follows is read too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.finding import Direction
from pipeline.review.revision import Revision

Read = Callable[..., Revision]
GROWS = {
    "plus": ("'a'", "x = x + x"), "list": ("[1]", "x = x + x"), "f-string": ("'a'", "x = f'{x}{x}'"),
    "join": ("'a'", "x = ''.join([x, x])"), "replace": ("'a'", "x = x.replace('a', 'aa')"),
    "extend": ("[1]", "x.extend(x)"), "format": ("1", "'{:>999999999}'.format(x)"),
    "percent": ("1", "'%999999999d' % x"), "width": ("1", "f'{x:>999999999}'"), "zfill": ("'a'", "x.zfill(9**9)"),
}  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("start", "step"), GROWS.values(), ids=GROWS)
def test_what_grows_without_bound_is_left(read: Read, start: str, step: str) -> None:
    script = read(f"x = {start}\nfor _ in range(60):\n    {step}\nop.drop_table('videos')").scripts[Direction.UPGRADE]

    assert [one.sql for one in script.statements] == ["DROP TABLE videos"]
