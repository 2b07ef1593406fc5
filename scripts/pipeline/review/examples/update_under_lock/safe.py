"""Fill the state that the revision before added"""

import sqlalchemy as sa
from alembic import op

revision = "555555554200"
down_revision = "400000000000"


def upgrade():
    op.create_table("drafts", sa.Column("title", sa.Text(), nullable=True))
    op.execute("INSERT INTO drafts (title) SELECT title FROM videos")
    op.execute("INSERT INTO states (name) VALUES ('sent')")
    with op.get_context().autocommit_block():
        op.execute("UPDATE posts SET state = 'sent' WHERE id BETWEEN 1 AND 10000")


def downgrade():
    op.drop_table("drafts")
