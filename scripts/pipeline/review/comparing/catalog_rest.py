"""What the catalog has of any object (whose it is, who may use it, its comment), and what holds or leaves the rest."""

from __future__ import annotations

from pipeline.review.comparing.catalog_sql import OURS, VERSION_TABLE, own, settings

SCHEMAS = f"""
SELECT 'schema', ARRAY[n.nspname], '', NULL::text[], '' FROM pg_namespace n
WHERE {OURS} AND {own("pg_namespace", "n.oid")}
"""

EXTENSIONS = """
SELECT 'extension', ARRAY[x.extname], '', NULL::text[],
  concat_ws(' ', 'VERSION', x.extversion, 'SCHEMA', x.extnamespace::regnamespace)
FROM pg_extension x
"""

# The object's relation, where it is a part of one: what goes with a table is not told beside the table.
_RELATION_OF = """(SELECT ARRAY[m.nspname, c.relname] FROM pg_class c JOIN pg_namespace m ON m.oid = c.relnamespace
  WHERE c.oid = {})"""
_OF_VERSION_TABLE = f"EXISTS (SELECT FROM pg_class c WHERE c.oid = {{}} AND {VERSION_TABLE})"

_OBJECTS = f"""(
  SELECT 'pg_class'::regclass AS catalog, c.oid, n.oid AS schema, c.relowner AS owner, c.relacl AS acl,
    acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS usual
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT {VERSION_TABLE}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.deptype = 'i' AND c.relkind = 'S')
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, p.proowner, p.proacl, acldefault('f', p.proowner)
  FROM pg_proc p WHERE NOT EXISTS
    (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typnamespace, t.typowner, t.typacl, acldefault('T', t.typowner)
  FROM pg_type t WHERE t.typtype IN ('e', 'd', 'r')
    OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
  UNION ALL SELECT 'pg_namespace'::regclass, s.oid, s.oid, s.nspowner, s.nspacl, acldefault('n', s.nspowner)
  FROM pg_namespace s
) o JOIN pg_namespace n ON n.oid = o.schema
CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) i
CROSS JOIN LATERAL pg_identify_object_as_address(o.catalog, o.oid, 0) j
WHERE {OURS} AND NOT EXISTS (SELECT FROM pg_depend member WHERE member.deptype = 'e'
  AND member.classid = o.catalog AND member.objid = o.oid)"""

OWNERS = f"""
SELECT 'owner', ARRAY[]::text[], i.type || ' ' || i.identity, {_RELATION_OF.format("o.oid")}, o.owner::regrole::text
FROM {_OBJECTS} AND o.owner <> (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)
"""

# GRANT followed by REVOKE leaves a list that says what no list says: that is no difference.
_LISTED = """(SELECT string_agg(g::text, ', ' ORDER BY g::text COLLATE "C") FROM unnest({}) g)"""
PRIVILEGES = f"""
SELECT 'privileges', ARRAY[]::text[], i.type || ' ' || i.identity, {_RELATION_OF.format("o.oid")},
  {_LISTED.format("o.acl")}
FROM {_OBJECTS} AND o.acl IS NOT NULL AND {_LISTED.format("o.acl")} IS DISTINCT FROM {_LISTED.format("o.usual")}
UNION ALL
SELECT 'privileges', ARRAY[]::text[], 'column ' || format('%I.%I.%I', n.nspname, c.relname, a.attname),
  ARRAY[n.nspname, c.relname], {_LISTED.format("a.attacl")}
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OURS} AND cardinality(a.attacl) > 0 AND NOT a.attisdropped AND {own("pg_class", "c.oid")}
UNION ALL
SELECT 'default privileges', ARRAY[]::text[], concat_ws(' ', 'of', d.defaclrole::regrole::text, 'for',
  CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
    WHEN 'n' THEN 'schemas' ELSE 'large objects' END, 'in ' || nullif(d.defaclnamespace, 0)::regnamespace),
  NULL::text[], {_LISTED.format("d.defaclacl")}
FROM pg_default_acl d
"""

COMMENTS = f"""
SELECT 'comment', CASE WHEN j.type = 'table column' THEN j.object_names ELSE ARRAY[]::text[] END,
  CASE WHEN j.type = 'table column' THEN '' ELSE i.type || ' ' || i.identity END,
  CASE WHEN d.classoid = 'pg_class'::regclass THEN {
    _RELATION_OF.format("coalesce((SELECT x.indrelid FROM pg_index x WHERE x.indexrelid = d.objoid), d.objoid)")
}
  WHEN d.classoid = 'pg_constraint'::regclass
    THEN (SELECT {_RELATION_OF.format("k.conrelid")} FROM pg_constraint k WHERE k.oid = d.objoid)
  WHEN d.classoid = 'pg_trigger'::regclass
    THEN (SELECT {_RELATION_OF.format("k.tgrelid")} FROM pg_trigger k WHERE k.oid = d.objoid) END,
  quote_literal(d.description)
FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
CROSS JOIN LATERAL pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) j
WHERE d.objoid >= 16384 AND d.classoid <> 'pg_extension'::regclass
AND NOT EXISTS (SELECT FROM pg_depend member WHERE member.deptype = 'e'
  AND member.classid = d.classoid AND member.objid = d.objoid)
AND NOT (d.classoid = 'pg_class'::regclass AND {_OF_VERSION_TABLE.format("d.objoid")})
"""

PUBLICATIONS = f"""
SELECT 'publication', ARRAY[p.pubname], '', NULL::text[], {settings("p", "pubname", "pubowner")}
FROM pg_publication p
UNION ALL
SELECT 'publication', ARRAY[p.pubname], ' TABLE ' || r.prrelid::regclass, {_RELATION_OF.format("r.prrelid")},
  (SELECT '(' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a
    WHERE a.attrelid = r.prrelid AND a.attnum = ANY (string_to_array(to_jsonb(r) ->> 'prattrs', ' ')::int[]))
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
"""
SINCE_15 = f"""
SELECT 'publication', ARRAY[p.pubname], ' WHERE on ' || r.prrelid::regclass, {_RELATION_OF.format("r.prrelid")},
  pg_get_expr(r.prqual, r.prrelid)
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prqual IS NOT NULL
UNION ALL
SELECT 'publication', ARRAY[p.pubname], ' SCHEMA ' || s.pnnspid::regnamespace, NULL::text[], ''
FROM pg_publication_namespace s JOIN pg_publication p ON p.oid = s.pnpubid
"""

FOREIGN = f"""
SELECT 'foreign data wrapper', ARRAY[f.fdwname], '', NULL::text[],
  concat_ws(' ', 'HANDLER ' || nullif(f.fdwhandler, 0)::regproc, 'VALIDATOR ' || nullif(f.fdwvalidator, 0)::regproc,
    f.fdwoptions::text)
FROM pg_foreign_data_wrapper f WHERE {own("pg_foreign_data_wrapper", "f.oid")}
UNION ALL
SELECT 'server', ARRAY[s.srvname], '', NULL::text[],
  concat_ws(' ', 'TYPE ' || s.srvtype, 'VERSION ' || s.srvversion, 'WRAPPER ' || f.fdwname, s.srvoptions::text)
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw WHERE {own("pg_foreign_server", "s.oid")}
UNION ALL
SELECT 'user mapping', ARRAY[]::text[], concat(CASE u.umuser WHEN 0 THEN 'public' ELSE u.umuser::regrole::text END,
  ' on ', u.srvname), NULL::text[],
  CASE WHEN u.umoptions IS NULL THEN '' ELSE 'with options ' || md5(u.umoptions::text) END
FROM pg_user_mappings u
"""

QUESTIONS = (SCHEMAS, EXTENSIONS, OWNERS, PRIVILEGES, COMMENTS, PUBLICATIONS, FOREIGN)
