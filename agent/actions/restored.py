"""What a restored database must forget and doubt before anything works on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.domain.requests import Ending
from agent.store import accounts
from agent.store.api import operations
from agent.store.database.handles import Connection
from agent.store.outbox.sequence import last_sequence, raise_sequence
from agent.store.people import requests
from agent.store.sign_in import acts
from flows import Act

OUTCOME = "restored"  # of operations that were open
_AHEAD = 1_000_000  # more events than are published between a backup and its restoration


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEpoch:
    """How much was changed."""

    doubted: int  # passwords
    ended: int  # operations
    due: int  # accounts


def begin_epoch(conn: Connection, *, published: int, now: datetime) -> NewEpoch:
    """Go on from a backup without believing that nothing happened since.

    No password is typed before a release or a new secret, open operations end, every account with a timer is looked at
    now, and events get numbers that no reader has seen. `published` is the highest number of the replaced database.
    """
    requests.close_all(conn, Ending.VISIT_ENDED, now=now)
    raise_sequence(conn, max(published, last_sequence(conn) + _AHEAD))
    return NewEpoch(
        doubted=acts.doubt_all(conn, Act.TYPE_PASSWORD, now=now),
        ended=operations.end_open(conn, outcome=OUTCOME, now=now),
        due=accounts.look_at_all(conn, now=now),
    )
