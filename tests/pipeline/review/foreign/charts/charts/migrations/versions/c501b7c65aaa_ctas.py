"""A second head, left by a pull request that waited

Revision ID: c501b7c65aaa
Revises: 8ee129739aaa
"""
revision = "c501b7c65aaa"
down_revision = "8ee129739aaa"

import sqlalchemy as sa
from alembic import op


def upgrade():
    bind = op.get_bind()
    insp = sa.inspect(bind)
    query_columns = [c["name"] for c in insp.get_columns("query")]
    if "select_as_cta" not in query_columns:
        op.add_column("query", sa.Column("select_as_cta", sa.Boolean(), nullable=True))
    with op.batch_alter_table("query") as batch_op:
        batch_op.alter_column("tmp_table_name", existing_type=sa.String(256), type_=sa.String(64), existing_nullable=True)


def downgrade():
    with op.batch_alter_table("query") as batch_op:
        batch_op.alter_column("tmp_table_name", existing_type=sa.String(64), type_=sa.String(256), existing_nullable=True)
        batch_op.drop_column("select_as_cta")
