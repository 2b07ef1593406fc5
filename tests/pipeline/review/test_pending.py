"""Two new revisions that pass one at a time, and that one transaction would apply together."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.review.pending import runs_all_in_one_transaction
from pipeline.review.reviewing import Options, review
from tests.pipeline.review.project import Project

ENV = "with context.begin_transaction():\n    context.run_migrations()\n"
ADD = "op.execute(\"ALTER TYPE mood ADD VALUE 'calm'\")"
USE = "op.execute(\"UPDATE posts SET mood = 'calm' WHERE id = 1\")"
NOT_VALID = "op.create_check_constraint('ck', 'posts', 'n > 0', postgresql_not_valid=True)"
VALIDATE = "op.execute('ALTER TABLE posts VALIDATE CONSTRAINT ck')"
COMMITTED = "\n    with op.get_context().autocommit_block(): op.execute('ANALYZE posts')"


def together(project: Project, *upgrades: str, env: str = ENV) -> set[tuple[str, int, str | None]]:
    """What is found across the revisions with these upgrades, which a branch adds to a table with an enum."""
    (project.migrations / "env.py").write_text(env)
    made = "op.execute(\"CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE posts (id int, n int, mood mood)\")"
    project.write("cccccccccccc", "bbbbbbbbbbbb", name="third", upgrade=made)
    project.commit("a table")
    down = "cccccccccccc"
    for number, upgrade in enumerate(upgrades, start=1):
        identifier = f"{number:012}"
        project.write(identifier, down, upgrade=upgrade)
        down = identifier
    names = {"enum-label-used-too-early", "validated-in-same-transaction"}
    found = review(Options(project.migrations, since="HEAD")).findings
    return {(one.rule, one.line, one.revision) for one in found if one.rule in names}


def test_a_label_is_not_committed_when_the_next_pending_revision_uses_it(project: Project) -> None:
    assert together(project, ADD, USE) == {("enum-label-used-too-early", 16, "000000000002")}


def test_a_constraint_is_still_locked_when_the_next_pending_revision_validates_it(project: Project) -> None:
    assert together(project, NOT_VALID, VALIDATE) == {("validated-in-same-transaction", 16, "000000000002")}


@pytest.mark.parametrize(
    "upgrades",
    [
        (ADD, "op.execute(\"INSERT INTO words (word) VALUES ('calm')\")"),
        (ADD + COMMITTED, USE),
        (ADD, "pass", USE.replace("calm", "sad")),
        (NOT_VALID, VALIDATE.replace("ck", "other")),
        (NOT_VALID + COMMITTED, VALIDATE),
        ("op.create_table('new', sa.Column('n', sa.Integer()))", NOT_VALID.replace("posts", "new"),
         VALIDATE.replace("posts", "new")),
    ],
)  # fmt: skip
def test_what_does_not_meet_in_one_transaction_is_left_in_peace(project: Project, upgrades: tuple[str, ...]) -> None:
    assert together(project, *upgrades) == set()


def test_revisions_with_a_transaction_each_do_not_meet(project: Project) -> None:
    env = f"context.configure(transaction_per_migration=True)\n{ENV}"

    assert together(project, ADD, USE, env=env) == set()


@pytest.mark.parametrize(
    ("text", "one"),
    [
        (ENV, True),
        (f"# transaction_per_migration=True would be better\n{ENV}", True),
        (f"context.configure(transaction_per_migration=False)\n{ENV}", True),
        (f"context.configure(transaction_per_migration=True)\n{ENV}", False),
        (f"context.configure(transaction_per_migration=settings.each)\n{ENV}", False),
        (f"context.configure(**{{'transaction_per_migration': True}})\n{ENV}", False),
        (f"options['transaction_per_migration'] = True\n{ENV}", False),
        (f"engine = engine.execution_options(isolation_level='AUTOCOMMIT')\n{ENV}", False),
        ("from shared.env import run\nrun()\n", False),
        ("def (", False),
    ],
)
def test_env_py_tells_by_its_text(tmp_path: Path, text: str, *, one: bool) -> None:
    env = tmp_path / "env.py"
    env.write_text(text)

    assert runs_all_in_one_transaction(env) is one


def test_without_env_py_nothing_is_known(tmp_path: Path) -> None:
    assert runs_all_in_one_transaction(tmp_path / "env.py") is False
