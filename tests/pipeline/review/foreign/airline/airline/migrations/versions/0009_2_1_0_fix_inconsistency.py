"""
Fix inconsistency between ORM and migration files.
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import literal

revision = "686269002aaa"
down_revision = "1cdc775caaaa"
branch_labels = None
depends_on = None
airline_version = "2.1.0"


def upgrade():
    """Apply missing constraints."""
    conn = op.get_bind()
    if conn.dialect.name == "mysql":
        conn.execute(
            sa.text("""
        set @var=if((SELECT true FROM information_schema.TABLE_CONSTRAINTS WHERE
            CONSTRAINT_SCHEMA = DATABASE() AND
            TABLE_NAME        = 'crossing' AND
            CONSTRAINT_NAME   = 'unique_crossing' ) = true,'ALTER TABLE crossing
            DROP INDEX unique_crossing','select 1');

        prepare stmt from @var;
        execute stmt;
        deallocate prepare stmt;
        """)
        )
    elif conn.dialect.name == "sqlite":
        # SQLite does not support DROP CONSTRAINT: recreate the table without it
        conn.execute(sa.text("PRAGMA foreign_keys=off"))
        conn.execute(sa.text("CREATE TABLE crossing_new (id INTEGER NOT NULL, crossing_id VARCHAR(250) NOT NULL)"))
        conn.execute(sa.text("INSERT INTO crossing_new SELECT * FROM crossing"))
        conn.execute(sa.text("DROP TABLE crossing"))
        conn.execute(sa.text("ALTER TABLE crossing_new RENAME TO crossing"))
        conn.execute(sa.text("PRAGMA foreign_keys=on"))
    else:
        op.execute("ALTER TABLE crossing DROP CONSTRAINT IF EXISTS unique_crossing")
        # Dropping and recreating cause there's no IF NOT EXISTS
        op.execute("ALTER TABLE crossing DROP CONSTRAINT IF EXISTS crossing_id_uq")

    with op.batch_alter_table("crossing") as batch_op:
        batch_op.create_unique_constraint(batch_op.f("crossing_id_uq"), ["crossing_id"])

    max_cons = sa.table("flight", sa.column("max_consecutive_failures"))
    op.execute(max_cons.update().values(max_consecutive_failures=literal("0")))
    with op.batch_alter_table("flight") as batch_op:
        batch_op.alter_column("max_consecutive_failures", existing_type=sa.Integer(), nullable=False)


def downgrade():
    """NO downgrade because this is to make ORM consistent with the database."""
