"""A downgrade that refuses when rows would be lost."""

import sqlalchemy as sa
from alembic import context, op

revision = "m015"
down_revision = "m014"


def upgrade():
    op.add_column("parcel", sa.Column("insured", sa.Numeric(10, 2), nullable=True))


def downgrade():
    if not context.is_offline_mode():
        count = op.get_bind().scalar(sa.text("SELECT count(*) FROM parcel WHERE insured IS NOT NULL"))
        if count:
            raise RuntimeError(f"{count} insured parcels would be forgotten")
    op.drop_column("parcel", "insured")
