"""The breaker of sign-ins as every process sees it.

One row, and the ends of visits that move it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.sign_in_breaker import BreakerLimits, Position, SignInBreaker, SignInEnd
from agent.store.database.schema import acts, switches, visits
from agent.store.database.upsert import upsert
from agent.store.processes.alarms import end_alarm, note_alarm
from agent.store.sign_in import acts as ledger
from flows import Act

ALARM = "sign_ins"
_ROW = "sign_in_breaker"
_UNKNOWN = "unknown_screen"
_AT_ONCE = 1000  # times: people are told without waiting for more
_BAD = (ledger.REJECTED, ledger.DOUBTED)


def read(conn: Connection) -> SignInBreaker:
    """Where the breaker stands; closed where nothing was ever written."""
    text = conn.scalar(sa.select(switches.c.value).where(switches.c.name == _ROW))
    return SignInBreaker() if text is None else _from_row(json.loads(text))


def admit(conn: Connection, account_id: str, *, now: datetime, limits: BreakerLimits) -> bool:
    """Whether this account's password may be typed now.

    One canary at a time is written down as such.
    """
    before = read(conn)
    if before.position is Position.CLOSED:
        return True
    before = _locked(conn, now)
    admitted, after = before.admits(account_id, now=now, limits=limits)
    _save(conn, before, after, now)
    return admitted


def observe(
    conn: Connection, account_id: str, visit_id: str, *, outcome: str, now: datetime, limits: BreakerLimits
) -> None:
    """Let the end of a visit move the breaker, and raise or end its alarm."""
    end = _end_of(conn, visit_id, outcome)
    before = read(conn)
    if end is SignInEnd.NOTHING and before.canary != account_id:
        return
    if before.position is Position.CLOSED and end is not SignInEnd.BAD:
        return
    before = _locked(conn, now)
    after = before.ended(account_id, end, now=now, limits=limits)
    if after.position is Position.CLOSED:
        bad, good = _counted(conn, since=max(now - limits.window, after.since or now - limits.window))
        after = after.opens(bad=bad, good=good, now=now, limits=limits)
    _save(conn, before, after, now)


def close(conn: Connection, *, now: datetime) -> bool:
    """Let sign-ins go on because a person says so; False when they were not stopped."""
    before = _locked(conn, now)
    _save(conn, before, SignInBreaker(since=now), now)
    return before.position is not Position.CLOSED


def _locked(conn: Connection, now: datetime) -> SignInBreaker:
    """The row, locked until this transaction ends."""
    if conn.scalar(sa.select(switches.c.name).where(switches.c.name == _ROW)) is None:
        upsert(conn, switches, {"name": _ROW}, {"value": json.dumps(_to_row(SignInBreaker())), "at": now})
    conn.execute(sa.select(switches.c.name).where(switches.c.name == _ROW).with_for_update())
    return read(conn)


def _save(conn: Connection, before: SignInBreaker, after: SignInBreaker, now: datetime) -> None:
    if after == before:
        return
    upsert(conn, switches, {"name": _ROW}, {"value": json.dumps(_to_row(after)), "at": now})
    if after.position is Position.CLOSED:
        end_alarm(conn, ALARM)
    elif before.position is Position.CLOSED:
        note_alarm(conn, ALARM, f"no password is typed: {after.why}", now=now, times=_AT_ONCE)


def _end_of(conn: Connection, visit_id: str, outcome: str) -> SignInEnd:
    mine = sa.and_(acts.c.visit_id == visit_id, acts.c.act == Act.TYPE_PASSWORD)
    words = set(conn.scalars(sa.select(acts.c.outcome).where(mine)))
    if outcome == _UNKNOWN or words & set(_BAD):
        return SignInEnd.BAD
    return SignInEnd.GOOD if ledger.ACCEPTED in words else SignInEnd.NOTHING


def _counted(conn: Connection, *, since: datetime) -> tuple[int, int]:
    """Accounts with a bad end, and others with a good one, since then."""
    typed = sa.and_(acts.c.at > since, acts.c.act == Act.TYPE_PASSWORD)
    met = sa.select(visits.c.account_id).where(visits.c.started_at > since, visits.c.outcome == _UNKNOWN)
    bad = set(conn.scalars(sa.select(acts.c.account_id).where(typed, acts.c.outcome.in_(_BAD)).union(met)))
    good = set(conn.scalars(sa.select(acts.c.account_id).where(typed, acts.c.outcome == ledger.ACCEPTED)))
    return len(bad), len(good - bad)


def _to_row(breaker: SignInBreaker) -> dict[str, Any]:
    row = asdict(breaker)
    moments = {name: row[name].isoformat() for name in ("since", "canary_at") if row[name] is not None}
    return row | moments | {"rest": breaker.rest.total_seconds()}


def _from_row(row: Mapping[str, Any]) -> SignInBreaker:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("since", "canary_at") if row[name] is not None}
    return SignInBreaker(
        **{**row, **moments, "position": Position(row["position"]), "rest": timedelta(seconds=row["rest"])}
    )
