"""empty message

Revision ID: 0005_permission_enum
Revises: 0004_service_data
"""

revision = '0005_permission_enum'
down_revision = '0004_service_data'

from alembic import op
import sqlalchemy as sa


def upgrade():
    conn = op.get_bind()
    permissions = conn.execute("SELECT id, permission FROM permissions").fetchall()
    op.drop_constraint('uix_office_user_permission', 'permissions', type_='unique')
    op.drop_column('permissions', 'permission')
    permission_types = sa.Enum('manage', 'send', 'view', name='permission_types')
    permission_types.create(op.get_bind())
    op.add_column('permissions', sa.Column('permission', permission_types, nullable=True))
    for p in permissions:
    	conn.execute("UPDATE permissions SET permission='{}' WHERE id='{}'".format(str(p[1]), str(p[0])))
    op.create_unique_constraint('uix_office_user_permission', 'permissions', ['office_id', 'user_id', 'permission'])
    op.alter_column('permissions', 'permission', nullable=False)


def downgrade():
    conn = op.get_bind()
    permissions = conn.execute("SELECT id, permission FROM permissions").fetchall()
    op.drop_constraint('uix_office_user_permission', 'permissions', type_='unique')
    op.drop_column('permissions', 'permission')
    try:
        sa.Enum(name='permission_types').drop(conn, checkfirst=False)
    except:
        pass
    op.add_column('permissions', sa.Column('permission', sa.VARCHAR(length=255), autoincrement=False, nullable=True))
    for p in permissions:
    	conn.execute("UPDATE permissions SET permission='{}' WHERE ID='{}'".format(str(p[1]), str(p[0])))
    op.alter_column('permissions', 'permission', nullable=False)
