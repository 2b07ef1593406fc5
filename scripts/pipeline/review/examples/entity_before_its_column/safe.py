"""Videos have a language, and the view shows it."""

import sqlalchemy as sa
from alembic import op
from alembic_utils.pg_view import PGView

revision = "1a2b3c4d5e73"
down_revision = None

listing = PGView(schema="public", signature="listing", definition="SELECT id, language FROM videos")


def upgrade():
    op.add_column("videos", sa.Column("language", sa.Text(), nullable=True))
    op.create_entity(listing)


def downgrade():
    op.drop_entity(listing)
    op.drop_column("videos", "language")
