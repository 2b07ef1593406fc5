"""Indexes over expressions, operators and several methods."""
import sqlalchemy as sa
from alembic import op

revision = "i12"
down_revision = "i11"


def upgrade():
    op.create_index("ix_shelf_lower", "shelf", [sa.text("lower(label)"), sa.literal_column("row DESC NULLS LAST")])
    op.create_index("ix_shelf_trgm", "shelf", ["label"], postgresql_using="gin", postgresql_ops={"label": "gin_trgm_ops"})
    op.create_index("uq_shelf", "shelf", [sa.func.coalesce(sa.column("row"), 0)], unique=True, postgresql_nulls_not_distinct=True)


def downgrade():
    for name in ("uq_shelf", "ix_shelf_trgm", "ix_shelf_lower"):
        op.drop_index(name, "shelf")
