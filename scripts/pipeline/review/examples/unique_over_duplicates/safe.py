"""Give every video a slug, empty for now"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541f7"
down_revision = "400000000000"


def upgrade():
    op.create_table("slugs", sa.Column("slug", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_slugs_slug", "slugs", ["slug"], unique=True)


def downgrade():
    op.drop_index("ix_slugs_slug", table_name="slugs")
    op.drop_table("slugs")
