"""The index and NOT NULL are there already."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE views ADD CONSTRAINT pk_views PRIMARY KEY USING INDEX pk_views")


def downgrade():
    pass
