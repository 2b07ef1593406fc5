"""
What GitHub keeps beside a run, as far as pull-request.yml uses it: commits to check out, artifacts, alerts.

Two jobs have nothing else in common there. The stand-ins here are given by it, so that a job that reads what it never
was given fails on this machine too.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import git
from pipeline.errors import Found
from pipeline.rehearsal.code_scanning import Alerts, read_sarif
from pipeline.rehearsal.stand_ins import known, refuse_kept_credentials
from pipeline.workflows import ActionCall, StandIn


@dataclass(frozen=True)
class Hosted:
    """
    A repository at GitHub, for one run.

    `repository` is any git repository whose refs can be checked out, `folder` a private one for the artifacts. With
    `environment`, a checkout finds it as its `.venv`, so that `make setup` there has little to do.
    """

    repository: Path
    folder: Path
    environment: Path | None = None
    alerts: list[Alerts] = field(default_factory=list)

    def actions(self) -> dict[str, StandIn]:
        """The stand-ins, by the names that `uses:` knows."""
        return {
            "actions/checkout": self.check_out,
            "actions/upload-artifact": self.upload_artifact,
            "actions/download-artifact": self.download_artifact,
            "github/codeql-action/upload-sarif": self.upload_sarif,
        }

    def check_out(self, call: ActionCall) -> Mapping[str, str]:
        """actions/checkout: the event's commit or `ref`, at `path`, with all branches or with nothing but itself."""
        inputs = known(call, "fetch-depth", "persist-credentials", "ref", "path")
        refuse_kept_credentials(call)
        folder = _inside(call, inputs.get("path", "."))
        if folder.is_dir():
            _empty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        git.change(folder, "init", "--quiet", "--template=", "--initial-branch=main")
        # The objects are lent instead of copied: it saves seconds, and what can be seen is told by the refs.
        objects = self.repository / git.ask(self.repository, "rev-parse", "--git-path", "objects").strip()
        (folder / ".git" / "objects" / "info").mkdir(exist_ok=True)
        (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{objects.resolve()}\n")
        git.change(folder, "remote", "add", "origin", self.repository.resolve().as_uri())
        self._fetch(folder, self._ref(call), inputs.get("fetch-depth", "1"), call)
        git.change(folder, "checkout", "--quiet", "--detach", "wanted")
        git.change(folder, "tag", "--delete", "wanted")
        if self.environment is not None:
            (folder / ".git" / "info").mkdir(exist_ok=True)
            (folder / ".git" / "info" / "exclude").write_text("/.venv\n")
            (folder / ".venv").symlink_to(self.environment.resolve(), target_is_directory=True)
        commit = git.ask(folder, "rev-parse", "HEAD").strip()
        call.log(f"Checked out {commit} at {inputs.get('path', '.')}")
        return {"commit": commit, "ref": self._ref(call)}

    def upload_artifact(self, call: ActionCall) -> Mapping[str, str]:
        """actions/upload-artifact: files by name, without hidden ones, once in a run."""
        inputs = known(call, "name", "path", "if-no-files-found", "retention-days")
        name = inputs.get("name", "artifact")
        if not inputs.get("path", "").strip():
            raise Found(f"{call.uses}: Input required and not supplied: path")
        files = dict(_uploaded(call, inputs["path"]))
        if not files:
            said = (
                f"No files were found with the provided path: {inputs['path'].strip()}. No artifacts will be uploaded."
            )
            if inputs.get("if-no-files-found") == "error":
                raise Found(said)
            call.log(f"::warning::{said}")
            return {}
        artifact = self._artifact(name)
        if artifact.exists():
            raise Found(f"{call.uses}: Conflict: an artifact with the name {name!r} already exists on the workflow run")
        for inside, file in files.items():
            (artifact / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, artifact / inside)
        call.log(f"Artifact {name} has {len(files)} files")
        return {"artifact-id": str(len(list(artifact.parent.iterdir())))}

    def download_artifact(self, call: ActionCall) -> Mapping[str, str]:
        """actions/download-artifact: the files of one artifact, wherever `path` says."""
        inputs = known(call, "name", "path")
        name = inputs.get("name", "")
        artifact = self._artifact(name)
        if not name or not artifact.is_dir():
            raise Found(f"{call.uses}: Unable to download artifact(s): Artifact not found for name: {name}")
        target = call.workspace / inputs.get("path", ".")
        shutil.copytree(artifact, target, dirs_exist_ok=True)
        return {"download-path": str(target)}

    def upload_sarif(self, call: ActionCall) -> Mapping[str, str]:
        """github/codeql-action/upload-sarif: what code scanning accepts, under the commit it would be filed under."""
        inputs = known(call, "sarif_file", "category", "ref", "sha")
        if bool(inputs.get("ref")) != bool(inputs.get("sha")):
            raise Found(f"{call.uses}: Both 'ref' and 'sha' are required if one of them is provided.")
        if not inputs.get("sha"):
            _refuse_other_commit(call)
        file = call.workspace / inputs.get("sarif_file", "../results")
        self.alerts.append(
            Alerts(
                ref=inputs.get("ref") or call.env["GITHUB_REF"],
                commit=inputs.get("sha") or call.env["GITHUB_SHA"],
                category=inputs.get("category", ""),
                sarif=read_sarif(file),
            )
        )
        return {"sarif-id": str(len(self.alerts))}

    def _ref(self, call: ActionCall) -> str:
        wanted = call.inputs.get("ref") or call.env["GITHUB_REF"]
        names = (wanted,) if wanted.startswith("refs/") else (f"refs/heads/{wanted}", f"refs/tags/{wanted}")
        for name in names:
            if git.holds(self.repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
                return name
        raise Found(f"{call.uses}: A branch or tag with the name '{wanted}' could not be found")

    def _fetch(self, folder: Path, ref: str, depth: str, call: ActionCall) -> None:
        match depth:
            case "0":
                branches = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
                git.change(folder, "fetch", "--quiet", "--no-tags", "origin", *branches, f"{ref}:refs/tags/wanted")
            case "1":
                # Nothing but this commit: neither its parents nor another branch.
                git.change(folder, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"{ref}:refs/tags/wanted")
            case _:
                raise Found(f"{call.uses}: `fetch-depth: {depth}` has no stand-in: use 0 (all) or 1 (the commit).")

    def _artifact(self, name: str) -> Path:
        if name and not re.fullmatch(r"[^\"\\/:<>|*?\r\n]+", name):
            raise Found(f"The artifact name is not valid: {name}")
        return self.folder / "artifacts" / name


def _inside(call: ActionCall, path: str) -> Path:
    folder = Path(os.path.normpath(call.workspace / path))
    if not folder.is_relative_to(call.workspace):
        raise Found(f"{call.uses}: Repository path '{folder}' is not under '{call.workspace}'")
    return folder


def _empty(folder: Path) -> None:
    """What the action does to a folder that is in its way; a link is removed and not followed."""
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _uploaded(call: ActionCall, listed: str) -> Iterator[tuple[Path, Path]]:
    """Each file below the `listed` paths, with its place in the artifact: relative to what they have in common."""
    paths = [call.workspace / line.strip() for line in listed.splitlines() if line.strip()]
    for path in paths:
        if any(sign in str(path) for sign in "*?[!"):
            raise Found(f"{call.uses}: the pattern {path.name!r} has no stand-in: name files or folders.")
    common = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            inside = file.relative_to(common)
            if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield inside, file


def _refuse_other_commit(call: ActionCall) -> None:
    """Without `ref` and `sha` the action asks the checkout, and alerts of another commit are seen by nobody."""
    wanted = call.env["GITHUB_SHA"]
    found = git.ask(call.workspace, "rev-parse", "HEAD").strip()
    if found != wanted:
        raise Found(
            f"{call.uses} would file the alerts under {found[:12]}, which is checked out here, and the run is about "
            f"{wanted[:12]}: give it `ref` and `sha`."
        )
