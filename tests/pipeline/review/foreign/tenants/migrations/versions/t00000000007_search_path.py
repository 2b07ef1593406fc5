"""search_path by hand."""
from alembic import op

revision = "t00000000007"
down_revision = "t00000000006"

SCHEMAS = ("acme", "globex")


def upgrade():
    for schema in SCHEMAS:
        op.execute("SET search_path TO {}, public".format(schema))
        op.drop_column("invoice", "fax")
    op.execute("RESET search_path")


def downgrade():
    for schema in SCHEMAS:
        op.execute(f"ALTER TABLE {schema}.invoice ADD COLUMN fax text")
