"""Places go."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e71"
down_revision = "1a2b3c4d5e69"


def upgrade():
    op.add_column("places", sa.Column("name", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("places", "name")
