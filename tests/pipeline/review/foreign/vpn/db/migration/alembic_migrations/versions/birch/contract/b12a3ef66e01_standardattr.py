#    Licensed under the Apache License, Version 2.0 (the "License")

from alembic import op
import sqlalchemy as sa

"""fill the standard attributes

Revision ID: b12a3ef66e01
Revises: 30018084e099
"""

revision = 'b12a3ef66e01'
down_revision = '30018084e099'
depends_on = ('31ed664953e6',)

# basic model of the tables with required field for migration
TABLE = 'qos_policies'

TABLE_MODEL = sa.Table(TABLE, sa.MetaData(),
                       sa.Column('id', sa.String(length=36), nullable=False),
                       sa.Column('description', sa.String(length=255), nullable=True),
                       sa.Column('standard_attr_id', sa.BigInteger(), nullable=True))

standardattrs = sa.Table(
    'standardattributes', sa.MetaData(),
    sa.Column('id', sa.BigInteger(), primary_key=True, autoincrement=True),
    sa.Column('resource_type', sa.String(length=255), nullable=False))


def upgrade():
    fill()
    op.alter_column(TABLE, 'standard_attr_id', nullable=False,
                    existing_type=sa.BigInteger(), existing_nullable=True,
                    existing_server_default=False)
    op.create_unique_constraint(
        constraint_name='uniq_%s0standard_attr_id' % TABLE,
        table_name=TABLE, columns=['standard_attr_id'])
    op.drop_column(TABLE, 'description')
    op.create_foreign_key(
        constraint_name=None, source_table=TABLE,
        referent_table='standardattributes',
        local_cols=['standard_attr_id'], remote_cols=['id'],
        ondelete='CASCADE')


def fill():
    session = sa.orm.Session(bind=op.get_bind())
    for row in session.query(TABLE_MODEL):
        res = session.execute(standardattrs.insert().values(resource_type=TABLE))
        session.execute(
            TABLE_MODEL.update().values(
                standard_attr_id=res.inserted_primary_key[0]).where(
                    TABLE_MODEL.c.id == row[0])
        )
    # this commit is necessary to allow further operations
    session.commit()
