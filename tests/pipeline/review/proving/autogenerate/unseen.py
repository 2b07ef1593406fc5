"""Changes of which Flask-Migrate writes nothing: what has to be said all the same, and the revision that is missing."""

from __future__ import annotations

from tests.pipeline.review.proving.autogenerate.change import Change, Wrong, alone, model

_REMEDY = "Write the change into the revision by hand"
_KEY = "id = sa.Column(sa.Integer, primary_key=True)"
_SLUG = "slug = sa.Column(sa.Text)"
_EXECUTE = "op.execute({!r})"
_POSITIVE = model("n = sa.Column(sa.Integer)", "__table_args__ = (sa.CheckConstraint('n > 0', name='positive'),)")
_TWO_KEYS = (
    "id = sa.Column(sa.Integer, primary_key=True, autoincrement=False)",
    "part = sa.Column(sa.Integer, nullable=False{more})",
)
_BOTH_KEYS = model(_TWO_KEYS[1].format(more=", primary_key=True, autoincrement=False"), key=_TWO_KEYS[0])


def _unseen(
    before: str, after: str, *says: str, safe: list[tuple[str, str]], safe_before: str | None = None,
    safe_after: str | None = None, by_hand: tuple[str, str] | None = None,
) -> Change:  # fmt: skip
    wrong = [Wrong("models-disagree", "", None, [*says, _REMEDY])]
    return Change(before, after, wrong, safe, safe_before, safe_after, by_hand)


def _sql(up: str, down: str) -> tuple[str, str]:
    return _EXECUTE.format(up), _EXECUTE.format(down)


def _built(name: str, columns: str) -> tuple[str, str]:
    """A unique index, built while everybody goes on, also after a build that was cut off."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return alone(drop, f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON post {columns}"), alone(drop)


def _index(more: str = "") -> str:
    return model(_SLUG, f"__table_args__ = (sa.Index('ix_slug', 'slug'{more}),)")


def _new_index(definition: str, before: str = "ON post (slug)") -> list[tuple[str, str]]:
    """Under a name of its own, so that queries have one all the time; the old one goes in the end."""

    def make(name: str, what: str) -> str:
        return (
            "with op.get_context().autocommit_block():\n"
            f"    op.execute('DROP INDEX CONCURRENTLY IF EXISTS {name}')\n"
            f'    op.execute("CREATE INDEX CONCURRENTLY {name} {what}")'
        )

    def drop(name: str) -> str:
        return (
            "with op.get_context().autocommit_block():\n"
            f"    op.drop_index('{name}', table_name='post', postgresql_concurrently=True, if_exists=True)"
        )

    return [(make("ix_new", definition), drop("ix_new")), (drop("ix_slug"), make("ix_slug", before))]


_VIEW = "CREATE VIEW slugs AS SELECT slug FROM post"
_FUNCTION = "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$"
_TRIGGER = "CREATE TRIGGER touch BEFORE UPDATE ON post FOR EACH ROW EXECUTE FUNCTION touched()"


def _listen(*statements: str) -> str:
    return "".join(f"sa.event.listen(db.metadata, 'after_create', sa.DDL({one!r}))\n" for one in statements)


UNSEEN = {
    "server_default_added": _unseen(
        model(_SLUG), model("slug = sa.Column(sa.Text, server_default='new')"),
        "column public.post.slug: text → text DEFAULT 'new'::text",
        safe=[("op.alter_column('post', 'slug', server_default='new')",
               "op.alter_column('post', 'slug', server_default=None)")],
    ),
    "server_default_changed": _unseen(
        model("at = sa.Column(sa.DateTime, server_default=sa.func.now())"),
        model("at = sa.Column(sa.DateTime, server_default=sa.text(\"(now() at time zone 'utc')\"))"),
        "column public.post.at", "DEFAULT now() →", "AT TIME ZONE 'utc'",
        safe=[("op.alter_column('post', 'at', server_default=sa.text(\"(now() at time zone 'utc')\"))",
               "op.alter_column('post', 'at', server_default=sa.text('now()'))")],
    ),
    "label_added": _unseen(
        model("kind = sa.Column(sa.Enum('news', 'video', name='kind'))"),
        model("kind = sa.Column(sa.Enum('news', 'video', 'audio', name='kind'))"),
        "enum public.kind: 'news', 'video' → 'news', 'video', 'audio'",
        safe=[("op.execute(\"ALTER TYPE kind ADD VALUE IF NOT EXISTS 'audio'\")  "
               "# review: allow add-enum-label -- the release that is running knows it", "")],
        safe_before=model("kind = sa.Column(sa.Enum('news', 'video', 'audio', name='kind'))"),
    ),
    "label_removed": _unseen(
        model("kind = sa.Column(sa.Enum('news', 'video', name='kind'))"),
        model("kind = sa.Column(sa.Enum('news', name='kind'))"),
        "enum public.kind: 'news', 'video' → 'news'",
        safe=[], safe_after=model("kind = sa.Column(sa.Enum('news', 'video', name='kind'))"),
    ),
    "check_added": _unseen(
        model("n = sa.Column(sa.Integer)"),
        _POSITIVE,
        "constraint public.post.positive: absent → CHECK ((n > 0))",
        safe_before=_POSITIVE,  # A release that keeps to it is there already.
        safe=[
            ("op.execute('UPDATE post SET n = 1 WHERE n <= 0')\n" +
             _EXECUTE.format("ALTER TABLE post ADD CONSTRAINT positive CHECK (n > 0) NOT VALID"),
             "op.drop_constraint('positive', 'post', type_='check')"),
            (alone("ALTER TABLE post VALIDATE CONSTRAINT positive"),
             _EXECUTE.format("ALTER TABLE post DROP CONSTRAINT positive, "
                             "ADD CONSTRAINT positive CHECK (n > 0) NOT VALID")),
        ],
    ),
    "check_changed": _unseen(
        model("n = sa.Column(sa.Integer)", "__table_args__ = (sa.CheckConstraint('n > 0', name='bounded'),)"),
        model("n = sa.Column(sa.Integer)", "__table_args__ = (sa.CheckConstraint('n > -1', name='bounded'),)"),
        "constraint public.post.bounded: CHECK ((n > 0)) → CHECK ((n > '-1'::integer))",
        safe=[
            (_EXECUTE.format("ALTER TABLE post DROP CONSTRAINT bounded, "
                             "ADD CONSTRAINT bounded CHECK (n > -1) NOT VALID"),
             _EXECUTE.format("ALTER TABLE post DROP CONSTRAINT bounded, "
                             "ADD CONSTRAINT bounded CHECK (n > 0) NOT VALID")),
            (alone("ALTER TABLE post VALIDATE CONSTRAINT bounded"),
             _EXECUTE.format("ALTER TABLE post DROP CONSTRAINT bounded, "
                             "ADD CONSTRAINT bounded CHECK (n > -1) NOT VALID")),
        ],
    ),
    "predicate_of_an_index": _unseen(
        _index(), _index(", postgresql_where=sa.text('id > 0')"), "index public.ix_slug", "WHERE (id > 0)",
        safe=_new_index("ON post (slug) WHERE id > 0"),
        safe_after=model(_SLUG, "__table_args__ = (sa.Index('ix_new', 'slug', postgresql_where=sa.text('id > 0')),)"),
    ),
    "method_of_an_index": _unseen(
        _index(), _index(", postgresql_using='hash'"), "index public.ix_slug", "USING btree", "USING hash",
        safe=_new_index("ON post USING hash (slug)"),
        safe_after=model(_SLUG, "__table_args__ = (sa.Index('ix_new', 'slug', postgresql_using='hash'),)"),
    ),
    "index_includes": _unseen(
        _index(), _index(", postgresql_include=['id']"), "index public.ix_slug", "INCLUDE (id)",
        safe=_new_index("ON post (slug) INCLUDE (id)"),
        safe_after=model(_SLUG, "__table_args__ = (sa.Index('ix_new', 'slug', postgresql_include=['id']),)"),
    ),
    "deferrable": _unseen(
        model(_SLUG, "__table_args__ = (sa.UniqueConstraint('slug', name='uq'),)"),
        model(_SLUG, "__table_args__ = (sa.UniqueConstraint('slug', name='uq', deferrable=True),)"),
        "constraint public.post.uq: UNIQUE (slug) → UNIQUE (slug) DEFERRABLE",
        safe=[
            _built("uq_later", "(slug)"),
            (_EXECUTE.format("ALTER TABLE post ADD CONSTRAINT uq_later UNIQUE USING INDEX uq_later DEFERRABLE, "
                             "DROP CONSTRAINT uq"),
             _built("uq", "(slug)")[0] + "\n" +
             _EXECUTE.format("ALTER TABLE post DROP CONSTRAINT uq_later, ADD CONSTRAINT uq UNIQUE USING INDEX uq") +
             "\n" + _built("uq_later", "(slug)")[0]),
        ],
        safe_after=model(_SLUG, "__table_args__ = (sa.UniqueConstraint('slug', name='uq_later', deferrable=True),)"),
    ),
    "collation": _unseen(
        model(_SLUG), model("slug = sa.Column(sa.Text(collation='C'))"),
        'column public.post.slug: text → text COLLATE "C"',
        safe=[("op.execute('ALTER TABLE post ALTER slug TYPE text COLLATE \"C\"')",
               "op.execute('ALTER TABLE post ALTER slug TYPE text COLLATE \"default\"')")],
    ),
    "primary_key": _unseen(
        model(_TWO_KEYS[1].format(more=""), key=_TWO_KEYS[0]),
        _BOTH_KEYS,
        "constraint public.post.post_pkey: PRIMARY KEY (id) → PRIMARY KEY (id, part)",
        safe_before=_BOTH_KEYS,  # A release that tells rows by both is there already.
        safe=[
            _built("post_both", "(id, part)"),
            (_EXECUTE.format("ALTER TABLE post DROP CONSTRAINT post_pkey, "
                             "ADD CONSTRAINT post_pkey PRIMARY KEY USING INDEX post_both"),
             _built("post_one", "(id)")[0] + "\n" +
             _EXECUTE.format("ALTER TABLE post DROP CONSTRAINT post_pkey, "
                             "ADD CONSTRAINT post_pkey PRIMARY KEY USING INDEX post_one") +
             "\n" + _built("post_both", "(id, part)")[0]),
        ],
    ),
    "exclusion": _unseen(
        model("during = sa.Column(postgresql.INT4RANGE)"),
        model("during = sa.Column(postgresql.INT4RANGE)",
              "__table_args__ = (postgresql.ExcludeConstraint(('during', '&&'), name='apart'),)"),
        "constraint public.post.apart: absent → EXCLUDE USING gist (during WITH &&)",
        safe=[], safe_after=model("during = sa.Column(postgresql.INT4RANGE)"),
    ),
    "identity_added": _unseen(
        model(key="id = sa.Column(sa.Integer, primary_key=True, autoincrement=False)"),
        model(key="id = sa.Column(sa.Integer, sa.Identity(), primary_key=True)"),
        "column public.post.id: integer NOT NULL →", "AS IDENTITY",
        safe=[("op.execute('ALTER TABLE post ALTER id ADD GENERATED BY DEFAULT AS IDENTITY')\n"
               "op.execute(\"SELECT setval(pg_get_serial_sequence('post', 'id'), "
               "(SELECT greatest(coalesce(max(id), 0), 0) + 1 FROM post WHERE id < 2147483647), false)\")",
               "op.execute('ALTER TABLE post ALTER id DROP IDENTITY')")],
    ),
    "computed_changed": _unseen(
        model("n = sa.Column(sa.Integer)", "twice = sa.Column(sa.BigInteger, sa.Computed('n * 2::bigint', persisted=True))"),
        model("n = sa.Column(sa.Integer)", "twice = sa.Column(sa.BigInteger, sa.Computed('n * 3::bigint', persisted=True))"),
        "column public.post.twice", "* (2)::bigint", "* (3)::bigint",
        safe=[("op.add_column('post', sa.Column('thrice', sa.BigInteger()))", "op.drop_column('post', 'thrice')")],
        safe_after=model("n = sa.Column(sa.Integer)",
                         "twice = sa.Column(sa.BigInteger, sa.Computed('n * 2::bigint', persisted=True))",
                         "thrice = sa.Column(sa.BigInteger)"),
    ),
    "length_removed": _unseen(
        model("code = sa.Column(sa.String(20))"), model("code = sa.Column(sa.String)"),
        "column public.post.code: character varying(20) → character varying",
        safe=[("op.alter_column('post', 'code', type_=sa.String())",
               "op.alter_column('post', 'code', type_=sa.String(20))  "
               "# review: allow narrowing-type-change -- nothing longer is written before a downgrade\n")],
    ),
    "view_added": _unseen(
        model(_SLUG), model(_SLUG) + _listen(_VIEW), "view public.slugs: absent →",
        safe=[_sql(_VIEW, "DROP VIEW slugs")],
    ),
    "function_added": _unseen(
        model(_SLUG), model(_SLUG) + _listen(_FUNCTION), "function public.touched(): absent →",
        safe=[_sql(_FUNCTION, "DROP FUNCTION touched()")],
    ),
    "trigger_added": _unseen(
        model(_SLUG), model(_SLUG) + _listen(_FUNCTION, _TRIGGER), "trigger public.post.touch: absent →",
        safe=[(_EXECUTE.format(_FUNCTION) + "\n" + _EXECUTE.format(_TRIGGER),
               "op.execute('DROP TRIGGER touch ON post')\nop.execute('DROP FUNCTION touched()')")],
    ),
}  # fmt: skip
