"""
Two projects with one new revision each, for whoever measures what proving it takes: ours, and one as others have it.

The other one has twelve tables, Alembic's own env.py and no app; its new revision does several things at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.checkout import export

TABLES = 12
_OURS = '''"""Let a video have a note."""

import sqlalchemy as sa
from alembic import op

revision = "be9c40000001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("videos", sa.Column("note", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("videos", "note")
'''
_MODEL = "    first_seen_at: Mapped[CreatedAt]\n"
_ENV = """
from alembic import context
from models import metadata
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
_MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


metadata = Base.metadata
"""
_MODEL_OF_TABLE = """

class Thing{number}(Base):
    __tablename__ = "things_{number}"

    id = sa.Column(sa.BigInteger, primary_key=True)
    name = sa.Column(sa.String(80), nullable=False)
    price = sa.Column(sa.Numeric(12, 2))
    made_at = sa.Column(sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    facts = sa.Column(sa.JSON)
    kind = sa.Column(sa.String(20), nullable=False, server_default="plain")
{more}"""
_REVISION = '''"""{about}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''
_CREATE = """    op.create_table(
        "things_{number}",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("price", sa.Numeric(12, 2)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("facts", sa.JSON()),
        sa.Column("kind", sa.String(20), nullable=False, server_default="plain"),
{more}    )"""
_NEW_UP = """    op.add_column("things_1", sa.Column("note", sa.Text(), nullable=True))
    op.create_table(
        "labels",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("thing_id", sa.BigInteger(), sa.ForeignKey("things_2.id"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_things_3_kind", "things_3", ["kind"], postgresql_concurrently=True, if_not_exists=True
        )"""
_NEW_DOWN = """    with op.get_context().autocommit_block():
        op.drop_index("ix_things_3_kind", "things_3", postgresql_concurrently=True, if_exists=True)
    op.drop_table("labels")
    op.drop_column("things_1", "note")"""
_NEW_MODEL = """

class Label(Base):
    __tablename__ = "labels"

    id = sa.Column(sa.BigInteger, primary_key=True)
    thing_id = sa.Column(sa.BigInteger, sa.ForeignKey("things_2.id"), nullable=False)
    words = sa.Column(sa.Text, nullable=False)
"""


@dataclass(frozen=True)
class WithOneRevision:
    """A repository whose HEAD is what production runs, and whose working tree has one revision more."""

    name: str
    folder: Path


def projects(folder: Path) -> Iterator[WithOneRevision]:
    """Make both in `folder`. Raises CouldNotAnswer where this is no checkout of ours."""
    yield WithOneRevision("this project", _ours(folder / "ours"))
    yield WithOneRevision(f"another one, of {TABLES} tables", _another(folder / "another"))


def _ours(folder: Path) -> Path:
    export(CHECKOUT, None, folder)
    migrations, models = folder / "migrations", folder / "yt_pubsub_handler" / "models.py"
    head = (migrations / "head.txt").read_text().strip()
    text = models.read_text()
    if text.count(_MODEL) != 1:
        raise CouldNotAnswer(f"{models} has no line to add a column behind: name one in {__name__}.")
    models.write_text(text.replace(_MODEL, f"{_MODEL}    note: Mapped[str | None]\n"))
    (migrations / "versions" / "let_a_video_have_a_note.py").write_text(_OURS.format(head=head))
    (migrations / "head.txt").write_text("be9c40000001\n")
    return folder


def _another(folder: Path) -> Path:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations" / "env.py").write_text(_ENV)
    (folder / "models.py").write_text(_models(new=False))
    created = "\n".join(_CREATE.format(number=number, more=_created(number)) for number in range(TABLES))
    dropped = "\n".join(f'    op.drop_table("things_{number}")' for number in reversed(range(TABLES)))
    (versions / "1_things.py").write_text(_revision("Create the things.", "a1", "None", created, dropped))
    git.change(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    git.change(folder, "add", "--all")
    git.change(folder, "commit", "--quiet", "--message", "Have things")
    (folder / "models.py").write_text(_models(new=True))
    (versions / "2_labels.py").write_text(_revision("Label things.", "a2", '"a1"', _NEW_UP, _NEW_DOWN))
    return folder


def _models(*, new: bool) -> str:
    tables = "".join(_MODEL_OF_TABLE.format(number=number, more=_modelled(number, new=new)) for number in range(TABLES))
    return _MODELS + tables + (_NEW_MODEL if new else "")


def _modelled(number: int, *, new: bool) -> str:
    more = f'    other_id = sa.Column(sa.BigInteger, sa.ForeignKey("things_{number - 1}.id"))\n' if number else ""
    if new and number == 1:
        more += "    note = sa.Column(sa.Text)\n"
    if new and number == 3:
        more += '    __table_args__ = (sa.Index("ix_things_3_kind", "kind"),)\n'
    return more


def _created(number: int) -> str:
    target = f'sa.ForeignKey("things_{number - 1}.id")'
    return f'        sa.Column("other_id", sa.BigInteger(), {target}),\n' if number else ""


def _revision(about: str, revision: str, down: str, upgrade: str, downgrade: str) -> str:
    return _REVISION.format(about=about, revision=revision, down=down, upgrade=upgrade, downgrade=downgrade)
