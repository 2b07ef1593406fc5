"""A project of which a release with one model is in production."""

from __future__ import annotations

import pytest

from tests.pipeline.review.project import Project

_ENV = """
from alembic import context
from sqlalchemy import create_engine
from models import Base
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
MODELS = """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
"""


@pytest.fixture
def released(project: Project) -> Project:
    """What main runs has one model, whose table is there."""
    (project.migrations / "env.py").write_text(_ENV)
    (project.folder / "models.py").write_text(MODELS)
    project.write(
        "cccccccccccc", "bbbbbbbbbbbb",
        upgrade="op.create_table('notes', sa.Column('id', sa.Integer, primary_key=True))",
        downgrade="op.drop_table('notes')",
    )  # fmt: skip
    project.commit("notes")
    project.branch("more")
    return project
