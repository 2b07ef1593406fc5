from alembic import context

context.configure(url="postgresql://localhost/ledger", dialect_opts={"paramstyle": "named"})
context.run_migrations()
