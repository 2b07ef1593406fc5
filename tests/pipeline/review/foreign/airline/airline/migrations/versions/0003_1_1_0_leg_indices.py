"""Indices of legs."""
from alembic import op

revision = "52d714495aa0"
down_revision = "1507a728aa2f"
branch_labels = None
depends_on = None
airline_version = "1.1.0"


def upgrade():
    op.create_index("idx_leg_state_departs", "leg", columns=["state", "departs_at"], unique=False)


def downgrade():
    op.drop_index("idx_leg_state_departs", table_name="leg")
