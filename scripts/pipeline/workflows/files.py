"""
The files a step writes to: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STEP_SUMMARY.

They are read when the step has ended, also when it failed. A line that is neither `name=value` nor
`name<<DELIMITER` fails the step, as does a delimiter that never comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_SUMMARY = 1024 * 1024  # Bytes per step; GitHub drops a larger one whole.

# Node reads it at start: GitHub refuses to let one step put code into the next.
_REFUSED_NAMES = frozenset({"NODE_OPTIONS"})


@dataclass(frozen=True)
class FilesRead:
    """What was in the files, and what was wrong with them."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    summary: str = ""
    failures: tuple[str, ...] = ()  # These fail the step.
    complaints: tuple[str, ...] = ()  # These do not.


class StepFiles:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.output, self.env, self.path = folder / "output", folder / "env", folder / "path"
        self.summary, self.state = folder / "step_summary", folder / "state"
        for file in (self.output, self.env, self.path, self.summary, self.state):
            file.touch()

    def variables(self) -> dict[str, str]:
        """The environment variables by which a step finds them."""
        return {
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_ENV": str(self.env),
            "GITHUB_PATH": str(self.path),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_STATE": str(self.state),
        }

    def read(self) -> FilesRead:
        failures: list[str] = []
        outputs = self._values(self.output, failures)
        env = self._values(self.env, failures)
        for name in sorted(env.keys() & _REFUSED_NAMES):
            failures.append(f"Can't store {name} using '$GITHUB_ENV'.")
            del env[name]
        summary, complaints = _read(self.summary), []
        if (size := len(summary.encode())) > LARGEST_SUMMARY:
            complaints.append(
                f"$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got {size // 1024}k."
            )
            summary = ""
        path = tuple(line for line in _read(self.path).splitlines() if line)
        return FilesRead(outputs, env, path, summary, tuple(failures), tuple(complaints))

    @staticmethod
    def _values(file: Path, failures: list[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        try:
            values.update(parse_values(_read(file)))
        except ValueError as error:
            failures.append(f"Unable to process file command '{file.name}' successfully. {error}")
        return values


def parse_values(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values; raise ValueError, in the runner's words, at the first line that is neither."""
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, separator, rest = _split(line)
        if not separator:
            raise ValueError(f"Invalid format '{line}'")
        if separator == "=":
            if not name:
                raise ValueError(f"Invalid format '{line}'. Name must not be empty")
            yield name, rest
            continue
        if not name or not rest:
            raise ValueError(f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty")
        yield name, "\n".join(_until(rest, lines))


def _split(line: str) -> tuple[str, str, str]:
    """Split at `=` or `<<`, whichever comes first: a value may hold the other."""
    equals, heredoc = line.find("="), line.find("<<")
    return line.partition("<<" if heredoc >= 0 and (equals < 0 or heredoc < equals) else "=")


def _until(delimiter: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise ValueError(f"Invalid value. Matching delimiter not found '{delimiter}'")


def _read(file: Path) -> str:
    """A step may have removed the file; that is no fault of it."""
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
