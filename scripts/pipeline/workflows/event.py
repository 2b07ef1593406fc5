"""
What started the run, and the `github` context that tells the workflow of it.

A pull request's branches come from the payload, as on GitHub: `base_ref` and `head_ref` are empty otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.workflows.document import Workflow
from pipeline.workflows.expressions import Value, to_text


@dataclass(frozen=True)
class Event:
    """`inputs` are those of `workflow_dispatch`; `payload` is what `github.event` shows beside them."""

    name: str
    ref: str = "refs/heads/main"
    sha: str = "0" * 40
    inputs: Mapping[str, Value] = field(default_factory=dict)
    payload: Mapping[str, Value] = field(default_factory=dict)
    actor: str = "octocat"
    repository: str = "octocat/yt-pubsub-handler"
    run_id: str = "1"
    run_number: str = "1"
    run_attempt: str = "1"
    api_url: str = "https://api.github.com"

    @property
    def ref_name(self) -> str:
        for prefix in ("refs/heads/", "refs/tags/", "refs/pull/"):
            if self.ref.startswith(prefix):
                return self.ref.removeprefix(prefix)
        raise UsageError(f"'{self.ref}' is no whole ref: write refs/heads/… or refs/tags/….")


def event_payload(event: Event, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Return `github.event`; `inputs` have their types, here they are text."""
    payload: dict[str, Value] = {"ref": event.ref, "repository": {"full_name": event.repository}}
    if event.name == "workflow_dispatch":
        payload["inputs"] = {name: to_text(value) for name, value in inputs.items()}
    return {**payload, **event.payload}


def github_context(
    event: Event, workflow: Workflow, payload: Mapping[str, Value], workspace: Path, token: str
) -> dict[str, Value]:
    """Return the `github` context as far as it is the same for every job."""
    owner, _, _ = event.repository.partition("/")
    server = "https://github.com"
    file = f".github/workflows/{workflow.path.name}"
    return {
        "actor": event.actor,
        "api_url": event.api_url,
        "base_ref": _branch(payload, "base"),
        "event": payload,
        "event_name": event.name,
        "graphql_url": f"{event.api_url}/graphql",
        "head_ref": _branch(payload, "head"),
        "ref": event.ref,
        "ref_name": event.ref_name,
        "ref_protected": False,
        "ref_type": "tag" if event.ref.startswith("refs/tags/") else "branch",
        "repository": event.repository,
        "repository_owner": owner,
        "run_attempt": event.run_attempt,
        "run_id": event.run_id,
        "run_number": event.run_number,
        "server_url": server,
        "sha": event.sha,
        "token": token,
        "triggering_actor": event.actor,
        "workflow": workflow.name,
        "workflow_ref": f"{event.repository}/{file}@{event.ref}",
        "workflow_sha": event.sha,
        "workspace": str(workspace),
    }


def _branch(payload: Mapping[str, Value], side: str) -> Value:
    request = payload.get("pull_request")
    branch = request.get(side) if isinstance(request, Mapping) else None
    return branch.get("ref", "") if isinstance(branch, Mapping) else ""
