"""Make the dispatcher unique.

Revision ID: 86770d1215aa
Revises: cc1e65623aa7
"""
import sqlalchemy as sa
from alembic import op

RESOURCE_TABLE = "dispatcher_identifier"

revision = "86770d1215aa"
down_revision = "cc1e65623aa7"
branch_labels = None
depends_on = None


def upgrade():
    columns_and_constraints = [
        sa.Column("one_row_id", sa.Boolean, server_default=sa.true(), primary_key=True),
        sa.Column("worker_uuid", sa.String(255)),
    ]

    conn = op.get_bind()
    # alembic creates an invalid SQL for mssql and mysql dialects
    if conn.dialect.name in {"mysql"}:
        columns_and_constraints.append(sa.CheckConstraint("one_row_id<>0", name="one_row_id"))
    elif conn.dialect.name not in {"mssql"}:
        columns_and_constraints.append(sa.CheckConstraint("one_row_id", name="one_row_id"))

    table = op.create_table(RESOURCE_TABLE, *columns_and_constraints)

    op.bulk_insert(table, [{"worker_uuid": ""}])


def downgrade():
    op.drop_table(RESOURCE_TABLE)
