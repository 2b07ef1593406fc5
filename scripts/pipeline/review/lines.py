"""A Python file as lines that can be replaced without touching the rest: encoding, line ends, indentation stay."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CouldNotAnswer

# As Python counts lines; str.splitlines also ends them at form feeds and at U+2028.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True)
class Source:
    """A file's lines with their ends; the last may have none."""

    file: Path
    lines: list[str]
    encoding: str

    @property
    def newline(self) -> str:
        """How the first line ends: new lines get that."""
        return next((end for line in self.lines if (end := line[len(bare(line)) :])), "\n")

    def encoded(self, lines: list[str]) -> bytes:
        """The bytes of the file with these lines. Raises UnicodeEncodeError when its encoding has no such sign."""
        return "".join(lines).encode(self.encoding)

    def write(self, lines: list[str]) -> None:
        """
        Put the lines into the file, at once: a reader sees the old file or the new one.

        Raises CouldNotAnswer.
        """
        target = self.file.resolve()  # A symbolic link stays one.
        temporary = None
        try:
            with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as written:
                temporary = Path(written.name)
                written.write(self.encoded(lines))
            shutil.copymode(target, temporary)
            temporary.replace(target)
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise CouldNotAnswer(
                f"{self.file} cannot be written ({error.strerror}): it is as it was; make the folder writable."
            ) from error


def read_source(file: Path) -> Source:
    """Read the file as Python would. Raises CouldNotAnswer."""
    try:
        content = file.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise CouldNotAnswer(f"{file} cannot be read ({error}): nothing in it was fixed.") from error
    return Source(file, _LINE.findall(text), encoding)


def bare(line: str) -> str:
    """The line without its end."""
    return line.rstrip("\r\n")


def as_lines(text: str) -> list[str]:
    """The lines of a replacement, without their ends; none when there is nothing but blanks."""
    return [bare(line) for line in _LINE.findall(text.strip("\r\n"))] if text.strip() else []


def indented_like(text: str, line: str) -> list[str]:
    """The lines of `text`; when it starts at the margin, it is indented like `line`, whose place it takes."""
    lines = as_lines(text)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    if not lines or lines[0][:1].isspace() or not indent:
        return lines
    inside = _inside_strings("\n".join(lines))
    return [
        one if number in inside or not one else indent + _with_tabs(one, indent)
        for number, one in enumerate(lines, start=1)
    ]


def _with_tabs(line: str, indent: str) -> str:
    """In a file that is indented by tabs, four spaces at the start are one tab: Python refuses a mixture."""
    if "\t" not in indent:
        return line
    spaces = len(line) - len(line.lstrip(" "))
    return "\t" * (spaces // 4) + " " * (spaces % 4) + line[spaces:]


def _inside_strings(text: str) -> set[int]:
    """The numbers of the lines that begin within a string: a space more would be another string."""
    inside: set[int] = set()
    started: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name == "STRING":
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
            elif name == "FSTRING_START":
                started.append(token.start[0])
            elif name == "FSTRING_END":
                inside.update(range(started.pop() + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        pass  # Half a statement has no tokens to the end; what it becomes must be Python anyway, or is not written.
    return inside
