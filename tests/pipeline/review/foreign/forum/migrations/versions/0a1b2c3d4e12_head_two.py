"""a head that somebody forgot: recreate="always" and copy_from

Revision ID: 0a1b2c3d4e12
Revises: 0a1b2c3d4e10

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e12'
down_revision = '0a1b2c3d4e10'
branch_labels = None
depends_on = None

member = sa.Table('member', sa.MetaData(), sa.Column('id', sa.Integer, primary_key=True), sa.Column('nick', sa.String))


def upgrade():
    with op.batch_alter_table(
        'member', copy_from=member, recreate='auto', reflect_args=[sa.Column('flag', sa.Boolean(create_constraint=False))],
        table_kwargs=dict(sqlite_autoincrement=True),
    ) as batch_op:
        batch_op.add_column(sa.Column('flag', sa.Boolean()), insert_after='id')
        batch_op.create_check_constraint('ck_member_nick', sa.func.length(sa.column('nick')) > 2)


def downgrade():
    with op.batch_alter_table('member') as batch_op:
        batch_op.drop_constraint('ck_member_nick', type_='check')
        batch_op.drop_column('flag')
