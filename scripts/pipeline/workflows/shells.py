"""
How a script is called. The default is not what `shell: bash` is: only the latter has pipefail.

So `zappa invoke … | tee log` hides a failure until somebody writes `shell: bash`.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from pipeline.workflows.expressions import Value
from pipeline.workflows.places import Place

_BUILT_IN: Mapping[str, str] = {
    "": "bash -e {0}",
    "bash": "bash --noprofile --norc -e -o pipefail {0}",
    "sh": "sh -e {0}",
    "python": "python {0}",
}
_SUFFIXES = {"": ".sh", "bash": ".sh", "sh": ".sh", "python": ".py"}


def shell_command(shell: str, script: Path) -> list[str]:
    """Return the command that runs `script` in `shell`; "" is the shell of a step that names none."""
    words = shlex.split(_BUILT_IN.get(shell, shell))
    return [word.replace("{0}", str(script)) for word in words]


def script_suffix(shell: str) -> str:
    """Python finds no fault with a script called anything, but its error messages name the file."""
    return _SUFFIXES.get(shell.split(" ", maxsplit=1)[0], "")


def check_shell(place: Place, shell: Value) -> None:
    """Refuse, at `place`, a shell that is neither known nor a template with the script's place in it."""
    if isinstance(shell, str) and (shell in _BUILT_IN or "{0}" in shell or "${{" in shell):
        return
    place.refuse(f"the shell '{shell}' is neither bash, sh nor python, nor a command with {{0}} in it.", "shell")
