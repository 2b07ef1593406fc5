"""A schema, with what is in it."""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema, DropSchema

revision = "t00000000012"
down_revision = "t00000000011"


def upgrade():
    op.execute(CreateSchema("archive", if_not_exists=True))
    op.create_table("invoice", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"), schema="archive")
    op.create_index(op.f("ix_archive_invoice_id"), "invoice", ["id"], schema="archive")
    op.execute("ALTER TABLE public.jobs SET SCHEMA archive")


def downgrade():
    op.execute("ALTER TABLE archive.jobs SET SCHEMA public")
    op.drop_table("invoice", schema="archive")
    op.execute(DropSchema("archive", cascade=True))
