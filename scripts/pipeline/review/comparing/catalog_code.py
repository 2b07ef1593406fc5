"""What runs inside the database, as the catalog has it: views, functions, triggers, rules and policies."""

from __future__ import annotations

from pipeline.review.comparing.catalog_sql import OURS, options, own, words

_RELATION = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
_PART = "JOIN pg_class c ON c.oid = p.{} JOIN pg_namespace n ON n.oid = c.relnamespace"
_ENABLED = "CASE {} WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ON REPLICAS' WHEN 'A' THEN 'ALWAYS' END"
_SIGNATURE = "'(' || pg_get_function_identity_arguments(p.oid) || ')'"

VIEWS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, ARRAY[n.nspname, c.relname], '', NULL::text[],
  {
    words(
        options("c.reloptions"),
        "(SELECT 'USING ' || m.amname FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap')",
        "'AS' || pg_get_viewdef(c.oid)",
        "CASE WHEN NOT c.relispopulated THEN 'WITH NO DATA' END",
    )
}
{_RELATION} WHERE c.relkind IN ('v', 'm') AND {OURS} AND {own("pg_class", "c.oid")}
"""

FUNCTIONS = f"""
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, ARRAY[n.nspname, p.proname], {_SIGNATURE},
  NULL::text[], rtrim(pg_get_functiondef(p.oid), E'\\n')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND {OURS} AND {own("pg_proc", "p.oid")}
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
"""

AGGREGATES = f"""
SELECT 'aggregate', ARRAY[n.nspname, p.proname], {_SIGNATURE}, NULL::text[],
  {
    words(
        "'RETURNS ' || format_type(p.prorettype, NULL)",
        "CASE a.aggkind WHEN 'o' THEN 'ORDERED SET' WHEN 'h' THEN 'HYPOTHETICAL SET' END",
        "'SFUNC ' || a.aggtransfn",
        "'STYPE ' || format_type(a.aggtranstype, NULL)",
        "'SSPACE ' || nullif(a.aggtransspace, 0)",
        "'FINALFUNC ' || nullif(a.aggfinalfn::oid, 0)::regproc",
        "'COMBINEFUNC ' || nullif(a.aggcombinefn::oid, 0)::regproc",
        "'SERIALFUNC ' || nullif(a.aggserialfn::oid, 0)::regproc",
        "'MSFUNC ' || nullif(a.aggmtransfn::oid, 0)::regproc",
        "'INITCOND ' || quote_literal(a.agginitval)",
        "'SORTOP ' || nullif(a.aggsortop, 0)::regoperator",
        "'PARALLEL ' || nullif(p.proparallel::text, 'u')",
    )
}
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE {OURS} AND {own("pg_proc", "p.oid")}
"""

# Each partition has a copy of its parent's row triggers: nobody wrote these.
TRIGGERS = f"""
SELECT 'trigger', ARRAY[n.nspname, c.relname, p.tgname], '', ARRAY[n.nspname, c.relname],
  {words("pg_get_triggerdef(p.oid)", _ENABLED.format("p.tgenabled"))}
FROM pg_trigger p {_PART.format("tgrelid")}
WHERE NOT p.tgisinternal AND coalesce(to_jsonb(p) ->> 'tgparentid', '0') = '0'
AND {OURS} AND {own("pg_trigger", "p.oid")}
"""

RULES = f"""
SELECT 'rule', ARRAY[n.nspname, c.relname, p.rulename], '', ARRAY[n.nspname, c.relname],
  {words("pg_get_ruledef(p.oid)", _ENABLED.format("p.ev_enabled"))}
FROM pg_rewrite p {_PART.format("ev_class")}
WHERE p.rulename <> '_RETURN' AND {OURS} AND {own("pg_rewrite", "p.oid")} AND {own("pg_class", "c.oid")}
"""

POLICIES = f"""
SELECT 'policy', ARRAY[n.nspname, c.relname, p.polname], '', ARRAY[n.nspname, c.relname],
  {
    words(
        "CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END",
        "CASE p.polcmd WHEN 'r' THEN 'FOR SELECT' WHEN 'a' THEN 'FOR INSERT' WHEN 'w' THEN 'FOR UPDATE' "
        "WHEN 'd' THEN 'FOR DELETE' ELSE 'FOR ALL' END",
        '''(SELECT 'TO ' || string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ', '
        ORDER BY r::regrole::text COLLATE "C") FROM unnest(p.polroles) r)''',
        "'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')'",
        "'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'",
    )
}
FROM pg_policy p {_PART.format("polrelid")} WHERE {OURS}
"""

EVENT_TRIGGERS = f"""
SELECT 'event trigger', ARRAY[p.evtname], '', NULL::text[],
  {
    words(
        "'ON ' || p.evtevent",
        "'WHEN TAG IN (' || array_to_string(p.evttags, ', ') || ')'",
        "'EXECUTE ' || p.evtfoid::regprocedure",
        _ENABLED.format("p.evtenabled"),
    )
}
FROM pg_event_trigger p WHERE {own("pg_event_trigger", "p.oid")}
"""

QUESTIONS = (VIEWS, FUNCTIONS, AGGREGATES, TRIGGERS, RULES, POLICIES, EVENT_TRIGGERS)
