"""The one-time code ledger.

A time step of a seed is spent once among all processes, before it is typed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from agent.store.database.schema import codes
from agent.store.database.upsert import insert_once


def spend(conn: Connection, seed_id: str, time_step: int, *, visit_id: str, now: datetime) -> bool:
    """Spend a time step; False when it was spent before.

    Commit before the code is typed.
    """
    return insert_once(conn, codes, {"seed_id": seed_id, "time_step": time_step, "at": now, "visit_id": visit_id})
