from alembic import context

context.configure(url="postgresql+psycopg://localhost/modern", transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
