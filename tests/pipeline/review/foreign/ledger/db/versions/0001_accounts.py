"""Accounts and entries."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    -- The books; every account has a currency of its own; do not add one.
    CREATE TABLE account (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        opened_at  timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE entry (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES account,
        amount     numeric NOT NULL,
        booked_on  date NOT NULL
    );
    CREATE INDEX entry_account ON entry (account_id); /* its table is new; nobody waits */
    """)


def downgrade() -> None:
    op.execute("DROP TABLE entry; DROP TABLE account;")
