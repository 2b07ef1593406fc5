"""remove the health check message

Revision ID: 134cea61c5aa
Revises: 070c043f2faa
"""

revision = "134cea61c5aa"
down_revision = "070c043f2faa"

import sqlalchemy as sa
from alembic import op

from charts.migrations.shared.utils import drop_columns, paginated_update


def upgrade():
    drop_columns("tables", "health_check_message", "health_check_at")


def downgrade():
    op.add_column("tables", sa.Column("health_check_message", sa.Text(), nullable=True))
