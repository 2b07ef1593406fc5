"""
A rehearsal takes a minute and a half; here is what a person sees of it meanwhile, and what is left to read after.

On a terminal the running step has a spinner and a clock; elsewhere (CI, a pipe) there is one plain line per
step. A step's output is shown when it failed, or always with `-v`. Nothing is printed unmasked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

Outcome = Literal["success", "failure", "cancelled", "skipped"]
Say = Callable[[str], None]
_SIGNS: dict[Outcome, tuple[str, str]] = {
    "success": ("✓", "green"),
    "failure": ("✗", "bold red"),
    "cancelled": ("■", "yellow"),
    "skipped": ("–", "dim"),
}


@dataclass(frozen=True)
class Line:
    """One step that ended; `part` is what it belongs to, such as the workflow's name."""

    part: str
    name: str
    outcome: Outcome
    seconds: float


class Display:
    """Shows steps while they run and remembers them for the table."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._secrets: list[str] = []
        self._live: Live | None = None
        self._started = 0.0
        self._output: list[str] = []
        self.part = ""
        self.lines: list[Line] = []
        # Everything that was said by anybody, for the search for secrets: shown or not, and unmasked.
        self.transcript: list[str] = []

    def hide(self, *secrets: str) -> None:
        """Never print these."""
        self._secrets = sorted({*self._secrets, *filter(None, secrets)}, key=len, reverse=True)

    def heading(self, part: str) -> None:
        """Begin a part of the rehearsal."""
        self.part = part
        self._print(Text(part, style="bold"))

    def note(self, sentence: str) -> None:
        """Tell something that is no step."""
        self.transcript.append(sentence)
        self._print(Text(f"  {self._masked(sentence)}", style="yellow"))

    @contextmanager
    def step(self, name: str) -> Iterator[Say]:
        """Show what the block does as one step; call what is yielded with each line of its output."""
        self.begin(name)
        try:
            yield self.output
        except BaseException as error:
            self.end(name, "failure" if isinstance(error, Exception) else "cancelled")
            raise
        self.end(name, "success")

    def begin(self, name: str) -> None:
        self._started = time.monotonic()
        self._output = []
        if self._console.is_terminal:
            running = Spinner("dots", Text(f" {self._masked(name)}"))
            self._live = Live(
                _Running(running, self._started), console=self._console, transient=True, refresh_per_second=10
            )
            self._live.start()

    def output(self, line: str) -> None:
        self.transcript.append(line)
        if self._verbose:
            self._print(self._quoted(line))
        else:
            self._output.append(line)

    def close(self) -> None:
        """Take the running step off the screen, if there still is one, and give the cursor back."""
        if self._live:
            self._live.stop()
            self._live = None

    def end(self, name: str, outcome: Outcome, seconds: float | None = None) -> None:
        """`seconds` is measured here unless given."""
        self.close()
        if seconds is None:
            seconds = time.monotonic() - self._started
        self.lines.append(Line(self.part, name, outcome, seconds))
        sign, style = _SIGNS[outcome]
        took = "" if outcome == "skipped" else f"  {seconds:.1f} s"
        self._print(Text.assemble((sign, style), f" {self._masked(name)}", (took, "dim")))
        if outcome == "failure":
            for line in self._output:
                self._print(self._quoted(line))
        self._output = []

    def table(self, facts: dict[str, str]) -> None:
        """Print the steps with their times, and `facts` below them."""
        steps = Table("part", "step", "time", box=None, pad_edge=False)
        steps.columns[2].justify = "right"
        shown = ""
        for line in self.lines:
            if line.outcome == "skipped":
                continue
            sign, style = _SIGNS[line.outcome]
            what = Text.assemble((sign, style), f" {self._masked(line.name)}")
            steps.add_row("" if line.part == shown else line.part, what, f"{line.seconds:.1f} s")
            shown = line.part
        said = Table(show_header=False, box=None, pad_edge=False)
        for name, value in facts.items():
            said.add_row(Text(name, style="dim"), Text(self._masked(value), overflow="fold"))
        self._print(Group("", steps, "", said))

    def _quoted(self, line: str) -> Text:
        return Text(f"    {self._masked(line)}", style="dim")

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _print(self, what: RenderableType) -> None:
        self._console.print(what, soft_wrap=not isinstance(what, Group))


@dataclass(frozen=True)
class _Running:
    """The step that runs: drawn anew ten times a second, so that its clock moves."""

    spinner: Spinner
    started: float

    def __rich__(self) -> RenderableType:
        row = Table.grid(padding=(0, 1))
        row.add_row(self.spinner, Text(f"{time.monotonic() - self.started:.0f} s", style="dim"))
        return row
