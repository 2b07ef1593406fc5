"""
Add an admin flag

Revision ID: 2e049cda49aa
Revises: 2730e54f87aa
"""

from alembic import op

revision = "2e049cda49aa"
down_revision = "2730e54f87aa"


def upgrade():
    op.execute("""
        INSERT INTO admin_flags(id, description, enabled, notify)
        VALUES (
            'disable-uploads',
            'Disallow ALL new uploads: 100% of them; see https://crates.example/help#uploads',
            FALSE,
            FALSE
        )
    """)


def downgrade():
    op.execute("DELETE FROM admin_flags WHERE id = 'disable-uploads'")
