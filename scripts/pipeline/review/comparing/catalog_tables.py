"""
Tables as the catalog has them: columns, constraints, indexes, and how they are stored.

What nobody wrote has no entry of its own: the index of a constraint, the sequence of an identity column, the NOT NULL
constraint that PostgreSQL 18 named itself, what a partition has because its parent has it.
"""

from __future__ import annotations

from pipeline.review.comparing.catalog_sql import OURS, VERSION_TABLE, collation, options, own, words

_OWN_TABLE = f"{OURS} AND {own('pg_class', 'c.oid')} AND NOT {VERSION_TABLE}"
_FLAGS = """
    CASE WHEN i.indisvalid IS FALSE THEN 'INVALID' END,
    CASE WHEN i.indisready IS FALSE THEN 'NOT READY' END,
    CASE WHEN i.indisclustered THEN 'CLUSTERED' END,
    CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END,
    (SELECT 'STATISTICS ' || string_agg(a.attnum || ': ' || a.attstattarget, ', ' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)"""
_SEQUENCE_DEFAULTS = """
    CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
      THEN 'START ' || s.seqstart END,
    CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT ' || s.seqincrement END,
    CASE WHEN s.seqmin <> 1 THEN 'MINVALUE ' || s.seqmin END,
    CASE WHEN s.seqmax <> CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
      ELSE 9223372036854775807 END THEN 'MAXVALUE ' || s.seqmax END,
    CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
    CASE WHEN s.seqcycle THEN 'CYCLE' END"""

TABLES = f"""
SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END, ARRAY[n.nspname, c.relname], '', NULL::text[],
  {
    words(
        "CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END",
        "CASE c.relkind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END",
        "CASE WHEN c.reloftype <> 0 THEN 'OF ' || format_type(c.reloftype, NULL) END",
        "'PARTITION BY ' || pg_get_partkeydef(c.oid)",
        '''(SELECT concat_ws(' ', CASE WHEN c.relispartition THEN 'PARTITION OF' ELSE 'INHERITS' END,
          string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno),
          CASE WHEN bool_or((to_jsonb(h) ->> 'inhdetachpending')::bool) THEN 'DETACH PENDING' END)
        FROM pg_inherits h WHERE h.inhrelid = c.oid HAVING count(*) > 0)''',
        "pg_get_expr(c.relpartbound, c.oid)",
        "(SELECT 'USING ' || m.amname FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap')",
        '''(SELECT concat('SERVER ', s.srvname, ' ', f.ftoptions) FROM pg_foreign_table f
        JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)''',
    )
}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') AND {_OWN_TABLE}
"""

STORAGE = f"""
SELECT 'storage', ARRAY[n.nspname, c.relname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        options("c.reloptions"),
        f"(SELECT {options('t.reloptions', 'TOAST')} FROM pg_class t WHERE t.oid = c.reltoastrelid)",
        "(SELECT 'TABLESPACE ' || s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace)",
        "CASE c.relreplident WHEN 'f' THEN 'REPLICA IDENTITY FULL' WHEN 'n' THEN 'REPLICA IDENTITY NOTHING' END",
    )
}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND {_OWN_TABLE}
UNION ALL
SELECT 'storage', ARRAY[n.nspname, c.relname, a.attname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        '''CASE WHEN a.attstorage <> y.typstorage THEN 'STORAGE ' || CASE a.attstorage
        WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END''',
        '''CASE to_jsonb(a) ->> 'attcompression'
        WHEN 'p' THEN 'COMPRESSION pglz' WHEN 'l' THEN 'COMPRESSION lz4' END''',
        "CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END",
        options("a.attoptions"),
    )
}
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type y ON y.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND {_OWN_TABLE}
"""

ROW_SECURITY = f"""
SELECT 'row security', ARRAY[n.nspname, c.relname], '', ARRAY[n.nspname, c.relname],
  {words("CASE WHEN c.relrowsecurity THEN 'ENABLED' END", "CASE WHEN c.relforcerowsecurity THEN 'FORCED' END")}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND {_OWN_TABLE}
"""

COLUMNS = f"""
SELECT 'column', ARRAY[n.nspname, c.relname, a.attname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        "format_type(a.atttypid, a.atttypmod)",
        f"CASE WHEN a.attcollation <> y.typcollation THEN 'COLLATE ' || {collation('a.attcollation')} END",
        "CASE WHEN a.attnotnull THEN 'NOT NULL' END",
        '''(SELECT concat_ws(' ', CASE WHEN k.conname !~ '_not_null[0-9]*$' THEN 'named ' || quote_ident(k.conname) END,
          CASE WHEN NOT k.convalidated THEN 'NOT VALID' END, CASE WHEN k.connoinherit THEN 'NO INHERIT' END)
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]
        AND (k.conname !~ '_not_null[0-9]*$' OR NOT k.convalidated OR k.connoinherit))''',
        '''CASE a.attgenerated WHEN '' THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
        ELSE 'GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
          || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END''',
        f'''CASE WHEN a.attidentity <> '' THEN concat_ws(' ',
          CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY' ELSE 'GENERATED BY DEFAULT AS IDENTITY' END,
          (SELECT nullif(concat_ws(' ', {_SEQUENCE_DEFAULTS}), '')
           FROM pg_depend o JOIN pg_sequence s ON s.seqrelid = o.objid
           WHERE o.classid = 'pg_class'::regclass AND o.deptype = 'i' AND o.refobjid = c.oid
           AND o.refobjsubid = a.attnum)) END''',
        "CASE WHEN a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition THEN 'INHERITED' END",
        "'OPTIONS ' || a.attfdwoptions::text",
    )
}
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND {_OWN_TABLE}
AND (c.relkind IN ('r', 'p', 'f') OR (c.relkind = 'v' AND d.oid IS NOT NULL))
"""

# A foreign key to a partitioned table has one more row for each partition, on the same table: nobody wrote these.
CONSTRAINTS = f"""
SELECT 'constraint', ARRAY[n.nspname, c.relname, k.conname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        "pg_get_constraintdef(k.oid)",
        "CASE WHEN NOT k.conislocal AND NOT c.relispartition THEN 'INHERITED' END",
        '''CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal
        AND t.tgenabled <> 'O') THEN 'TRIGGERS DISABLED' END''',
        options("x.reloptions"),
        "(SELECT 'TABLESPACE ' || s.spcname FROM pg_tablespace s WHERE s.oid = x.reltablespace)",
        _FLAGS,
    )
}
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class x ON x.oid = i.indexrelid
WHERE k.contype NOT IN ('n', 't') AND {_OWN_TABLE}
AND NOT EXISTS (SELECT FROM pg_constraint q WHERE q.oid = k.conparentid AND q.conrelid = k.conrelid)
"""

INDEXES = f"""
SELECT 'index', ARRAY[n.nspname, x.relname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        "pg_get_indexdef(i.indexrelid)",
        "(SELECT 'TABLESPACE ' || s.spcname FROM pg_tablespace s WHERE s.oid = x.reltablespace)",
        "(SELECT 'ATTACHED TO ' || h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)",
        _FLAGS,
    )
}
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {
    _OWN_TABLE
} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""

SEQUENCES = f"""
SELECT 'sequence', ARRAY[n.nspname, c.relname], '', o.relation,
  {
    words(
        "CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END",
        "format_type(s.seqtypid, NULL)",
        "'START ' || s.seqstart",
        "'INCREMENT ' || s.seqincrement",
        "'MINVALUE ' || s.seqmin",
        "'MAXVALUE ' || s.seqmax",
        "'CACHE ' || s.seqcache",
        "CASE WHEN s.seqcycle THEN 'CYCLE' END",
        "'OWNED BY ' || o.owner",
    )
}
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT ARRAY[m.nspname, t.relname] AS relation, d.deptype, t.oid::regclass || '.' || quote_ident(a.attname) AS owner
  FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace m ON m.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass
  AND d.deptype IN ('a', 'i')) o ON true
WHERE {OURS} AND {own("pg_class", "c.oid")} AND o.deptype IS DISTINCT FROM 'i'
"""

STATISTICS = f"""
SELECT 'statistics', ARRAY[n.nspname, s.stxname], '', ARRAY[m.nspname, c.relname],
  {words("pg_get_statisticsobjdef(s.oid)", "'STATISTICS ' || nullif(to_jsonb(s) ->> 'stxstattarget', '-1')")}
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace m ON m.oid = c.relnamespace WHERE {OURS} AND {own("pg_statistic_ext", "s.oid")}
"""

QUESTIONS = (TABLES, STORAGE, ROW_SECURITY, COLUMNS, CONSTRAINTS, INDEXES, SEQUENCES, STATISTICS)
