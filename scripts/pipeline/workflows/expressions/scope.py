"""
What an expression may name in the place where it stands.

The same text is right in one key of a workflow and an error in another (`secrets` in an `if:`, `steps` in a
job's `env:`), and GitHub refuses the file before anything runs; so must we.
"""

from __future__ import annotations

from dataclasses import dataclass

STATUS_FUNCTIONS = frozenset({"success", "failure", "always", "cancelled"})


@dataclass(frozen=True)
class Scope:
    """The contexts, in lower case, and the functions beyond the built-in ones that are known."""

    contexts: frozenset[str]
    status_functions: bool = False
    hash_files: bool = False

    def arity(self, function: str) -> tuple[int, int] | None:
        """How many arguments `function`, in lower case, takes at least and at most; None if it is unknown."""
        if self.status_functions and function in STATUS_FUNCTIONS:
            return 0, 0
        if self.hash_files and function == "hashfiles":
            return 1, 255
        return None
