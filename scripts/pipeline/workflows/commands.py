"""
The commands a step prints: `::error file=app.py,line=1::text` and its kin.

A stopped reader (`::stop-commands::token`) takes everything for text until `::token::`: that is how output
nobody trusts is printed. https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.workflows.masking import Masker
from pipeline.workflows.results import Annotation, StepIdentity

_ANNOTATIONS = frozenset({"error", "warning", "notice"})
# set-env and add-path are switched off since 2020: any output could have set PATH.
_SWITCHED_OFF = frozenset({"set-env", "add-path"})
_KNOWN = (
    _ANNOTATIONS
    | _SWITCHED_OFF
    | {"debug", "group", "endgroup", "add-mask", "echo", "add-matcher", "remove-matcher"}
    | {"set-output", "save-state", "stop-commands"}
)


@dataclass(frozen=True)
class Command:
    name: str
    properties: Mapping[str, str]
    data: str


class Output:
    """
    Turns the lines a step prints into what is shown of them, and keeps what the commands among them say.

    `failed` is set by a command that may not be used; it fails the step.
    """

    def __init__(self, step: StepIdentity, masker: Masker) -> None:
        self.step = step
        self._masker = masker
        self._resume_word: str | None = None
        self._echo = False
        self.lines: list[str] = []
        self.annotations: list[Annotation] = []
        self.outputs: dict[str, str] = {}
        self.failed = False

    def take(self, line: str) -> list[str]:
        """Return the lines to show for `line`, masked: none for a command nobody sees."""
        before = len(self.lines)
        command = parse_command(line)
        if self._resume_word is not None:
            if command and command.name.lower() == self._resume_word.lower():
                self._resume_word = None
            self._show(line)
        elif command and command.name.lower() in _KNOWN:
            if self._echo and command.name.lower() != "add-mask":
                self._show(line)
            self._obey(command, line)
        else:
            self._show(line)
        return self.lines[before:]

    def annotate(
        self, level: Literal["error", "warning", "notice"], message: str, **where: str | int | None
    ) -> list[str]:
        """Keep an annotation and return the line that shows it."""
        masked = {key: self._masker.mask(value) if isinstance(value, str) else value for key, value in where.items()}
        self.annotations.append(
            Annotation(level, self._masker.mask(message), self.step, **masked)  # type: ignore[arg-type] # Keys are Annotation's.
        )
        before = len(self.lines)
        self._show(f"##[{level}]{message}")
        return self.lines[before:]

    def _show(self, text: str) -> None:
        self.lines += [self._masker.mask(line) for line in text.split("\n")]

    def _obey(self, command: Command, line: str) -> None:
        match command.name.lower():
            case "error" | "warning" | "notice" as level:
                self.annotate(level, command.data, **_where(command))
            case "group":
                self._show(f"##[group]{command.data}")
            case "endgroup":
                self._show("##[endgroup]")
            case "add-mask" if command.data.strip():
                self._masker.add(command.data)
            case "add-mask":
                self.annotate("warning", "Can't add secret mask for empty string in ##[add-mask] command.")
            case "echo":
                self._echo = command.data.strip().lower() == "on"
            case "set-output" if command.properties.get("name"):
                self.outputs[command.properties["name"]] = command.data
                self.annotate("warning", "The `set-output` command is deprecated: write to $GITHUB_OUTPUT.")
            case "stop-commands":
                self._stop(command.data, line)
            case name if name in _SWITCHED_OFF:
                self.failed = True
                self.annotate("error", f"The `{name}` command is disabled: write to $GITHUB_ENV or $GITHUB_PATH.")

    def _stop(self, word: str, line: str) -> None:
        if not word.strip() or word.lower() in _KNOWN or word == "pause-logging":
            self.failed = True
            self.annotate("error", f"Invalid stop-commands token '{word}': use one that cannot be guessed.")
            return
        self._resume_word = word
        self._show(line)


def parse_command(line: str) -> Command | None:
    """Return the command on `line`, whatever its name; None if it has not the form of one."""
    text = line.lstrip()
    head, separator, data = text[2:].partition("::")
    if not text.startswith("::") or not separator:
        return None
    name, _, listed = head.partition(" ")
    pairs = (pair.partition("=") for pair in listed.strip().split(","))
    properties = {key: _unescape(value, {"%3A": ":", "%2C": ","}) for key, _, value in pairs if key and value}
    return Command(name, properties, _unescape(data, {}))


def _unescape(text: str, more: Mapping[str, str]) -> str:
    # The percent sign comes last: %250A is the text %0A, not a line's end.
    for escaped, plain in {"%0D": "\r", "%0A": "\n", **more, "%25": "%"}.items():
        text = text.replace(escaped, plain)
    return text


def _where(command: Command) -> dict[str, str | int | None]:
    numbers = {"line": "line", "end_line": "endLine", "column": "col", "end_column": "endColumn"}
    found = command.properties
    places: dict[str, str | int | None] = {"file": found.get("file"), "title": found.get("title")}
    for field, name in numbers.items():
        places[field] = int(found[name]) if found.get(name, "").isdecimal() else None
    return places
