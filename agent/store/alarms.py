"""The table of open alarms: what is wrong, how often in a row, and when people were told; shared by all processes, kept over restarts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.store.database import reading, writing
from agent.store.schema import alarms
from agent.store.upsert import insert_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong."""

    key: str
    times: int
    text: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TableBoard:
    """Open alarms in the database."""

    engine: Engine

    def note(self, key: str, text: str, *, now: datetime) -> Trouble:
        """It went wrong once more."""
        with writing(self.engine) as conn:
            if not insert_once(conn, alarms, {"key": key, "times": 1, "text": text, "since": now}):
                conn.execute(alarms.update().where(alarms.c.key == key).values(times=alarms.c.times + 1, text=text))
            return _one(conn, key) or Trouble(key=key, times=1, text=text)

    def claim(self, key: str, *, now: datetime, repeat: timedelta) -> bool:
        """Whether it is ours to tell people now; of many who ask, one is."""
        quiet = sa.or_(alarms.c.sent_at.is_(None), alarms.c.sent_at <= now - repeat, alarms.c.sent_at > now)
        with writing(self.engine) as conn:
            return conn.execute(alarms.update().where(alarms.c.key == key, quiet).values(sent_at=now)).rowcount == 1

    def unclaim(self, key: str, *, sent_at: datetime | None) -> None:
        """Telling did not work; the next one tries again."""
        with writing(self.engine) as conn:
            conn.execute(alarms.update().where(alarms.c.key == key).values(sent_at=sent_at))

    def clear(self, key: str) -> Trouble | None:
        """It is over; returns what it was, to one of many who ask."""
        with reading(self.engine) as conn:
            found = _one(conn, key)
        if found is None:
            return None
        with writing(self.engine) as conn:
            return found if conn.execute(alarms.delete().where(alarms.c.key == key)).rowcount else None

    def list_open(self, prefix: str = "") -> list[Trouble]:
        """What is wrong now."""
        query = sa.select(alarms).where(alarms.c.key.startswith(prefix, autoescape=True)).order_by(alarms.c.key)
        with reading(self.engine) as conn:
            return [_trouble(row) for row in conn.execute(query).mappings()]


def _one(conn: Connection, key: str) -> Trouble | None:
    row = conn.execute(sa.select(alarms).where(alarms.c.key == key)).mappings().one_or_none()
    return None if row is None else _trouble(row)


def _trouble(row: sa.RowMapping) -> Trouble:
    return Trouble(key=row["key"], times=row["times"], text=row["text"], sent_at=row["sent_at"])
