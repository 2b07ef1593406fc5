"""Remove redundant index; ``if_exists`` because some databases were made by ``create_all``."""
from alembic import op

revision = "aa2f1e2d0101"
down_revision = "686269002aaa"
branch_labels = depends_on = None
airline_version = "2.2.0"


def upgrade():
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.drop_index("idx_leg_state_departs", if_exists=True)


def downgrade():
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.create_index("idx_leg_state_departs", ["state", "leaves_at"], unique=False, if_not_exists=True)
