"""Operations under other names, kept in variables, lists and attributes."""

from types import SimpleNamespace

from alembic import op as operations

revision = "m012"
down_revision = "m011"

o = operations
run = o.execute
ns = SimpleNamespace(drop=o.drop_column)


def upgrade(migrate_op=operations):
    run("ALTER TABLE parcel DROP COLUMN one")
    ns.drop("parcel", "two")
    act = migrate_op
    act.drop_column("parcel", "three")
    for f in (o.drop_column,):
        f("parcel", "four")
    with o.batch_alter_table("parcel") as first:
        second = first
        second.drop_column("five")


def downgrade():
    run("ALTER TABLE parcel ADD COLUMN one int, ADD two int, ADD three int, ADD four int, ADD five int")
