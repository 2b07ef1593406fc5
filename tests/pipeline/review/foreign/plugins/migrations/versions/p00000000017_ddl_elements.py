"""DDL elements, events and metadata that acts by itself."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import DDL, MetaData, Table
from sqlalchemy.schema import AddConstraint, CreateTable, DropConstraint, DropTable

revision = "p00000000017"
down_revision = "p00000000016"

metadata = MetaData()
visit = Table("visit", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))


def upgrade():
    bind = op.get_bind()
    op.execute(CreateTable(visit))
    op.execute(DDL("ALTER TABLE customer DROP COLUMN pager"))
    bind.execute(AddConstraint(sa.UniqueConstraint(visit.c.n, name="uq_visit_n")))
    metadata.create_all(bind=bind, tables=[visit], checkfirst=True)
    visit.create(bind, checkfirst=True)
    sa.Index("ix_visit_n", visit.c.n).create(bind)


def downgrade():
    op.execute(DropTable(visit, if_exists=True))
    metadata.drop_all(op.get_bind())
