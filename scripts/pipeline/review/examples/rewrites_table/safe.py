"""An ordinary VACUUM copies nothing."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("VACUUM (ANALYZE) videos")


def downgrade():
    pass
