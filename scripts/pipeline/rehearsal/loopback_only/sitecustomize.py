"""
A rehearsal that reached the real AWS would be a deployment; this refuses it from inside every Python process.

Python imports `sitecustomize` at start when its folder is on PYTHONPATH. That covers Zappa, our scripts and
the Lambda functions; it sees Python's own sockets only, so URLs that C libraries open (libpq's) are checked
before anything starts, in `pipeline.rehearsal.shell`. It runs on Lambda's bare Python: standard library only.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_RESOLVERS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_SENDERS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class NotLoopback(RuntimeError):
    """Not an OSError: libraries take those for a network that may come back, and try again."""


def is_loopback(host: str) -> bool:
    """Tell whether `host` can only be this machine; the unspecified addresses are what servers bind to."""
    if host in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_others(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook that raises NotLoopback before a packet leaves, or a name is looked up elsewhere."""
    if event in _RESOLVERS:
        host = arguments[0]
    elif event in _SENDERS and arguments[0].family in (socket.AF_INET, socket.AF_INET6) and arguments[1]:
        host = arguments[1][0]
    else:
        return
    name = host.decode(errors="replace") if isinstance(host, bytes | bytearray) else host
    if name is not None and not is_loopback(name):
        raise NotLoopback(
            f"A rehearsal talks to this machine only, and this process wanted {name!r} ({event}): "
            "point it at the local AWS, or at a stand-in."
        )


# An audit hook stays for good, so the rehearsal's own process, which only asks `is_loopback`, gets none.
if __name__ == "sitecustomize":
    sys.addaudithook(refuse_others)
