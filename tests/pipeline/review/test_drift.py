"""What `alembic check` does not see is seen where two real databases differ; what does not differ is never told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from pipeline.errors import CouldNotAnswer
from pipeline.review.drift import Drift, drift
from pipeline.review.layout import find_layout
from pipeline.review.running.databases import databases_on, plain
from pipeline.review.running.project import find_project
from pipeline.review.running.variables import environment

_ENV = """
import models
from alembic import context
from sqlalchemy import create_engine
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=models.metadata, compare_type=True, **models.options)
    with context.begin_transaction():
        context.run_migrations()
"""
_MAKO = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
def upgrade():
    BEFORE
    ${upgrades if upgrades else "pass"}
def downgrade():
    pass
"""
_HEAD = """
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import *
metadata = MetaData()
options = {}
i = lambda: Column("i", Integer, primary_key=True)
"""

# For each change that autogenerate does not see: the model before and after, and what is to be told.
BLIND = {
    "server_default": ("i(), Column('a', Text, server_default='x')", "i(), Column('a', Text, server_default='y')",
        ["column public.server_default.a: text DEFAULT 'x'::text → text DEFAULT 'y'::text"]),
    "label_added": ("i(), Column('a', Enum('x', 'y', name='e1'))", "i(), Column('a', Enum('x', 'y', 'z', name='e1'))",
        ["enum public.e1: 'x', 'y' → 'x', 'y', 'z'"]),
    "label_gone": ("i(), Column('a', Enum('x', 'y', name='e2'))", "i(), Column('a', Enum('x', name='e2'))",
        ["enum public.e2: 'x', 'y' → 'x'"]),
    "check_added": ("i()", "i(), CheckConstraint('i > 0', name='positive')",
        ["constraint public.check_added.positive: absent → CHECK ((i > 0))"]),
    "check_changed": ("i(), CheckConstraint('i > 0', name='c')", "i(), CheckConstraint('i > 1', name='c')",
        ["constraint public.check_changed.c: CHECK ((i > 0)) → CHECK ((i > 1))"]),
    "predicate": ("i(), Index('ix_p', 'i', postgresql_where=text('i > 0'))",
        "i(), Index('ix_p', 'i', postgresql_where=text('i > 1'))",
        ["index public.ix_p: CREATE INDEX ix_p ON public.predicate USING btree (i) WHERE (i > 0) → "
         "CREATE INDEX ix_p ON public.predicate USING btree (i) WHERE (i > 1)"]),
    "method": ("i(), Index('ix_m', 'i')", "i(), Index('ix_m', 'i', postgresql_using='hash')",
        ["index public.ix_m: CREATE INDEX ix_m ON public.method USING btree (i) → "
         "CREATE INDEX ix_m ON public.method USING hash (i)"]),
    "include": ("i(), Column('a', Text), Index('ix_i', 'i')",
        "i(), Column('a', Text), Index('ix_i', 'i', postgresql_include=['a'])",
        ["index public.ix_i: CREATE INDEX ix_i ON public.include USING btree (i) → "
         "CREATE INDEX ix_i ON public.include USING btree (i) INCLUDE (a)"]),
    "deferrable": ("i(), Column('a', Integer), UniqueConstraint('a', name='uq_a')",
        "i(), Column('a', Integer), UniqueConstraint('a', name='uq_a', deferrable=True)",
        ["constraint public.deferrable.uq_a: UNIQUE (a) → UNIQUE (a) DEFERRABLE"]),
    "collated": ("i(), Column('a', Text)", "i(), Column('a', Text(collation='C'))",
        ['column public.collated.a: text → text COLLATE "C"']),
    "keyed": ("Column('i', Integer, primary_key=True, autoincrement=False), Column('j', Integer, nullable=False)",
        "Column('i', Integer, primary_key=True, autoincrement=False), Column('j', Integer, primary_key=True)",
        ["constraint public.keyed.keyed_pkey: PRIMARY KEY (i) → PRIMARY KEY (i, j)"]),
    "excluding": ("i(), Column('r', INT4RANGE)", "i(), Column('r', INT4RANGE), ExcludeConstraint(('r', '&&'), name='x')",
        ["constraint public.excluding.x: absent → EXCLUDE USING gist (r WITH &&)"]),
    "identified": ("Column('i', Integer, primary_key=True, autoincrement=False)",
        "Column('i', Integer, Identity(always=True), primary_key=True)",
        ["column public.identified.i: integer NOT NULL → integer NOT NULL GENERATED ALWAYS AS IDENTITY"]),
    "computing": ("i(), Column('c', Integer, Computed('i + 1', persisted=True))",
        "i(), Column('c', Integer, Computed('i + 2', persisted=True))",
        ["column public.computing.c: integer GENERATED ALWAYS AS ((i + 1)) STORED → "
         "integer GENERATED ALWAYS AS ((i + 2)) STORED"]),
    "length": ("i(), Column('a', String(50))", "i(), Column('a', String)",
        ["column public.length.a: character varying(50) → character varying"]),
    "utc": ("i(), Column('a', DateTime, server_default=func.now())",
        "i(), Column('a', DateTime, server_default=text(\"(now() at time zone 'utc')\"))",
        ["column public.utc.a: timestamp without time zone DEFAULT now() → "
         "timestamp without time zone DEFAULT (now() AT TIME ZONE 'utc'::text)"]),
}  # fmt: skip
_CODE = """
for statement in (
    "CREATE VIEW seen AS SELECT 1 AS one",
    "CREATE FUNCTION called() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE TRIGGER pulled BEFORE UPDATE ON length FOR EACH ROW EXECUTE FUNCTION called()",
):
    sa.event.listen(metadata, "after_create", DDL(statement))
"""
_CODE_TOLD = [
    "function public.called(): absent → CREATE OR REPLACE FUNCTION public.called()\n RETURNS trigger\n LANGUAGE plpgsql\n"
    "AS $function$BEGIN RETURN new; END$function$",
    "trigger public.length.pulled: absent → CREATE TRIGGER pulled BEFORE UPDATE ON public.length FOR EACH ROW "
    "EXECUTE FUNCTION public.called()",
    "view public.seen: absent → AS SELECT 1 AS one;",
]

# Models that say much and that autogenerate wrote revisions for: nothing is to be told of them.
CLEAN = (
    _HEAD
    + """
shop = MetaData(schema="shop")
options = {"include_schemas": True}
Table("defaults", metadata, i(), Column("a", Text, server_default="x", nullable=False, comment="words"),
    Column("b", Numeric(10, 2), server_default=text("0.5")), Column("c", DateTime(timezone=True), server_default=func.now()),
    Column("d", ARRAY(Text), server_default="{}"), Column("e", JSONB), Column("f", UUID), Column("g", Boolean),
    Column("h", Enum("x", "y", name="mood"), server_default="x"), Column("Mixed Case", String(3)), comment="of table")
Table("unnamed", metadata, i(), Column("a", Integer, ForeignKey("defaults.i", ondelete="CASCADE"), unique=True),
    Column("b", Integer, index=True), CheckConstraint("a > 0"), CheckConstraint("b IN (1, 2)"), UniqueConstraint("a", "b"))
Table("indexed", metadata, i(), Column("a", Text), Column("b", JSONB),
    Index("ix_part", "a", postgresql_where=text("a <> ''")), Index("ix_lower", func.lower(Column("a", Text))),
    Index("ix_gin", "b", postgresql_using="gin"), Index("ix_inc", "a", postgresql_include=["i"], unique=True))
Table("generated", metadata, Column("i", BigInteger, Identity(always=True, start=5), primary_key=True),
    Column("a", Integer), Column("b", Integer, Computed("a * 2", persisted=True)))
Table("composite", metadata, Column("a", Integer, primary_key=True), Column("b", Text, primary_key=True),
    Column("up", Integer), Column("up_b", Text), Column("r", INT4RANGE),
    ForeignKeyConstraint(["up", "up_b"], ["composite.a", "composite.b"], deferrable=True, initially="DEFERRED"),
    ExcludeConstraint(("r", "&&"), name="no_overlap", using="gist"))
Table("renamed_since", metadata, i(), Column("a", Integer, unique=True), CheckConstraint("a > 0"))
Table("aside", shop, i(), Column("to", Integer, ForeignKey("shop.aside.i")), Column("s", Enum("a", name="kind")))
metadata = [metadata, shop]
"""
)


class Foreign:
    """An Alembic project in a folder, its models, and a database that its revisions made."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        (folder / "alembic" / "versions").mkdir(parents=True)
        (folder / "alembic" / "env.py").write_text(_ENV)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\nprepend_sys_path = .\n")
        self.databases = databases_on(server)
        self.made = self.databases.__enter__()
        self.url = self.made.empty()

    def migrate(self, models: str, before: str = "pass") -> None:
        (self.folder / "models.py").write_text(models)
        (self.folder / "alembic" / "script.py.mako").write_text(_MAKO.replace("BEFORE", before))
        self.alembic("revision", "--autogenerate", "-m", "x")
        self.alembic("upgrade", "head")

    def alembic(self, *words: str, code: int = 0) -> str:
        url = plain(self.url)
        ini = (self.folder / "alembic.ini").read_text().split("sqlalchemy.url")[0]
        (self.folder / "alembic.ini").write_text(f"{ini}sqlalchemy.url = {url}\n")
        ran = subprocess.run(
            [sys.executable, "-m", "alembic", *words], cwd=self.folder, env=environment(url),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def execute(self, statement: str) -> None:
        with psycopg.connect(plain(self.url)) as connection:
            connection.execute(statement)

    def drift(self, models: str | None = None) -> Drift:
        if models is not None:
            (self.folder / "models.py").write_text(models)
        return drift(find_project(find_layout(self.folder)), self.made, self.url)


@pytest.fixture
def foreign(tmp_path: Path, empty_database_url: str) -> Iterator[Foreign]:
    one = Foreign(tmp_path / "project", empty_database_url)
    yield one
    one.databases.__exit__(None, None, None)


def _tables(place: int) -> str:
    return _HEAD + "\n".join(f"Table({name!r}, metadata, {case[place]})" for name, case in BLIND.items())


def _told(found: tuple[Any, ...]) -> list[str]:
    return [str(one) for one in found]


def test_what_autogenerate_is_blind_to_is_told(foreign: Foreign) -> None:
    foreign.migrate(_tables(0))

    before, after = foreign.drift(), foreign.drift(_tables(1) + _CODE)

    assert before == Drift()
    assert "No new upgrade operations detected" in foreign.alembic("check")
    told = [line for _, _, lines in BLIND.values() for line in lines] + _CODE_TOLD
    assert sorted(_told(after.findings)) == sorted(told)
    assert after.information == ()


def test_rich_models_that_were_migrated_properly_do_not_drift(foreign: Foreign) -> None:
    foreign.migrate(CLEAN.replace("renamed_since", "once"), 'op.execute("CREATE SCHEMA shop")')
    foreign.execute("ALTER TABLE once RENAME TO renamed_since")

    found = foreign.drift(CLEAN)

    assert (_told(found.findings), _told(found.information)) == ([], [])


def test_what_only_the_database_has_is_information_unless_it_is_in_a_table_of_the_models(foreign: Foreign) -> None:
    models = _HEAD + "Table('t', metadata, i(), Column('a', Text))"
    foreign.migrate(models)
    foreign.execute("CREATE TABLE other (a integer); CREATE VIEW v AS SELECT 1 AS x; CREATE INDEX ix ON t (a)")
    foreign.execute("ALTER TABLE t ADD b text; COMMENT ON COLUMN t.a IS 'x'; ALTER TABLE t SET (fillfactor = 50)")
    foreign.execute("GRANT SELECT ON t TO public; CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING")

    found = foreign.drift()

    assert _told(found.findings) == [
        "column public.t.b: text → absent",
        "comment public.t.a: 'x' → absent",
        "index public.ix: CREATE INDEX ix ON public.t USING btree (a) → absent",
    ]
    assert [(one.kind, one.name) for one in found.information] == [
        ("rule", "public.t.r"), ("table", "public.other"), ("view", "public.v"),
    ]  # fmt: skip


def test_what_env_py_leaves_out_is_left_out(foreign: Foreign) -> None:
    filters = """
def include_object(object, name, type_, reflected, compare_to):
    return not (name == "mine" or (type_ == "index" and reflected and compare_to is None))
def include_name(name, type_, parents):
    return not (type_ == "table" and name.startswith("legacy"))
options = {"include_object": include_object, "include_name": include_name}
"""
    models = _HEAD + "Table('t', metadata, i(), Column('mine', Text), Column('b', Text))\n"
    foreign.migrate(models)
    foreign.execute("CREATE TABLE legacy_1 (a integer); CREATE INDEX by_hand ON t (b)")
    foreign.execute("ALTER TABLE t ALTER mine TYPE varchar(3); ALTER TABLE t ALTER b SET DEFAULT 'x'")

    found = foreign.drift(models + filters)

    assert _told(found.findings) == ["column public.t.b: text DEFAULT 'x'::text → text"]
    assert found.information == ()


def test_a_name_that_the_models_chose_is_held_to(foreign: Foreign) -> None:
    foreign.migrate(_HEAD + "Table('t', metadata, i(), Column('a', Text, unique=True))")

    found = foreign.drift(_HEAD + "Table('t', metadata, i(), Column('a', Text), UniqueConstraint('a', name='uq_t_a'))")

    assert _told(found.findings) == [
        "constraint public.t.t_a_key: UNIQUE (a) → absent", "constraint public.t.uq_t_a: absent → UNIQUE (a)",
    ]  # fmt: skip


def test_without_models_nothing_is_compared_and_that_is_said(foreign: Foreign) -> None:
    found = foreign.drift("metadata = None\noptions = {}\n")

    assert found.findings == ()
    assert found.not_compared is not None
    assert "no models to compare" in found.not_compared


def test_models_that_use_a_function_of_a_revision_are_compared(foreign: Foreign) -> None:
    models = _HEAD + "Table('t', metadata, i(), Column('a', Text, server_default=text('made()')), Column('b', OF))"
    foreign.migrate(
        models.replace("OF", "Text"),
        """op.execute("CREATE FUNCTION made() RETURNS text LANGUAGE sql AS $$SELECT 'x'$$")""",
    )

    found = foreign.drift(models.replace("OF", "Integer"))

    assert _told(found.findings) == ["column public.t.b: text → integer"]


def test_models_that_cannot_be_created_are_no_drift_but_an_error(foreign: Foreign) -> None:
    foreign.migrate(_HEAD)

    with pytest.raises(CouldNotAnswer, match=r"function nowhere\(\) does not exist.*create what they need"):
        foreign.drift(_HEAD + "Table('t', metadata, i(), Column('a', Text, server_default=text('nowhere()')))")


def test_an_env_py_that_does_not_run_is_told_with_its_own_words(foreign: Foreign) -> None:
    with pytest.raises(CouldNotAnswer, match="No module named 'not_installed_here'"):
        foreign.drift("import not_installed_here")


def test_our_own_models_do_not_drift_at_head(database_url: str, postgresql: psycopg.Connection[Any]) -> None:
    """The functions and triggers that alembic_utils knows of are compared too: they are seen where they differ."""
    project = find_project(find_layout(Path("migrations")))
    with databases_on(database_url) as databases:
        assert drift(project, databases, make_url(database_url)).findings == ()
        trigger = postgresql.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1 LIMIT 1"
        ).fetchone()
        assert trigger is not None
        postgresql.execute(f"DROP TRIGGER {trigger[0]} ON {trigger[1]}".encode())
        postgresql.commit()

        found = drift(project, databases, make_url(database_url)).findings

    assert [(one.kind, one.before) for one in found] == [("trigger", None)]
