"""
Without this file a careless DELETE would have old videos announced anew: PostgreSQL itself keeps their rows.

What is listed in ENTITIES is compared with the database as the models are: `make revision m="…"` writes what
was added, changed or taken out here. A function or trigger on a table that no revision makes yet cannot be
compared, so the table comes in an earlier revision.
"""

from __future__ import annotations

from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger

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

# For each statement, not for each row: TRUNCATE has no rows, and a DELETE that finds none means no better.
VIDEOS_ARE_KEPT = PGTrigger(
    schema="public",
    signature="videos_are_kept",
    on_entity="public.videos",
    definition="""BEFORE DELETE OR UPDATE OF video_id, first_seen_at OR TRUNCATE ON public.videos
FOR EACH STATEMENT EXECUTE FUNCTION keep_videos()""",
)

ENTITIES = [KEEP_VIDEOS, VIDEOS_ARE_KEPT]
