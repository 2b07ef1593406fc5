"""Next year comes, and nobody waits."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE TABLE views_2027 (LIKE views INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    op.execute("ALTER TABLE views ATTACH PARTITION views_2027 FOR VALUES FROM (2027) TO (2028)")


def downgrade():
    op.drop_table("views_2027")
