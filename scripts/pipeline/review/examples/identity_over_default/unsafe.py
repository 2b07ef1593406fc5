"""As autogenerate writes it."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.alter_column(  # found: identity-over-default
        "videos",
        "id",
        existing_type=sa.Integer(),
        server_default=sa.Identity(always=False),
        existing_server_default=sa.text("nextval('videos_id_seq'::regclass)"),
        existing_nullable=False,
    )


def downgrade():
    op.alter_column(  # found: identity-over-default
        "videos",
        "id",
        existing_type=sa.Integer(),
        server_default=sa.text("nextval('videos_id_seq'::regclass)"),
        existing_server_default=sa.Identity(always=False),
        existing_nullable=False,
    )
