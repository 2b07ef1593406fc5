"""What psql understands and the server does not."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade():
    op.execute("\\set ON_ERROR_STOP on")
    op.execute("\\i rates.sql")
    op.execute("COPY rate (pair, share) FROM STDIN;\nEURUSD\t1.08\n\\.\n")


def downgrade():
    op.execute("DELETE FROM rate WHERE pair = 'EURUSD'")
