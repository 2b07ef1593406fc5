"""Move text into a table of its own, a thousand at a time."""
import sqlalchemy as sa
from alembic import op

revision = "i04"
down_revision = "i03"

CHUNK = 1000

box = sa.table("box", sa.column("id", sa.Integer), sa.column("label", sa.Text), sa.column("label_id", sa.Integer))
label = sa.table("label", sa.column("id", sa.Integer), sa.column("text", sa.Text))


def upgrade():
    op.create_table("label", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text, nullable=False))
    op.add_column("box", sa.Column("label_id", sa.Integer, nullable=True))
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.select(box.c.id, box.c.label).where(box.c.id > last).order_by(box.c.id).limit(CHUNK)
        ).fetchall()
        if not rows:
            break
        connection.execute(label.insert(), [{"id": row.id, "text": row.label} for row in rows])
        connection.execute(
            box.update().where(box.c.id == sa.bindparam("b")).values(label_id=sa.bindparam("b")),
            [{"b": row.id} for row in rows],
        )
        last = rows[-1].id
    op.create_foreign_key("fk_box_label", "box", "label", ["label_id"], ["id"])


def downgrade():
    op.drop_constraint("fk_box_label", "box", type_="foreignkey")
    op.drop_column("box", "label_id")
    op.drop_table("label")
