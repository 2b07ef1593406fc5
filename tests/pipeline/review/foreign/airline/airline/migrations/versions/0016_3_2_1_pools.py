"""Pools may include what is deferred."""
import sqlalchemy as sa
from alembic import op

revision = "405de8318aaa"
down_revision = "9fc3fc5de720"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("crew") as batch_op:
        batch_op.add_column(sa.Column("include_deferred", sa.Boolean))
    # Different databases support different literal for FALSE. This is fine.
    op.execute(sa.text(f"UPDATE crew SET include_deferred = {sa.false().compile(op.get_bind())}"))
    with op.batch_alter_table("crew") as batch_op:
        batch_op.alter_column("include_deferred", existing_type=sa.Boolean, nullable=False)


def downgrade():
    with op.batch_alter_table("crew") as batch_op:
        batch_op.drop_column("include_deferred")
