"""Form feeds between the parts"""
from alembic import op

revision = "1c93c5b3a023"
down_revision = "1c93c5b3a022"

def upgrade():
    op.drop_column("reader", "hat")

def downgrade():
    op.execute("ALTER TABLE reader ADD hat int")