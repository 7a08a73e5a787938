"""The table of open alarms.

What is wrong, how often in a row, and when people were told; shared by all processes, kept
over restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.domain.published.event_types import EventType
from agent.store.database.engine import reading, writing
from agent.store.database.schema import alarms
from agent.store.database.upsert import insert_once
from agent.store.outbox.pending import note


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarm:
    """One thing that is wrong.

    `times` 0: it is over, and people who were told of it have still to be told that.
    """

    key: str
    times: int
    text: str
    since: datetime
    sent_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether it works again."""
        return self.times == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPolicy:
    """When people are told of an alarm.

    After so many times in a row, again after `repeat`, and not sooner than `pause` after the
    last notice.
    """

    after: int = 3
    repeat: timedelta = timedelta(hours=6)
    pause: timedelta = timedelta()


def note_alarm(conn: Connection, key: str, text: str, *, now: datetime, times: int) -> None:
    """Something went wrong once more, in the transaction of what shows it.

    It counts so many times.
    """
    since = sa.case((alarms.c.times == 0, now), else_=alarms.c.since)
    if not insert_once(conn, alarms, {"key": key, "times": times, "text": text, "since": now}):
        again = alarms.update().where(alarms.c.key == key)
        conn.execute(again.values(times=alarms.c.times + times, text=text, since=since))


def end_alarm(conn: Connection, key: str) -> bool:
    """It is over; whether people have to be told so."""
    conn.execute(alarms.delete().where(alarms.c.key == key, alarms.c.sent_at.is_(None)))
    return conn.execute(alarms.update().where(alarms.c.key == key).values(times=0)).rowcount > 0


def count_told(conn: Connection) -> int:
    """How many alarms people were told of and that are not over."""
    return conn.scalar(sa.select(sa.func.count()).where(alarms.c.sent_at.is_not(None), alarms.c.times > 0)) or 0


@dataclass(frozen=True, slots=True)
class TableBoard:
    """Open alarms in the database."""

    engine: Engine

    def note(self, key: str, text: str, *, now: datetime, times: int) -> None:
        """It went wrong once more, which counts so many times."""
        with writing(self.engine) as conn:
            note_alarm(conn, key, text, now=now, times=times)

    def clear(self, key: str) -> bool:
        """It is over; whether people have to be told so."""
        with reading(self.engine) as conn:
            if conn.scalar(sa.select(alarms.c.key).where(alarms.c.key == key, alarms.c.times > 0)) is None:
                return False
        with writing(self.engine) as conn:
            return end_alarm(conn, key)

    def take(self, policy: AlarmPolicy, *, now: datetime) -> list[OpenAlarm]:
        """What people have to be told of now, and are from now on taken to be told of.

        Of many who ask, one gets it.
        """
        late = sa.or_(alarms.c.sent_at.is_(None), alarms.c.sent_at <= now - policy.repeat, alarms.c.sent_at > now)
        due = sa.or_(alarms.c.times == 0, sa.and_(alarms.c.times >= policy.after, late))
        last = sa.select(sa.func.max(alarms.c.sent_at)).where(alarms.c.sent_at <= now)
        with writing(self.engine) as conn:
            found = conn.execute(sa.select(alarms).where(due).order_by(alarms.c.key).with_for_update()).mappings()
            taken = [_trouble(row) for row in found]
            told = conn.scalar(last) if taken else None
            if told is not None and told > now - policy.pause:
                return []
            for trouble in taken:
                _announce(conn, trouble, now)
                _mark(conn, trouble, now)
        return taken

    def put_back(self, troubles: Sequence[OpenAlarm]) -> None:
        """Telling did not work; they are to be told of still."""
        with writing(self.engine) as conn:
            for trouble in troubles:
                row = {name: getattr(trouble, name) for name in ("times", "text", "since", "sent_at")}
                if not (trouble.is_over and insert_once(conn, alarms, {"key": trouble.key, **row})):
                    conn.execute(alarms.update().where(alarms.c.key == trouble.key).values(sent_at=trouble.sent_at))

    def list_open(self, prefix: str = "") -> list[OpenAlarm]:
        """What is wrong now."""
        named = alarms.c.key.startswith(prefix, autoescape=True)
        query = sa.select(alarms).where(named, alarms.c.times > 0).order_by(alarms.c.key)
        with reading(self.engine) as conn:
            return [_trouble(row) for row in conn.execute(query).mappings()]


def _announce(conn: Connection, trouble: OpenAlarm, now: datetime) -> None:
    """Write one event for each opening and each end of an alarm."""
    mine = sa.and_(alarms.c.key == trouble.key, alarms.c.announced.is_(trouble.is_over))
    if conn.execute(alarms.update().where(mine).values(announced=not trouble.is_over)).rowcount:
        kind = EventType.ALARM_CLOSED if trouble.is_over else EventType.ALARM_OPENED
        note(conn, kind, now=now, data={"key": trouble.key, "text": trouble.text})


def _mark(conn: Connection, trouble: OpenAlarm, now: datetime) -> None:
    row = alarms.c.key == trouble.key
    conn.execute(alarms.delete().where(row) if trouble.is_over else alarms.update().where(row).values(sent_at=now))


def _trouble(row: sa.RowMapping) -> OpenAlarm:
    return OpenAlarm(key=row["key"], times=row["times"], text=row["text"], since=row["since"], sent_at=row["sent_at"])
