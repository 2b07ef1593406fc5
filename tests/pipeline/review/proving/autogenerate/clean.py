"""Ordinary changes of a model, as Flask-Migrate writes them with its defaults: nothing is wrong with any of them."""

from __future__ import annotations

from tests.pipeline.review.proving.autogenerate.change import Change, model

_TITLE = "title = sa.Column(sa.String(50))"
_REGISTER = """
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
VIEW = PGView("public", "titles", "SELECT post.title FROM post")
register_entities([VIEW], entity_types=[PGView])
"""
_AUTHOR = "author_id = sa.Column(sa.Integer, sa.ForeignKey('author.id'), index=True)"


def _clean(before: str, after: str) -> Change:
    return Change(before, after, wrong=())


CLEAN = {
    "new_table": _clean(model(_TITLE), model(_TITLE) + model("name = sa.Column(sa.Text, nullable=False)", name="Tag")),
    "nullable_column": _clean(model(_TITLE), model(_TITLE, "views = sa.Column(sa.Integer)")),
    "new_table_with_an_index": _clean(
        model(_TITLE), model(_TITLE) + model("name = sa.Column(sa.Text, index=True, unique=True)", name="Tag")
    ),
    "column_with_server_default": _clean(
        model(_TITLE), model(_TITLE, "views = sa.Column(sa.Integer, nullable=False, server_default='0')")
    ),
    "comment": _clean(model(_TITLE), model("title = sa.Column(sa.String(50), comment='as YouTube has it')")),
    "relationship": _clean(
        model(name="Author") + model(_AUTHOR),
        model("posts = db.relationship('Post', back_populates='author')", name="Author")
        + model(_AUTHOR, "author = db.relationship('Author', back_populates='posts')"),
    ),
    "jsonb_column": _clean(model(_TITLE), model(_TITLE, "data = sa.Column(postgresql.JSONB)")),
    "array_column": _clean(model(_TITLE), model(_TITLE, "tags = sa.Column(postgresql.ARRAY(sa.Text))")),
    "view_of_alembic_utils": _clean(model(_TITLE), model(_TITLE) + _REGISTER),
}

WIDER = _clean(model(_TITLE), model("title = sa.Column(sa.String(200))"))
"""It rewrites nothing; but a statement that was prepared before fails once, and the way back may cut."""
