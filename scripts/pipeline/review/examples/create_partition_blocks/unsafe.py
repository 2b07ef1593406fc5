"""Next year comes."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE TABLE views_2027 PARTITION OF views FOR VALUES FROM (2027) TO (2028)")  # found: create-partition-blocks


def downgrade():
    op.drop_table("views_2027")
