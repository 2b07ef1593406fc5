from alembic import op


def paginated_update(query, print_page_progress=None, batch_size=1000):
    for obj in query:
        yield obj


def drop_columns(table, *names):
    with op.batch_alter_table(table) as batch_op:
        for name in names:
            batch_op.drop_column(name)
