"""
What all questions to PostgreSQL's catalog share: whose objects count, and how a setting of one version is asked of all.

Each question is a SELECT of five columns: kind, the name's parts, what follows the name, the relation that the object
is a part of, and its definition. A column that only newer versions have is read as `to_jsonb(row) ->> 'name'`, which is
null in the others: so one question serves PostgreSQL 12 to 18.
"""

from __future__ import annotations

OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
"""Of the schema `n`: nobody may make one that begins with pg_."""


def own(catalog: str, oid: str) -> str:
    """Return the condition that no extension brought the object of `catalog` along."""
    return (
        "NOT EXISTS (SELECT FROM pg_depend member WHERE member.deptype = 'e' "
        f"AND member.classid = '{catalog}'::regclass AND member.objid = {oid})"
    )


def words(*parts: str) -> str:
    """Return the expression that puts the parts that are not null in a row."""
    return f"concat_ws(' ', {', '.join(parts)})"


def options(array: str, before: str = "WITH") -> str:
    """Return the expression for a list of storage parameters, in one order however they were given; null without."""
    listed = f"ARRAY(SELECT unnest({array}) ORDER BY 1)"
    return f"CASE WHEN {array} IS NOT NULL THEN '{before} (' || array_to_string({listed}, ', ') || ')' END"


def collation(oid: str) -> str:
    """Return the expression for a collation's name; `regcollation` came with PostgreSQL 13."""
    return (
        "(SELECT concat(quote_ident(nullif(s.nspname, 'pg_catalog')) || '.', quote_ident(f.collname)) "
        f"FROM pg_collation f JOIN pg_namespace s ON s.oid = f.collnamespace WHERE f.oid = {oid})"
    )


def settings(row: str, *without: str) -> str:
    """Return the expression that spells out a row of the catalog, for what is rare: every column but these."""
    left_out = "".join(f" - '{name}'" for name in ("oid", *without))
    return (
        "(SELECT string_agg(e.key || ' = ' || e.value, ', ' ORDER BY e.key COLLATE \"C\") "
        f"FROM jsonb_each_text(to_jsonb({row}){left_out}) e)"
    )


VERSION_TABLE = """(c.relkind = 'r' AND (SELECT count(*) = 1 AND bool_and(v.attname = 'version_num')
  FROM pg_attribute v WHERE v.attrelid = c.oid AND v.attnum > 0 AND NOT v.attisdropped))"""
"""Where Alembic keeps what was applied, whatever the project calls the table `c`: a revision does not make it."""
