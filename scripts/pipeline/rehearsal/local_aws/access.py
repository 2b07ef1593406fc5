"""
Without this file a rehearsal could reach a real account: it says whom to talk to, and what not to look at.

boto3 takes profiles, endpoints, proxies and retry counts from the environment and from files in the home
folder; each of them is either set here or switched off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from pipeline.rehearsal.local_aws.loopback import HOST

_ACCESS_KEY = "testing"
_LONGEST_FUNCTION = 900
_ANSWER_SECONDS = _LONGEST_FUNCTION + 30


def environment(endpoint: str, region: str) -> dict[str, str]:
    """Return the variables with which boto3 and the programs on it find `endpoint` and nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": _ACCESS_KEY,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def no_proxy(present: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that keep a proxy in `present` away from the loopback, and nothing without one."""
    if not any(name.lower() in {"http_proxy", "https_proxy", "all_proxy"} for name in present):
        return {}
    exempt = present.get("no_proxy") or present.get("NO_PROXY") or ""
    exempted = ",".join(filter(None, [exempt, HOST, "localhost"]))
    return {"no_proxy": exempted, "NO_PROXY": exempted}


def client(service: str, endpoint: str, region: str) -> Any:
    """Return a boto3 client that knows what is given here and nothing else."""
    nowhere = (None, None, None, None)
    files = {
        "config_file": (None, None, "/dev/null", None),
        "credentials_file": (None, None, "/dev/null", None),
    }
    session = boto3.Session(
        botocore_session=botocore.session.Session(session_vars={"profile": nowhere, **files}),
        aws_access_key_id=_ACCESS_KEY,
        aws_secret_access_key=_ACCESS_KEY,
        region_name=region,
    )
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=5,
        read_timeout=_ANSWER_SECONDS,
        # An empty mapping: None would have botocore read the environment's proxies.
        proxies={},
        s3={"addressing_style": "path"},
    )
    return session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]  # Any name.
