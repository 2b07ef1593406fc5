"""Names and values that come from somebody's schema, written so that the server reads them back as they are."""

from __future__ import annotations


def name(called: str) -> str:
    """Quote a name: mixed case, spaces and quotes in it stay."""
    return '"' + called.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a value; a backslash is one because sessions have standard_conforming_strings on."""
    return "'" + value.replace("'", "''") + "'"
