"""Writes the operations that a remedy shows, with the author's own table and column names, ready to paste."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.review.rewriting import source


@dataclass(frozen=True)
class Code:
    """Python that goes into a call as it is: `sa.Text()`."""

    source: str


def on_table(operation: str, table: str, *arguments: object, **named: object) -> str:
    """`op.drop_column("orders", "total", schema="sales")`; `table` may have its schema in front."""
    schema, _, name = table.rpartition(".")
    if schema:
        named["schema"] = schema
    written = [source(name), *map(source, arguments), *(f"{key}={source(value)}" for key, value in named.items())]
    return f"op.{operation}({', '.join(written)})"
