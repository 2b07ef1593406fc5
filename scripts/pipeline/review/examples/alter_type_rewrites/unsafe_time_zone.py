"""Times with their zone: written again outside of UTC."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.alter_column("videos", "seen", existing_type=sa.DateTime(), type_=sa.DateTime(timezone=True))  # found: alter-type-rewrites


def downgrade():
    op.alter_column("videos", "seen", existing_type=sa.DateTime(timezone=True), type_=sa.DateTime())  # found: alter-type-rewrites
