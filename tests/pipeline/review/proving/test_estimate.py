"""Production's sizes, as people have them, and what they make of a measurement."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.review.proving.estimate import at_scale, read_statistics


@pytest.mark.parametrize(
    "text",
    [
        '{"orders": 12000000, "sales.items": 7}',
        "orders,12000000\nsales.items,7\n",
        "table,rows\norders,12000000\nsales.items,7\n",
        "relname\treltuples\norders\t1.2e+07\nsales.items\t7\n",
        " schema | table  | rows\n-------+------+-----\n public | orders | 12000000\n sales  | items  | 7\n(2 rows)\n",
        "\ufefforders;12000000\n\nsales.items;7\n",
    ],
)
def test_names_and_counts_are_read_as_people_have_them(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sizes"
    file.write_text(text)
    statistics = read_statistics(file)

    assert (statistics.of("public.orders"), statistics.of("sales.items")) == (12_000_000, 7)
    assert statistics.of("public.items") is None


def test_a_table_that_was_never_analysed_has_no_rows_that_are_known(tmp_path: Path) -> None:
    file = tmp_path / "sizes"
    file.write_text("orders,-1")

    assert read_statistics(file).of("public.orders") == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orders,many\nitems,7", None),
        ("items,7\norders,many", "line 2"),
        ("orders", "line 1"),
        ('{"orders": "many"}', "'orders'"),
        ('{"orders": true}', "'orders'"),
        ("{", "JSON"),
    ],
)
def test_what_is_no_statistics_is_refused_with_its_place(tmp_path: Path, text: str, said: str | None) -> None:
    file = tmp_path / "sizes"
    file.write_text(text)
    if said is None:  # A head, as far as anybody can tell.
        assert read_statistics(file).of("items") == 7
        return
    with pytest.raises(UsageError, match=said):
        read_statistics(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read_statistics(tmp_path / "nowhere")


def test_only_what_grows_with_the_rows_is_scaled() -> None:
    assert at_scale(0.5, 0.1, rows=1_000, wanted=10_000) == pytest.approx(0.1 + 0.4 * 10)
    assert at_scale(0.5, None, rows=1_000, wanted=10_000) == pytest.approx(5.0)
    assert at_scale(0.1, 0.3, rows=1_000, wanted=10_000_000) == pytest.approx(0.1)
