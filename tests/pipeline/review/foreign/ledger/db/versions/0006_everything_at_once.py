"""One string, eight statements."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    op.execute("""
        BEGIN;
        ALTER TABLE account ALTER COLUMN currency SET NOT NULL, ALTER COLUMN note TYPE varchar(10);
        ALTER TABLE account ADD CONSTRAINT account_note CHECK (note <> '') NOT VALID;
        ALTER TABLE account VALIDATE CONSTRAINT account_note;
        CREATE UNIQUE INDEX account_currency ON account (currency);
        ALTER TABLE account DROP note;
        UPDATE account SET currency = 'EUR';
        COMMIT;
    """)


def downgrade():
    op.execute("ALTER TABLE account ADD note text")
