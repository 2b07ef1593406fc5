"""Notes, of the types that autogenerate writes down and does not import."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1a2b3c4d5e44"
down_revision = None


def upgrade():
    op.create_table(
        "notes",
        sa.Column("id", app.types.GUID(), primary_key=True),  # found: name-is-not-bound
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=True),  # found: name-is-not-bound
        sa.Column("extra", postgresql.JSONB(astext_type=Text()), nullable=True),  # found: name-is-not-bound
    )


def downgrade():
    op.drop_table("notes")
