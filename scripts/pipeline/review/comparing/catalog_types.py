"""Types as the catalog has them, and what is defined for them: operators, casts, collations."""

from __future__ import annotations

from pipeline.review.comparing.catalog_sql import OURS, collation, own, settings, words

_OWN_TYPE = f"{OURS} AND {own('pg_type', 't.oid')}"
_TYPE = "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"

ENUMS = f"""
SELECT 'enum', ARRAY[n.nspname, t.typname], '', NULL::text[],
  (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
   FROM pg_enum e WHERE e.enumtypid = t.oid)
{_TYPE} WHERE t.typtype = 'e' AND {_OWN_TYPE}
"""

DOMAINS = f"""
SELECT 'domain', ARRAY[n.nspname, t.typname], '', NULL::text[],
  {
    words(
        "format_type(t.typbasetype, t.typtypmod)",
        f'''(SELECT 'COLLATE ' || {collation("t.typcollation")} FROM pg_type b
        WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation)''',
        "CASE WHEN t.typnotnull THEN 'NOT NULL' END",
        "'DEFAULT ' || t.typdefault",
        '''(SELECT string_agg('CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' '
        ORDER BY k.conname COLLATE "C") FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')''',
    )
}
{_TYPE} WHERE t.typtype = 'd' AND {_OWN_TYPE}
"""

COMPOSITES = f"""
SELECT 'type', ARRAY[n.nspname, t.typname], '', NULL::text[],
  '(' || coalesce((SELECT string_agg({
    words(
        "quote_ident(a.attname)",
        "format_type(a.atttypid, a.atttypmod)",
        f'''(SELECT 'COLLATE ' || {collation("a.attcollation")} FROM pg_type y
        WHERE y.oid = a.atttypid AND y.typcollation <> a.attcollation)''',
    )
}, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
  || ')'
{_TYPE} JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE {_OWN_TYPE}
"""

RANGES = f"""
SELECT 'range', ARRAY[n.nspname, t.typname], '', NULL::text[],
  {
    words(
        "format_type(r.rngsubtype, NULL)",
        f'''(SELECT 'COLLATE ' || {collation("r.rngcollation")} FROM pg_type y
        WHERE y.oid = r.rngsubtype AND y.typcollation <> r.rngcollation)''',
        '''(SELECT 'OPERATOR CLASS ' || p.opcname FROM pg_opclass p WHERE p.oid = r.rngsubopc AND NOT p.opcdefault)''',
        "'CANONICAL ' || nullif(r.rngcanonical, 0)::regproc",
        "'DIFFERENCE ' || nullif(r.rngsubdiff, 0)::regproc",
        "'MULTIRANGE ' || (to_jsonb(r) ->> 'rngmultitypid')::oid::regtype",
    )
}
{_TYPE} JOIN pg_range r ON r.rngtypid = t.oid WHERE {_OWN_TYPE}
"""

BASES = f"""
SELECT 'type', ARRAY[n.nspname, t.typname], '', NULL::text[],
  CASE WHEN t.typisdefined THEN concat_ws(' ', 'INPUT', t.typinput, 'OUTPUT', t.typoutput) ELSE 'a shell' END
{_TYPE} WHERE t.typtype IN ('b', 'p') AND {_OWN_TYPE}
AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
"""

COLLATIONS = f"""
SELECT 'collation', ARRAY[n.nspname, l.collname], '', NULL::text[],
  {settings("l", "collname", "collnamespace", "collowner", "collversion", "collencoding")}
FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE {OURS} AND {own("pg_collation", "l.oid")}
"""

OPERATORS = f"""
SELECT 'operator', ARRAY[]::text[], o.oid::regoperator::text, NULL::text[],
  {
    words(
        "'FUNCTION ' || o.oprcode",
        "'COMMUTATOR ' || nullif(o.oprcom, 0)::regoperator",
        "'NEGATOR ' || nullif(o.oprnegate, 0)::regoperator",
        "'RESTRICT ' || nullif(o.oprrest, 0)::regproc",
        "'JOIN ' || nullif(o.oprjoin, 0)::regproc",
        "CASE WHEN o.oprcanhash THEN 'HASHES' END",
        "CASE WHEN o.oprcanmerge THEN 'MERGES' END",
    )
}
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE {OURS} AND {own("pg_operator", "o.oid")}
"""

OPERATOR_CLASSES = f"""
SELECT 'operator class', ARRAY[n.nspname, p.opcname], ' USING ' || m.amname, NULL::text[],
  {
    words(
        "CASE WHEN p.opcdefault THEN 'DEFAULT' END",
        "'FOR TYPE ' || format_type(p.opcintype, NULL)",
        "'STORAGE ' || format_type(nullif(p.opckeytype, 0), NULL)",
        '''(SELECT string_agg(concat('OPERATOR ', a.amopstrategy, ' ', a.amopopr::regoperator), ', '
        ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")
        FROM pg_amop a WHERE a.amopfamily = p.opcfamily)''',
    )
}
FROM pg_opclass p JOIN pg_namespace n ON n.oid = p.opcnamespace JOIN pg_am m ON m.oid = p.opcmethod
WHERE {OURS} AND {own("pg_opclass", "p.oid")}
"""

# 16384 is the first object id that is not PostgreSQL's own; a range's cast to its multirange comes with the range.
CASTS = f"""
SELECT 'cast', ARRAY[]::text[], format('(%s AS %s)', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)),
  NULL::text[], {
    words(
        "CASE k.castmethod WHEN 'f' THEN 'FUNCTION ' || k.castfunc::regprocedure "
        "WHEN 'i' THEN 'INOUT' ELSE 'BINARY' END",
        "CASE k.castcontext WHEN 'a' THEN 'ASSIGNMENT' WHEN 'i' THEN 'IMPLICIT' END",
    )
}
FROM pg_cast k WHERE k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass
  AND d.objid = k.oid AND d.deptype IN ('e', 'i'))
"""

SEARCHES = f"""
SELECT 'text search configuration', ARRAY[n.nspname, s.cfgname], '', NULL::text[],
  (SELECT string_agg(concat(m.maptokentype, ': ', m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
   FROM pg_ts_config_map m WHERE m.mapcfg = s.oid)
FROM pg_ts_config s JOIN pg_namespace n ON n.oid = s.cfgnamespace WHERE {OURS} AND {own("pg_ts_config", "s.oid")}
UNION ALL
SELECT 'text search dictionary', ARRAY[n.nspname, s.dictname], '', NULL::text[],
  concat_ws(' ', p.tmplname, s.dictinitoption)
FROM pg_ts_dict s JOIN pg_namespace n ON n.oid = s.dictnamespace JOIN pg_ts_template p ON p.oid = s.dicttemplate
WHERE {OURS} AND {own("pg_ts_dict", "s.oid")}
"""

QUESTIONS = (
    ENUMS, DOMAINS, COMPOSITES, RANGES, BASES, COLLATIONS, OPERATORS, OPERATOR_CLASSES, CASTS, SEARCHES,
)  # fmt: skip
