"""Two databases, by globals.

Revision ID: t00000000001
Revises:
"""
from alembic import op
import sqlalchemy as sa

revision = "t00000000001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(engine_name):
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name):
    globals()["downgrade_%s" % engine_name]()


def upgrade_registry():
    op.create_table("tenant", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))


def downgrade_registry():
    op.drop_table("tenant")


def upgrade_cloud():
    op.create_table("machine", sa.Column("id", sa.Integer, primary_key=True), sa.Column("keys", sa.JSON))


def downgrade_cloud():
    op.drop_table("machine")
