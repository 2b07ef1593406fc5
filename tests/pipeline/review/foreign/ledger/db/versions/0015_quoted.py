"""Names that need quotes, unicode, and another schema."""
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade():
    op.execute('ALTER TABLE "Übersicht"."Konto Nr" DROP COLUMN "Größe"')
    op.execute("COMMENT ON TABLE account IS E'it\\'s ours;\\n$$'")
    op.execute('SET search_path TO "Übersicht", public; SELECT 1 AS "a;b"')


def downgrade():
    op.execute('ALTER TABLE "Übersicht"."Konto Nr" ADD COLUMN "Größe" numeric')
