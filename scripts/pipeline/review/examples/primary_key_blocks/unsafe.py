"""A table gets the key it never had."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_primary_key("pk_views", "views", ["id"])  # found: primary-key-blocks


def downgrade():
    op.drop_constraint("pk_views", "views", type_="primary")
