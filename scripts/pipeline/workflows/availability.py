"""
Which contexts and functions an expression may use in which key of a workflow.

From the schema GitHub's own parser reads, `workflow-v1.0.json` in `@actions/workflow-parser`; the table is
also at https://docs.github.com/actions/reference/workflows-and-actions/contexts#context-availability.
`strategy` and `matrix` are left out: jobs that have them are refused.
"""

from __future__ import annotations

from pipeline.workflows.expressions import Scope


def _scope(*contexts: str, status_functions: bool = False, hash_files: bool = False) -> Scope:
    known_everywhere = frozenset({"github", "inputs", "vars"})
    return Scope(known_everywhere.union(contexts), status_functions, hash_files)


WORKFLOW = _scope()
WORKFLOW_ENV = _scope("secrets")
JOB = _scope("needs")
JOB_IF = _scope("needs", status_functions=True)
JOB_ENV = _scope("needs", "secrets")
JOB_DEFAULTS = _scope("needs", "env")
JOB_OUTPUTS = _scope("needs", "secrets", "steps", "job", "runner", "env")
ENVIRONMENT_URL = _scope("needs", "steps", "job", "runner", "env")
SERVICE_CREDENTIALS = _scope("secrets", "env")
STEP_IF = _scope("needs", "steps", "job", "runner", "env", status_functions=True, hash_files=True)
STEP = _scope("needs", "secrets", "steps", "job", "runner", "env", hash_files=True)
