"""The traps between YAML 1.1, which PyYAML speaks, and YAML 1.2, which GitHub speaks."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.workflows.yaml_core import Block, read_yaml


def read(folder: Path, text: str) -> Block:
    file = folder / "file.yml"
    file.write_text(text, encoding="utf-8")
    block = read_yaml(file)
    assert isinstance(block, Block)
    return block


def test_on_is_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, "on: push\n") == {"on": "push"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("No", "No"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("5432:5432", "5432:5432"),
        ("22:30", "22:30"),
        ("2026-01-01", "2026-01-01"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("-12", -12),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("3.", 3.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("~", None),
        ("", None),
        ("null", None),
        ("nULL", "nULL"),
        ("'3.13'", "3.13"),
        ("<<", "<<"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars_are_those_of_the_core_schema(tmp_path: Path, written: str, value: object) -> None:
    assert read(tmp_path, f"key: {written}\n") == {"key": value}


def test_anchors_are_understood(tmp_path: Path) -> None:
    block = read(tmp_path, "one: &env {A: 1}\ntwo: *env\n")

    assert block == {"one": {"A": 1}, "two": {"A": 1}}


def test_mappings_know_the_lines_of_their_keys(tmp_path: Path) -> None:
    block = read(tmp_path, "a: 1\n\nb:\n  c: 2\n")

    assert (block.lines, block["b"].line, block["b"].lines) == ({"a": 1, "b": 3}, 4, {"c": 4})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\nA: 3\n", "file.yml:3: this is no YAML GitHub would read: 'A' is already defined."),
        ("A: 1\na: 2\n", "file.yml:2: this is no YAML GitHub would read: 'a' is already defined."),
        ("a: [1\n", "file.yml:2: this is no YAML GitHub would read: "),
        ("[1]: 2\n", "file.yml:1: this is no YAML GitHub would read: a key must be plain text."),
        ("a: \0\n", "file.yml: this is no YAML GitHub would read: "),
        ("a: !!python/name:os.system\n", "file.yml:1: this is no YAML GitHub would read: "),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CouldNotAnswer) as refusal:
        read(tmp_path, text)

    assert message in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match=r"absent\.yml cannot be read \(No such file or directory\)"):
        read_yaml(tmp_path / "absent.yml")
