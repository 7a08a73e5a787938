"""The rate of sign-ins by the address they come from.

Amazon sees one visitor where many workers share a way out.
"""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from agent.settings.model import Settings
from agent.store import visits
from agent.store.database.handles import Connection
from agent.visits.shared.context import WorkerContext

_MINUTE = timedelta(minutes=1)


def egress_of(settings: Settings) -> str:
    """What a visit's address depends on, without a secret.

    As named, else the remote browser, the proxy, this machine.
    """
    given = settings.browser
    if given.egress is not None:
        return given.egress
    way = given.endpoint or (given.proxy.get_secret_value() if given.proxy is not None else None)
    if way is None:
        return socket.gethostname()
    parts = urlsplit(way.strip())
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def is_full(conn: Connection, context: WorkerContext, now: datetime) -> str | None:
    """Why no visit that signs in may begin now.

    None where one may. Call it while visits are counted.
    """
    egress, limit = egress_of(context.settings), context.settings.sign_in.per_egress_minute
    if visits.signing_in_through(conn, egress, since=now - _MINUTE) < limit:
        return None
    return f"{limit} visits signed in through {egress} within this minute"
