"""A function and its trigger, by alembic_utils."""
from alembic import op
import sqlalchemy as sa
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger

revision = "p00000000004"
down_revision = "p00000000003"
branch_labels = None
depends_on = None

schema = "public"
table_name = "customer"


def upgrade() -> None:
    public_citext = PGExtension(schema="public", signature="citext")
    op.create_entity(public_citext)

    public_touch = PGFunction(
        schema=schema,
        signature="touch()",
        definition="RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\n BEGIN NEW.updated_at = now(); RETURN NEW; END;\n$function$"
    )
    op.create_entity(public_touch)

    public_customer_touch = PGTrigger(
        schema=schema,
        signature=f"tr_{table_name}_touch",
        on_entity=f"{schema}.{table_name}",
        is_constraint=False,
        definition=f"BEFORE UPDATE ON {schema}.{table_name} FOR EACH ROW EXECUTE FUNCTION {schema}.touch()"
    )
    op.create_entity(public_customer_touch)


def downgrade() -> None:
    public_customer_touch = PGTrigger(
        schema="public", signature="tr_customer_touch", on_entity="public.customer", is_constraint=False,
        definition="# not required for op"
    )
    op.drop_entity(public_customer_touch)

    public_touch = PGFunction(schema="public", signature="touch()", definition="# not required for op")
    op.drop_entity(public_touch)
