"""
Add new lifecycle statuses

Revision ID: 34cccbcab2aa
Revises: 2e049cda49aa
"""

from alembic import op
from alembic_postgresql_enum import TableReference

revision = "34cccbcab2aa"
down_revision = "2e049cda49aa"


def upgrade():
    op.sync_enum_values(
        "public",
        "lifecyclestatus",
        ["quarantine-enter", "quarantine-exit", "archived"],
        [TableReference(table_schema="public", table_name="crates", column_name="lifecycle_status")],
        enum_values_to_rename=[],
    )


def downgrade():
    op.sync_enum_values(
        enum_schema="public",
        enum_name="lifecyclestatus",
        new_values=["quarantine-enter", "quarantine-exit"],
        affected_columns=[TableReference(table_schema="public", table_name="crates", column_name="lifecycle_status")],
        enum_values_to_rename=[],
    )
