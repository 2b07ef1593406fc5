# SPDX-License-Identifier: Apache-2.0
"""
Initial Migration

Revision ID: 283c68f2ab2a
Revises: None
Create Date: 2015-02-01 14:07:10.983672
"""

import sqlalchemy as sa

from alembic import op

revision = "283c68f2ab2a"
down_revision = None


def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS citext")
    op.execute('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"')

    op.create_table(
        "openid_nonces",
        sa.Column("created", sa.DateTime(), nullable=True),
        sa.Column("nonce", sa.Text(), nullable=True),
    )
    op.create_index("openid_nonces_created_idx", "openid_nonces", ["created"], unique=False)

    op.create_table(
        "crates",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("normalized_name", sa.Text(), nullable=True),
        sa.Column("autohide", sa.Boolean(), server_default=sa.sql.true(), nullable=True),
        sa.Column("bugtrack_url", sa.Text(), nullable=True),
        sa.CheckConstraint("name ~* '^([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])$'", name="crates_valid_name"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "journals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("submitted_date", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        """ CREATE INDEX journals_latest_releases
            ON journals (submitted_date, name)
            WHERE name IS NOT NULL
        """
    )


def downgrade():
    raise RuntimeError("Cannot Go Lower Than Initial Migration")
