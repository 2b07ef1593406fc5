"""A loop over the schemas there are."""
import sqlalchemy as sa
from alembic import op

revision = "t00000000005"
down_revision = "t00000000004"


def tenants():
    rows = op.get_bind().execute(sa.text("SELECT schema_name FROM public.tenant ORDER BY 1"))
    return [row[0] for row in rows]


def upgrade():
    for schema in tenants():
        op.add_column("invoice", sa.Column("paid", sa.Boolean(), nullable=True), schema=schema)
        op.execute(f'UPDATE "{schema}".invoice SET paid = false')
        op.execute(f'ALTER TABLE "{schema}".invoice DROP COLUMN old_{schema}')


def downgrade():
    for schema in tenants():
        op.drop_column("invoice", "paid", schema=schema)
