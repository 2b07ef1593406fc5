"""Clean up rows, in both directions, without WHERE."""
from alembic import op

revision = "i13"
down_revision = "i12"


def upgrade():
    op.execute("DELETE FROM stay")
    op.execute("UPDATE box SET stock = 0")
    op.get_bind().execute("DELETE FROM box WHERE id NOT IN (SELECT min(id) FROM box GROUP BY shelf_id)")


def downgrade():
    """Gone is gone."""
