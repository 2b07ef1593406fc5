"""
What is compared: the same change as autogenerate writes it, and as it can be made while others read and write.

Data only: the code of upgrade() over a table `t` with the columns id, a, b and code, which `TABLE` makes.
"""

from __future__ import annotations

from dataclasses import dataclass

TABLE = (
    "CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b integer, code text NOT NULL)",
    "INSERT INTO t SELECT n, n % 1000, n, md5(n::text) FROM generate_series(1, {rows}) n",
    "VACUUM ANALYZE t",
)


@dataclass(frozen=True)
class Revision:
    """The code of upgrade(), and of the module above it."""

    upgrade: str
    header: str = ""


@dataclass(frozen=True)
class Change:
    """What somebody wants, and the two ways to write it."""

    name: str
    guessed: tuple[Revision, ...]
    safe: tuple[Revision, ...]


_BATCHES = """
with op.get_context().autocommit_block():
    connection = op.get_bind()
    last = connection.scalar(sa.text("SELECT max(id) FROM t"))
    for after in range(0, last, 5000):
        connection.execute(sa.text("{batch}"), {{"after": after}})
"""


def in_batches(assignment: str, where: str) -> Revision:
    """A revision that changes all rows, 5,000 at a time, each batch a transaction of its own."""
    batch = f"UPDATE t SET {assignment} WHERE id > :after AND id <= :after + 5000 AND {where}"  # noqa: S608 - ours.
    return slow(_BATCHES.format(batch=batch))


def concurrently(statement: str) -> Revision:
    return slow(f'with op.get_context().autocommit_block():\n    op.execute("{statement}")')


def slow(code: str) -> Revision:
    """A revision whose budget does not end it, however many rows there are."""
    return Revision(code, header="budget_seconds = 800\n")


CHANGES = (
    Change(
        "a NOT NULL column with a random default",
        guessed=(
            slow(
                """
                default = sa.text("gen_random_uuid()")
                op.add_column("t", sa.Column("token", sa.Uuid(), server_default=default, nullable=False))
                """
            ),
        ),
        safe=(
            Revision(
                """
                op.add_column("t", sa.Column("token", sa.Uuid(), nullable=True))
                op.alter_column("t", "token", server_default=sa.text("gen_random_uuid()"))
                """
            ),
            in_batches("token = gen_random_uuid()", "token IS NULL"),
            # After the batches: whoever writes to a row without a token would be turned away.
            Revision('op.execute("ALTER TABLE t ADD CONSTRAINT token_there CHECK (token IS NOT NULL) NOT VALID")'),
            slow('op.execute("ALTER TABLE t VALIDATE CONSTRAINT token_there")'),
            Revision(
                """
                op.alter_column("t", "token", nullable=False)
                op.execute("ALTER TABLE t DROP CONSTRAINT token_there")
                """
            ),
        ),
    ),
    Change(
        "integer becomes bigint",
        guessed=(slow('op.alter_column("t", "b", type_=sa.BigInteger())'),),
        safe=(
            Revision(
                """
                op.add_column("t", sa.Column("b_wide", sa.BigInteger()))
                op.execute("CREATE FUNCTION widen() RETURNS trigger LANGUAGE plpgsql AS "
                           "'BEGIN NEW.b_wide := NEW.b; RETURN NEW; END'")
                op.execute("CREATE TRIGGER widen BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION widen()")
                """
            ),
            in_batches("b_wide = b", "b_wide IS NULL"),
        ),
    ),
    Change(
        "an index",
        guessed=(slow('op.create_index("ix_t_code", "t", ["code"])'),),
        safe=(concurrently("CREATE INDEX CONCURRENTLY ix_t_code ON t (code)"),),
    ),
    Change(
        "a CHECK constraint",
        guessed=(slow("""op.create_check_constraint(op.f("code_form"), "t", "code ~ '^[0-9a-f]{32}$'")"""),),
        safe=(
            Revision(
                """op.execute("ALTER TABLE t ADD CONSTRAINT code_form CHECK (code ~ '^[0-9a-f]{32}$') NOT VALID")"""
            ),
            slow('op.execute("ALTER TABLE t VALIDATE CONSTRAINT code_form")'),
        ),
    ),
)

SMALL = tuple(Revision(f'op.create_table("small_{number}", sa.Column("id", sa.BigInteger(), primary_key=True))')
              for number in range(10))  # fmt: skip
"""Revisions that do next to nothing, so that what is around them shows."""

BIG = (CHANGES[2].guessed[0], CHANGES[3].guessed[0])
"""Revisions that work on every row."""

QUICK = 'op.add_column("t", sa.Column("note", sa.Text()))'
"""A change that takes milliseconds once it has its lock."""
