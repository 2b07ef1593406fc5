"""Replace a view and a materialised one, at the top of the file."""
from alembic import op
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_view import PGView

revision = "p00000000005"
down_revision = "p00000000004"

VIEW = PGView(schema="public", signature="late", definition="SELECT id FROM customer WHERE late")
OLD = PGView(schema="public", signature="late", definition="SELECT id, name FROM customer WHERE late")
TOTALS = PGMaterializedView(schema="public", signature="totals", definition="SELECT count(*) AS n FROM customer", with_data=True)
OWN = PGPolicy(schema="public", signature="own", on_entity="public.customer", definition="FOR SELECT USING (true)")


def upgrade():
    op.replace_entity(VIEW)
    for entity in (TOTALS, OWN):
        op.create_entity(entity)


def downgrade():
    for entity in (OWN, TOTALS):
        op.drop_entity(entity)
    op.replace_entity(OLD)
