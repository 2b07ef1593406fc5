"""What is stored stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"
irreversible = "longer titles would be cut off"


def upgrade():
    op.alter_column("videos", "title", existing_type=sa.String(50), type_=sa.String(200))
    op.alter_column("posts", "body", existing_type=sa.String(), type_=sa.Text(), existing_nullable=False)
    op.alter_column("prices", "amount", existing_type=sa.Numeric(8, 2), type_=sa.Numeric(12, 2))


def downgrade():
    pass
