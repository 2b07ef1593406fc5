from alembic import op
import sqlalchemy as sa

"""Name and description of segments"""

revision = '97c25b0d2301'
down_revision = '7d9d8eeec601'

TBL = 'networksegments'


def upgrade():
    op.add_column(TBL, sa.Column('name', sa.String(255), nullable=True))
    session = sa.orm.Session(bind=op.get_bind())
    with session.begin(subtransactions=True):
        session.execute(sa.table(TBL, sa.column('name')).update().values(name=''))
    session.commit()
    with op.batch_alter_table(TBL) as batch_op:
        batch_op.alter_column('name', existing_type=sa.String(255), nullable=False)


def contract_creation_exceptions():
    """
    Return create exceptions.

    These elements depend on the networksegments table which are added in the contract branch.
    """
    return {sa.Column: ['networksegments.name']}
