"""Insert from select, update from a subquery, delete with a join, upsert."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import insert

revision = "i05"
down_revision = "i04"

metadata = sa.MetaData()
box = sa.Table("box", metadata, sa.Column("id", sa.Integer), sa.Column("shelf_id", sa.Integer), sa.Column("n", sa.Integer))
shelf = sa.Table("shelf", metadata, sa.Column("id", sa.Integer), sa.Column("n", sa.Integer), sa.Column("label", sa.Text))


def upgrade():
    counted = sa.select(box.c.shelf_id, sa.func.count().label("n")).group_by(box.c.shelf_id).subquery()
    op.execute(shelf.update().where(shelf.c.id == counted.c.shelf_id).values(n=counted.c.n))
    op.execute(shelf.insert().from_select(["id", "label"], sa.select(box.c.id, sa.literal("from box"))))
    op.execute(box.delete().where(box.c.shelf_id == shelf.c.id).where(shelf.c.label.ilike("%old%")))
    op.execute(insert(shelf).values(id=1, label="first").on_conflict_do_nothing(index_elements=["id"]))
    op.execute(sa.update(box).values({box.c.n: sa.case((box.c.n > 1, 2), else_=sa.null())}))
    op.execute(sa.delete(shelf))


def downgrade():
    op.execute(shelf.update().values({"n": None}))
