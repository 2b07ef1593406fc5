"""
Reads YAML as GitHub does: the core schema of YAML 1.2, where `on` is a word and `5432:5432` no number.

PyYAML alone speaks YAML 1.1: it would make `on:` the key True, `no` False, `22:30` 1350 in base 60 and
`2026-01-01` a date. Every mapping remembers the lines of its keys, so that an error can name one.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import CouldNotAnswer

_CORE = (
    ("null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), list("-+0123456789")),
    (
        "float",
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        list("-+.0123456789"),
    ),
)


class Block(dict[str, Any]):
    """A mapping of the file; `lines` tells where each key stands, `line` where the mapping begins."""

    line: int
    lines: dict[str, int]


class _CoreLoader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's way.


def read_yaml(path: Path) -> Any:
    """Return what the file holds; mappings are Blocks. Raises CouldNotAnswer, naming file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CouldNotAnswer(f"{path} cannot be read ({error.strerror}): name a workflow file.") from error
    try:
        return yaml.load(text, _CoreLoader)  # noqa: S506 - a SafeLoader with fewer types.
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CouldNotAnswer(f"{path}:{line}: this is no YAML GitHub would read: {error.problem}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CouldNotAnswer(f"{path}: this is no YAML GitHub would read: {error}.") from error


def _construct_block(loader: _CoreLoader, node: yaml.MappingNode) -> Block:
    block = Block()
    block.line, block.lines = node.start_mark.line + 1, {}
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key is None or key.upper() in seen:
            problem = "a key must be plain text" if key is None else f"'{key}' is already defined"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        seen.add(key.upper())
        block.lines[key] = key_node.start_mark.line + 1
        block[key] = loader.construct_object(value_node, deep=True)
    return block


def _construct_int(_loader: _CoreLoader, node: yaml.ScalarNode) -> int:
    return int(node.value, 0 if node.value[:2] in {"0o", "0x"} else 10)


def _construct_float(_loader: _CoreLoader, node: yaml.ScalarNode) -> float:
    text = node.value.lower()
    if text.endswith(("inf", "nan")):
        return math.nan if text == ".nan" else float(text.replace(".", ""))
    return float(text)


for _tag, _pattern, _first in _CORE:
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern.pattern})$"), _first)
_CoreLoader.add_constructor("tag:yaml.org,2002:map", _construct_block)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_CoreLoader.add_constructor("tag:yaml.org,2002:float", _construct_float)
