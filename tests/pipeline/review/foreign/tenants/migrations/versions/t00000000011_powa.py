"""Take extensions away where they are."""
from alembic import op
import sqlalchemy as sa

revision = "t00000000011"
down_revision = "t00000000010"


def upgrade() -> None:
    bind = op.get_bind()
    for extension in bind.execute(sa.text("SELECT extname FROM pg_extension WHERE extname LIKE 'pow%'")).scalars():
        op.execute(f'DROP EXTENSION "{extension}"')
    exists = bind.execute(
        sa.text("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = :name)"), {"name": "powa"}
    ).scalar_one()
    if exists:
        with op.get_context().autocommit_block():
            op.execute('DROP DATABASE "powa" WITH (FORCE)')


def downgrade() -> None:
    pass
