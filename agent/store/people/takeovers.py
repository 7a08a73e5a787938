"""Take-overs as stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.takeover import ENDS, OPEN, TakeoverKind, TakeoverState, may_follow
from agent.store.database.schema import takeovers
from agent.store.outbox.wake import Signal, announce
from agent.store.people import line_tickets

_LONGEST_WHY = 300  # characters
_WITH_PAGE = (TakeoverState.OFFERED, TakeoverState.CLAIMED, TakeoverState.RETURNED)  # by a worker that has to live


class TakeoverOpenError(Exception):
    """The account has one already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """One row; see `agent.domain.takeover` for its states."""

    id: str
    account_id: str
    kind: TakeoverKind
    state: TakeoverState
    screen: str | None
    visit_id: str | None
    worker: str | None
    asked_by: str | None
    reason: str | None
    person: str | None
    ended_why: str | None
    allows_unknown: bool
    created_at: datetime
    deadline: datetime | None
    claimed_at: datetime | None
    ended_at: datetime | None
    tally: Mapping[str, Any] | None
    report: Mapping[str, Any] | None = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether a page is, or will be, kept."""
        return self.state in OPEN


def ask(
    conn: Connection,
    account_id: str,
    *,
    person: str,
    reason: str,
    now: datetime,
    kind: TakeoverKind = TakeoverKind.FRESH,
) -> Takeover:
    """Want a fresh one, or a survey.

    Raises:
        TakeoverOpenError: the account has one.
    """
    told = {"asked_by": person, "reason": reason}
    return _add(conn, account_id, kind, TakeoverState.WANTED, told, now=now)


def offer(
    conn: Connection, account_id: str, *, visit_id: str, worker: str, screen: str, deadline: datetime, now: datetime
) -> Takeover:
    """Offer the page of a visit that no person asked for.

    Raises:
        TakeoverOpenError: the account has one.
    """
    told = {"visit_id": visit_id, "worker": worker, "screen": screen, "deadline": deadline}
    return _add(conn, account_id, TakeoverKind.HOLD, TakeoverState.OFFERED, told, now=now)


def take(conn: Connection, *, worker: str, but: Collection[str], now: datetime) -> Takeover | None:
    """Take the oldest wanted one for this worker, of an account that is not busy.

    None when there is none.
    """
    query = sa.select(takeovers.c.id).where(takeovers.c.state == TakeoverState.WANTED)
    query = query.where(takeovers.c.account_id.not_in(list(but))).order_by(takeovers.c.created_at, takeovers.c.id)
    found = conn.scalar(query.limit(1).with_for_update(skip_locked=True))
    if found is None or not _move(conn, found, TakeoverState.COMING, {"worker": worker}):
        return None
    return find(conn, found)


def reoffer(conn: Connection, takeover_id: str, *, visit_id: str, screen: str, deadline: datetime) -> bool:
    """Offer the page of a visit for one that is there already.

    False when it may not be offered from where it stands; nothing is written then.
    """
    told = {"visit_id": visit_id, "screen": screen, "deadline": deadline}
    return _move(conn, takeover_id, TakeoverState.OFFERED, told)


def move(
    conn: Connection,
    takeover_id: str,
    to: TakeoverState,
    *,
    now: datetime,
    why: str | None = None,
    tally: Mapping[str, Any] | None = None,
) -> bool:
    """Let it go to another state; `why` it ended, and what was done in it.

    False when it may not from where it stands; nothing is written then.
    """
    told: dict[str, Any] = {"ended_at": now} if to in ENDS else {}
    if why is not None:
        told["ended_why"] = why[:_LONGEST_WHY]
    if tally is not None:
        told["tally"] = dict(tally)
    return _move(conn, takeover_id, to, told)


def claim(conn: Connection, takeover_id: str, *, person: str, allows_unknown: bool, now: datetime) -> bool:
    """Give an offered one to a person; the one who has it may claim it again.

    False when another person has it, or it is offered no more.
    """
    mine = sa.or_(
        takeovers.c.state == TakeoverState.OFFERED,
        sa.and_(takeovers.c.state == TakeoverState.CLAIMED, takeovers.c.person == person),
    )
    values = {"state": TakeoverState.CLAIMED, "person": person, "claimed_at": now, "allows_unknown": allows_unknown}
    return conn.execute(takeovers.update().where(takeovers.c.id == takeover_id, mine).values(**values)).rowcount == 1


def report(conn: Connection, takeover_id: str, told: Mapping[str, Any], *, visit_id: str | None = None) -> None:
    """Keep what a survey has come to; `visit_id` once it is known."""
    visit = {} if visit_id is None else {"visit_id": visit_id}
    conn.execute(takeovers.update().where(takeovers.c.id == takeover_id).values(report=dict(told), **visit))


def newest_survey(conn: Connection, account_id: str) -> Takeover | None:
    """The account's newest survey, open or not."""
    return _one(conn, sa.and_(takeovers.c.account_id == account_id, takeovers.c.kind == TakeoverKind.SURVEY))


def find(conn: Connection, takeover_id: str) -> Takeover | None:
    """One of them."""
    return _one(conn, takeovers.c.id == takeover_id)


def newest_of(conn: Connection, account_id: str) -> Takeover | None:
    """The account's newest, open or not."""
    return _one(conn, takeovers.c.account_id == account_id)


def list_of(conn: Connection, account_id: str, *, limit: int) -> list[Takeover]:
    """The account's, the newest first."""
    query = sa.select(takeovers).where(takeovers.c.account_id == account_id)
    rows = conn.execute(query.order_by(takeovers.c.created_at.desc(), takeovers.c.id).limit(limit)).mappings()
    return [_takeover(dict(row)) for row in rows]


def is_any_open(conn: Connection) -> bool:
    """Whether there is one that has not ended."""
    not_over = takeovers.c.state.in_((*OPEN, TakeoverState.RETURNED))
    return conn.scalar(sa.select(takeovers.c.id).where(not_over).limit(1)) is not None


def lose_of(conn: Connection, *, living: Collection[str], now: datetime) -> int:
    """End those whose worker is not among the living.

    What it had only begun is wanted again.

    Returns how many.
    """
    gone = takeovers.c.worker.not_in(list(living))
    again = sa.and_(takeovers.c.state == TakeoverState.COMING, gone)
    wanted = conn.execute(takeovers.update().where(again).values(state=TakeoverState.WANTED, worker=None)).rowcount
    lost = sa.and_(takeovers.c.state.in_(_WITH_PAGE), gone)
    values = {"state": TakeoverState.LOST, "ended_why": "its worker is gone", "ended_at": now}
    return wanted + conn.execute(takeovers.update().where(lost).values(**values)).rowcount


def lose_own(conn: Connection, *, worker: str, kept: Collection[str], now: datetime) -> int:
    """End those of a worker whose pages it keeps no more.

    How they ended could not be written at the time.

    Returns how many.
    """
    mine = sa.and_(takeovers.c.worker == worker, takeovers.c.state.in_(_WITH_PAGE), takeovers.c.id.not_in(list(kept)))
    values = {"state": TakeoverState.LOST, "ended_why": "how it ended could not be written", "ended_at": now}
    return conn.execute(takeovers.update().where(mine).values(**values)).rowcount


def forget(conn: Connection, *, before: datetime, now: datetime) -> int:
    """Delete what ended before a time, and tickets that open nothing.

    Returns how many take-overs.
    """
    line_tickets.forget_spent(conn, now=now)
    return conn.execute(takeovers.delete().where(takeovers.c.ended_at < before)).rowcount


def _move(conn: Connection, takeover_id: str, to: TakeoverState, told: Mapping[str, Any]) -> bool:
    before = [state for state in TakeoverState if may_follow(state, to)]
    here = sa.and_(takeovers.c.id == takeover_id, takeovers.c.state.in_(before))
    return conn.execute(takeovers.update().where(here).values(state=to, **told)).rowcount == 1


def _add(
    conn: Connection,
    account_id: str,
    kind: TakeoverKind,
    state: TakeoverState,
    told: Mapping[str, Any],
    *,
    now: datetime,
) -> Takeover:
    before = newest_of(conn, account_id)
    if before is not None and before.is_open:
        raise TakeoverOpenError(before.id)
    row = {"id": uuid4().hex, "account_id": account_id, "kind": kind, "state": state, "created_at": now}
    conn.execute(takeovers.insert().values(**row, allows_unknown=False, **told))
    announce(conn, Signal.ASKED)
    found = find(conn, str(row["id"]))
    assert found is not None  # noqa: S101 - it was written just now
    return found


def _one(conn: Connection, which: sa.ColumnElement[bool]) -> Takeover | None:
    query = sa.select(takeovers).where(which).order_by(takeovers.c.created_at.desc(), takeovers.c.id).limit(1)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _takeover(dict(row))


def _takeover(row: dict[str, Any]) -> Takeover:
    return Takeover(**(row | {"kind": TakeoverKind(row["kind"]), "state": TakeoverState(row["state"])}))
