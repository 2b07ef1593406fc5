"""Nobody asks for the fax number any more."""

from alembic import op

revision = "1a2b3c4d5e15"
down_revision = None


def upgrade():
    op.drop_constraint("ck_people_fax", "people", type_="check")


def downgrade():
    op.create_check_constraint("ck_people_fax", "people", "fax <> ''", postgresql_not_valid=True)
