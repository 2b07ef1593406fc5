"""Add cascade delete relationships

Revision ID: 1a31ce6083aa
Revises: d98dd8ec85aa
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '1a31ce6083aa'
down_revision: Union[str, Sequence[str], None] = 'd98dd8ec85aa'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.alter_column('item', 'owner_id', existing_type=sa.UUID(), nullable=False)
    op.drop_constraint('item_owner_id_fkey', 'item', type_='foreignkey')
    op.create_foreign_key(None, 'item', 'user', ['owner_id'], ['id'], ondelete='CASCADE')


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_constraint(None, 'item', type_='foreignkey')
    op.create_foreign_key('item_owner_id_fkey', 'item', 'user', ['owner_id'], ['id'])
    op.alter_column('item', 'owner_id', existing_type=sa.UUID(), nullable=True)
