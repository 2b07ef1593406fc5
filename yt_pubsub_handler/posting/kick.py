"""
Without this file a post would wait for the next minute.

A kick is a hint and no more: it may be lost, or come twice, and what is queued goes out with the schedule all the
same. It goes to the alias, as $LATEST may be a release that is being deployed.
"""

from __future__ import annotations

import functools
import json
import logging
import os
from typing import Any

from flask import Flask

logger = logging.getLogger(__name__)

ALIAS = "live"
COMMAND = "run.run_deliver_posts"


def kick(app: Flask) -> None:  # noqa: ARG001 - which function it runs in is told by the environment.
    """Ask for a drain now, without waiting for it. Raises nothing; elsewhere than on Lambda nobody is asked."""
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    if not function:
        _say_that_nobody_is_asked()
        return
    try:
        _client().invoke(
            FunctionName=function,
            Qualifier=ALIAS,
            InvocationType="Event",
            Payload=json.dumps({"command": COMMAND}),
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the hub gets its 2xx: the post is in the database.
        logger.warning("a drain could not be asked for, the schedule does it: %s", type(error).__name__)


@functools.cache
def _say_that_nobody_is_asked() -> None:
    """Once is enough for whoever tries it out, and a notification has a line of its own."""
    logger.info("outside Lambda nobody is asked to deliver: call run.run_deliver_posts")


@functools.cache
def _client() -> Any:
    # Imported here: it takes half a second, and only Lambda needs it.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    # The hub is waiting for our answer.
    patience = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    return boto3.client("lambda", config=patience)
