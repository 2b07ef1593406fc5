"""Every kind of constraint at once."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "i10"
down_revision = "i09"


def upgrade():
    op.create_foreign_key("fk_box_shelf", "box", "shelf", ["shelf_id"], ["id"], source_schema="public", referent_schema="public")
    op.create_check_constraint("ck_box_stock", "box", "stock >= 0")
    op.create_unique_constraint("uq_shelf_row", "shelf", ["row"], deferrable=True, initially="DEFERRED")
    op.create_exclude_constraint("ex_box", "box", ("during", "&&"), ("shelf_id", "="), using="gist")
    op.create_primary_key("pk_label", "label", ["id"])
    op.create_table(
        "stay",
        sa.Column("box_id", sa.Integer),
        ExcludeConstraint(("box_id", "="), name="ex_stay", using="gist"),
    )


def downgrade():
    op.drop_table("stay")
    for name, table, kind in [("ex_box", "box", None), ("uq_shelf_row", "shelf", "unique"), ("ck_box_stock", "box", "check")]:
        op.drop_constraint(name, table, type_=kind)
    op.drop_constraint("fk_box_shelf", "box", type_="foreignkey")
