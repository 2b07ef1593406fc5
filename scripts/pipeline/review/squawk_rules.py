"""
What becomes of each of squawk's rules here: kept with a harm, a matter of design, said by a rule of ours, or not true.

A version of squawk that has a rule which is missing here fails a test, and a result of one ends the review: neither is
taken for silence.
"""

from __future__ import annotations

import inspect

from pipeline.review.finding import Phase, Severity
from pipeline.review.rule import Harm, Rule, all_rules

PREFIX = "squawk/"


class SquawkRule(Rule):
    """
    A rule of squawk's with an effect and a remedy of ours; `unsafe` and `safe` are the SQL that shows it.

    Its name is `squawk/` and squawk's own. `both_directions` is false where the harm is to the running release: in a
    downgrade that is the older one, and undoing what the upgrade changed for it is right.
    """

    def __init__(
        self, name: str, *, harm: Harm, effect: str, unsafe: str, safe: str, remedy: str, why: str,
        severity: Severity = Severity.WARNING, both_directions: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(__name__, harm=harm, effect=effect, remedy=remedy, severity=severity)
        self.name = PREFIX + name
        self.squawk_name = name
        self.why = why
        self.unsafe = unsafe
        self.safe = safe
        self.both_directions = both_directions

    @property
    def phases(self) -> tuple[Phase, ...]:
        return (Phase.SQL,)

    @property
    def reason(self) -> str:
        """Why it is kept; squawk's own page says more."""
        return f"{inspect.cleandoc(self.why)}\n\nsquawk's page: https://squawkhq.com/docs/{self.squawk_name}"


def _breaks(  # noqa: PLR0917 # A row of the table below.
    name: str, effect: str, remedy: str, unsafe: str, safe: str, why: str
) -> SquawkRule:
    return SquawkRule(
        name, harm=Harm.BREAKS_RUNNING_CODE, effect=effect, remedy=remedy, unsafe=unsafe, safe=safe, why=why
    )


def _design(name: str, effect: str, unsafe: str, safe: str) -> SquawkRule:
    return SquawkRule(
        name, harm=Harm.DESIGN, effect=effect, unsafe=unsafe, safe=safe, both_directions=True,
        remedy=f"write it like this, if you agree:\n    {safe}", why="An opinion, off unless it is asked for.",
    )  # fmt: skip


_LATER = "wait for the release that no longer needs it, then repeat: {sql}"

KEPT = (
    SquawkRule(
        "ban-drop-database", harm=Harm.LOSES_DATA, severity=Severity.ERROR, both_directions=True,
        effect="A whole database goes, with all its data.", remedy="drop databases by hand, after a dump.",
        unsafe="DROP DATABASE archive", safe="DROP VIEW IF EXISTS recent",
        why="No revision is the place to drop a database: nothing brings it back.",
    ),
    SquawkRule(
        "ban-duplicate-column-assignments", harm=Harm.FAILS, severity=Severity.ERROR, both_directions=True,
        effect="PostgreSQL refuses to assign one column twice: the revision fails.",
        remedy="keep one of the assignments in: {sql}",
        unsafe="UPDATE videos SET seen = true, seen = false WHERE id = 1",
        safe="UPDATE videos SET seen = true WHERE id = 1",
        why="It fails every time, on an empty table as well.",
    ),
    _breaks(
        "ban-drop-generated-expression", "The column stops being computed, and the running release never fills it.",
        "deploy a release that writes the column, then repeat: {sql}",
        "ALTER TABLE videos ALTER slug DROP EXPRESSION", "ALTER TABLE videos ALTER slug SET STATISTICS 100",
        "New rows of the release that serves have NULL where a value was.",
    ),
    _breaks(
        "ban-alter-identity", "An INSERT of the running release that brings its own number may be refused or collide.",
        _LATER, "ALTER TABLE videos ALTER id SET GENERATED ALWAYS", "ALTER TABLE videos ALTER id SET STATISTICS 100",
        "GENERATED ALWAYS refuses numbers that come with the row.",
    ),
    _breaks(
        "ban-alter-sequence-values", "Numbers that the running release draws may be taken already: its INSERT fails.",
        "set it beyond what is there: SELECT setval('…', (SELECT max(id) FROM …))",
        "ALTER SEQUENCE video_numbers RESTART WITH 1", "ALTER SEQUENCE video_numbers OWNED BY NONE",
        "A sequence that is set back gives out numbers twice.",
    ),
    SquawkRule(
        "ban-disable-trigger", harm=Harm.LEAVES_A_MESS, both_directions=True,
        effect="What the trigger keeps true (foreign keys, audit, copies) is not kept while it is off.",
        remedy="leave it on, or switch it on again in the same revision: {sql}",
        unsafe="ALTER TABLE videos DISABLE TRIGGER ALL", safe="ALTER TABLE videos SET (fillfactor = 80)",
        why="Rows written meanwhile are never checked afterwards.",
    ),
    _breaks(
        "ban-replica-identity", "Subscribers of logical replication may no longer take UPDATE and DELETE of the table.",
        _LATER, "ALTER TABLE videos REPLICA IDENTITY NOTHING", "ALTER TABLE videos SET (fillfactor = 80)",
        "With REPLICA IDENTITY NOTHING and a publication, UPDATE fails at once.",
    ),
    _breaks(
        "ban-drop-policy", "Without its policy the running release may see no rows any more, or too many.", _LATER,
        "DROP POLICY own_rows ON videos", "CREATE POLICY own_rows ON videos USING (true)",
        "Row security without a policy lets nobody but the owner through.",
    ),
    _breaks(
        "ban-alter-row-level-security", "Row security changes which rows the running release sees: none, without a "
        "policy.", _LATER, "ALTER TABLE videos ENABLE ROW LEVEL SECURITY", "ALTER TABLE videos SET (fillfactor = 80)",
        "Its queries succeed and find nothing, which nobody is alarmed by.",
    ),
    _breaks(
        "ban-alter-policy-condition", "The running release sees other rows than before.", _LATER,
        "ALTER POLICY own_rows ON videos USING (false)", "CREATE POLICY own_rows ON videos USING (true)",
        "Its queries succeed and find something else.",
    ),
    _breaks(
        "ban-alter-policy-roles", "The running release's role may not be among the policy's any more.", _LATER,
        "ALTER POLICY own_rows ON videos TO reader", "CREATE POLICY own_rows ON videos USING (true)",
        "Row security without a policy for a role lets it see nothing.",
    ),
    _breaks(
        "ban-revoke", "If the running release needs the privilege, its requests fail.", _LATER,
        "REVOKE SELECT ON videos FROM app", "GRANT SELECT ON videos TO app",
        "Who needs a privilege cannot be seen in a revision.",
    ),
    _breaks(
        "ban-alter-role-options", "If the running release logs in with this role, its next connection may be refused.",
        _LATER, "ALTER ROLE app NOLOGIN", "GRANT SELECT ON videos TO app",
        "Old connections live on, new ones fail: it shows later.",
    ),
    _breaks(
        "ban-detach-inheritance", "The running release does not find these rows in the parent table any more.", _LATER,
        "ALTER TABLE videos_2020 NO INHERIT videos", "ALTER TABLE videos_2020 INHERIT videos",
        "Its queries succeed and find less.",
    ),
)  # fmt: skip

DESIGN = (
    _design("prefer-bigint-over-int", "A 32-bit number ends at 2,147,483,647.", "CREATE TABLE a (b integer)",
            "CREATE TABLE a (b bigint)"),
    _design("prefer-bigint-over-smallint", "A 16-bit number ends at 32,767.", "CREATE TABLE a (b smallint)",
            "CREATE TABLE a (b bigint)"),
    _design("prefer-identity", "A serial's sequence has an owner and rights of its own.", "CREATE TABLE a (b serial)",
            "CREATE TABLE a (b bigint GENERATED BY DEFAULT AS IDENTITY)"),
    _design("prefer-text-field", "Making a varchar shorter later is a change of type.", "CREATE TABLE a (b varchar(9))",
            "CREATE TABLE a (b text)"),
    _design("prefer-timestamp-tz", "A timestamp without zone does not say when it was.",
            "CREATE TABLE a (b timestamp)", "CREATE TABLE a (b timestamptz)"),
    _design("ban-char-field", "char(n) pads with blanks.", "CREATE TABLE a (b char(9))", "CREATE TABLE a (b text)"),
    _design("ban-create-domain-with-constraint", "A domain's constraint cannot be added to in small steps.",
            "CREATE DOMAIN email AS text CHECK (value LIKE '%@%')", "CREATE DOMAIN email AS text"),
    _design("require-enum-value-ordering", "A new label comes last unless it is told where.",
            "ALTER TYPE mood ADD VALUE 'calm'", "ALTER TYPE mood ADD VALUE 'calm' AFTER 'sad'"),
    _design("require-table-schema", "Which schema is meant depends on search_path.", "CREATE TABLE a (b bigint)",
            "CREATE TABLE public.a (b bigint)"),
    _design("identifier-too-long", "PostgreSQL cuts a name off at 63 bytes.", f"CREATE TABLE {'a' * 70} (b bigint)",
            "CREATE TABLE a (b bigint)"),
)  # fmt: skip

OURS = {
    "adding-field-with-default": "volatile-default-rewrites, generated-column-rewrites",
    "adding-foreign-key-constraint": "foreign-key-blocks-writes",
    "adding-not-nullable-field": "set-not-null-scans",
    "adding-required-field": "add-not-null-without-default",
    "adding-serial-primary-key-field": "primary-key-blocks, serial-column-rewrites",
    "ban-add-enum-value": "add-enum-label",
    "ban-alter-domain-with-add-constraint": "domain-constraint-scans",
    "ban-alter-generated-expression": "rewrites-table",
    "ban-concurrent-index-creation-in-transaction": "cannot-run-in-transaction",
    "ban-drop-column": "drop-column",
    "ban-drop-default": "drop-server-default",
    "ban-drop-extension": "drop-shared-object",
    "ban-drop-function": "drop-shared-object",
    "ban-drop-index": "drop-index-blocks-reads",
    "ban-drop-schema": "drop-table",
    "ban-drop-sequence": "drop-shared-object",
    "ban-drop-table": "drop-table",
    "ban-drop-trigger": "trigger-locks-table",
    "ban-drop-view": "drop-shared-object",
    "ban-set-schema": "rename-table",
    "ban-truncate-cascade": "delete-all-rows",
    "ban-uncommitted-transaction": "transaction-statement",
    "changing-column-type": "alter-type-rewrites, narrowing-type-change, type-change-without-using",
    "constraint-missing-not-valid": "check-blocks-reads-and-writes, foreign-key-blocks-writes",
    "disallowed-unique-constraint": "unique-constraint-blocks",
    "prefer-repack": "rewrites-table",
    "renaming-column": "rename-column",
    "renaming-object": "rename-table, rename-type",
    "renaming-table": "rename-table",
    "require-concurrent-index-creation": "index-blocks-writes",
    "require-concurrent-index-deletion": "drop-index-blocks-reads",
    "require-concurrent-partition-detach": "detach-partition-blocks",
    "require-concurrent-reindex": "reindex-blocks-writes",
    "transaction-nesting": "transaction-statement",
}
"""Said by rules of ours, which know what is new in the transaction, what PostgreSQL really locks, and the names."""

NOT_APPLICABLE = {
    "ban-add-column": "adding is what the running release does not notice",
    "ban-add-composite-attribute": "no ORM maps composite types by position",
    "ban-alter-database-options": "a setting of new sessions, and no harm by itself",
    "ban-alter-extension": "what an update of an extension changes is its own",
    "ban-alter-function-options": "options of a function do not change what it answers",
    "ban-alter-system-options": "ALTER SYSTEM cannot run in a transaction: cannot-run-in-transaction",
    "ban-alter-view-options": "options of a view do not change its columns",
    "ban-create-policy": "without row security it does nothing, with it it lets more through",
    "ban-drop-constraint": "the running release does without; with CASCADE it is drop-cascade",
    "ban-drop-domain": "PostgreSQL refuses while a column uses it; with CASCADE it is drop-cascade",
    "ban-drop-not-null": "the running release goes on filling it",
    "ban-drop-type": "PostgreSQL refuses while a column uses it; with CASCADE it is drop-cascade",
    "ban-new-write-restriction": "NOT VALID is our own advice; the phase `window` runs the release against it",
    "ban-replace-view-function": "replacing keeps a view's columns, or fails",
    "ban-set-default": "the running release does not see a default",
    "prefer-robust-stmts": "a revision is one transaction: what failed half-way is not there",
    "require-lock-timeout": "whoever migrates sets it, for every revision",
    "require-statement-timeout": "whoever migrates sets it, for every revision",
    "require-timeout-settings": "whoever migrates sets them, for every revision",
    "unused-ignore": "squawk's comments are not honoured here; waivers are",
}
ALIASES = {"prefer-timestamptz": "prefer-timestamp-tz"}
"""Names that squawk takes as well, for the same rule."""

SQUAWK_RULES = (*KEPT, *DESIGN)


def every_rule() -> tuple[Rule, ...]:
    """Our rules and those of squawk that are kept: what can be explained, listed and waived."""
    return (*all_rules(), *SQUAWK_RULES)
