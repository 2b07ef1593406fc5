"""Countries have two letters"""

import sqlalchemy as sa
from alembic import op

revision = "5555555541fb"
down_revision = "400000000000"


def upgrade():
    op.alter_column(  # found: narrowing-type-change, alter-type-rewrites
        "videos",
        "country",
        existing_type=sa.String(50),
        type_=sa.String(2),
    )
    op.alter_column(  # found: narrowing-type-change, alter-type-rewrites
        "videos",
        "price",
        existing_type=sa.Numeric(10, 4),
        type_=sa.Numeric(10, 2),
    )
    op.alter_column("videos", "sent_at", existing_type=sa.DateTime(), type_=sa.Date())  # found: narrowing-type-change, alter-type-rewrites


def downgrade():
    op.alter_column("videos", "sent_at", existing_type=sa.Date(), type_=sa.DateTime())  # found: alter-type-rewrites
    op.alter_column("videos", "price", existing_type=sa.Numeric(10, 2), type_=sa.Numeric(12, 4))  # found: alter-type-rewrites
    op.alter_column("videos", "country", existing_type=sa.String(2), type_=sa.String(50))
