"""The index and the CHECK are there already, from earlier revisions."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE views VALIDATE CONSTRAINT views_id_not_null")
    op.alter_column("views", "id", nullable=False)
    op.drop_constraint("views_id_not_null", "views", type_="check")
    op.execute("ALTER TABLE views ADD CONSTRAINT pk_views PRIMARY KEY USING INDEX pk_views")


def downgrade():
    op.drop_constraint("pk_views", "views", type_="primary")
    op.alter_column("views", "id", nullable=True)
    op.execute("ALTER TABLE views ADD CONSTRAINT views_id_not_null CHECK (id IS NOT NULL) NOT VALID")
