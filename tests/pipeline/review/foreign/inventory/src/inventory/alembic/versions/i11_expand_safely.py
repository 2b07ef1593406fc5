"""An index in the safe way, alone."""
from alembic import op

revision = "i11"
down_revision = "i10"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_box_stock")
        op.create_index("ix_box_stock", "box", ["stock"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_box_stock", table_name="box", postgresql_concurrently=True)
