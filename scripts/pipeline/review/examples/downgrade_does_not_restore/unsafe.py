"""Nobody asks for the fax number any more."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e14"
down_revision = None


irreversible = None


def upgrade():
    op.execute("DROP VIEW people_with_fax")  # found: downgrade-does-not-restore, drop-shared-object
    op.add_column("people", sa.Column("phone", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("people", "phone")
