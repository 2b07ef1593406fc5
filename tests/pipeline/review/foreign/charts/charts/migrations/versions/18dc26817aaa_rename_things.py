"""rename to schemas_allowed_for_file_upload

Revision ID: 18dc26817aaa
Revises: 134cea61c5aa
"""
import logging

import sqlalchemy as sa
from alembic import op

revision = "18dc26817aaa"
down_revision = "134cea61c5aa"

logger = logging.getLogger("alembic")


def upgrade_schema():
    with op.batch_alter_table("dbs") as batch_op:
        batch_op.alter_column("allow_csv", existing_type=sa.Boolean(), new_column_name="allow_file")


def upgrade():
    upgrade_schema()
    logger.info("renamed")


def downgrade():
    with op.batch_alter_table("dbs") as batch_op:
        batch_op.alter_column("allow_file", existing_type=sa.Boolean(), new_column_name="allow_csv")
