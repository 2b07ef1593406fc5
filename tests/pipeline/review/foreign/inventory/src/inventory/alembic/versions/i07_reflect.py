"""What there is decides what is done."""
import sqlalchemy as sa
from alembic import op

revision = "i07"
down_revision = "i06"


def upgrade():
    meta = sa.MetaData()
    meta.reflect(bind=op.get_bind(), only=["box"])
    box = sa.Table("box", sa.MetaData(), autoload_with=op.get_bind())
    for column in box.columns:
        if isinstance(column.type, sa.String):
            op.alter_column("box", column.name, type_=sa.Text(), existing_type=column.type)
    for key in sa.inspect(op.get_bind()).get_foreign_keys("box"):
        op.drop_constraint(key["name"], "box", type_="foreignkey")
    op.execute(box.update().values(note=None))


def downgrade():
    pass
