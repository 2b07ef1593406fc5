"""rename tenant to project

Revision ID: 7d9d8eeec601
Revises: b12a3ef66e01
"""

from alembic import op
import sqlalchemy as sa

revision = '7d9d8eeec601'
down_revision = 'b12a3ef66e01'

_INSPECTOR = None


def get_inspector():
    """Reuse inspector"""

    global _INSPECTOR

    if _INSPECTOR:
        return _INSPECTOR
    else:
        bind = op.get_bind()
        _INSPECTOR = sa.engine.reflection.Inspector.from_engine(bind)

    return _INSPECTOR


def get_tables():
    """Returns hardcoded list of tables which have ``tenant_id`` column.

    >>> for table in all_tables:
    ...     op.execute('this is a doctest')
    """
    return ['ports', 'networks', 'quotas']


def get_data():
    output = []
    for table in get_tables():
        for column in get_inspector().get_columns(table):
            if column['name'] == 'tenant_id':
                output.append((table, column))
    return output


def alter_column(table, column):
    op.alter_column(
        table_name=table,
        column_name='tenant_id',
        new_column_name='project_id',
        existing_type=column['type'],
        existing_nullable=column['nullable']
    )


def recreate_index(index, table_name):
    old_name = index['name']
    op.drop_index(op.f(old_name), table_name)
    op.create_index(old_name.replace('tenant', 'project'), table_name, ['project_id'])


def upgrade():
    inspector = get_inspector()
    for table, column in get_data():
        alter_column(table, column)
        for index in inspector.get_indexes(table):
            if 'tenant_id' in index['name']:
                recreate_index(index, table)


def contract_creation_exceptions():
    return {sa.Column: ['.'.join([table, 'project_id']) for table in get_tables()], sa.Index: get_tables()}
