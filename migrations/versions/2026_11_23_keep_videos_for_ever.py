"""
Keep the rows of videos for ever.

They are what keeps a video from being posted twice, and nothing in the app deletes them or changes their
ids, so only a mistake can meet this trigger. Making it locks the table for a moment, and is alone in its
transaction.
"""

from __future__ import annotations

from alembic import op
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger

revision = "d299f305a063"
down_revision = "494c58392ac0"
branch_labels = None
depends_on = None

KEEP_VIDEOS = PGFunction(
    schema="public",
    signature="keep_videos()",
    definition="""RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION 'videos are kept for ever, or they would be posted again'
        USING ERRCODE = 'restrict_violation', HINT = 'Change the title of a video that has to be forgotten.';
END
$function$""",
)
VIDEOS_ARE_KEPT = PGTrigger(
    schema="public",
    signature="videos_are_kept",
    on_entity="public.videos",
    definition="""BEFORE DELETE OR UPDATE OF video_id, first_seen_at OR TRUNCATE ON public.videos
FOR EACH STATEMENT EXECUTE FUNCTION keep_videos()""",
)


def upgrade() -> None:
    op.create_entity(KEEP_VIDEOS)  # type: ignore[attr-defined] # alembic_utils adds it at run time.
    op.create_entity(VIDEOS_ARE_KEPT)  # type: ignore[attr-defined] # The same.


def downgrade() -> None:
    op.drop_entity(VIDEOS_ARE_KEPT)  # type: ignore[attr-defined] # The same.
    op.drop_entity(KEEP_VIDEOS)  # type: ignore[attr-defined] # The same.
