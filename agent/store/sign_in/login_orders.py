"""Orders to create logins, and the fleet's limits on them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.login_order import LoginOrder, NewOrder, OrderState
from agent.store import journal
from agent.store.database.schema import accounts, acts, login_orders, switches
from agent.store.database.upsert import upsert
from flows import Act

ALARM = "registrations"  # the alarm while the site refuses to create logins
_PAUSED = "registrations_paused"
_COUNTED = "registrations_counted"  # when forms were sent within a day; accounts may be removed meanwhile
_DAY = timedelta(days=1)


def place(conn: Connection, account_id: str, order: NewOrder, *, now: datetime) -> None:
    """Place an order, or place it anew after one that ended.

    The account's history says who accepted Amazon's conditions. A password that may have reached the site with an
    earlier form is kept: the login may exist by now, and nothing else opens it.
    """
    row: dict[str, object] = {
        "person_name": order.person_name,
        "agreed_by": order.agreed_by,
        "agreed_at": now,
        "phone": order.phone,
        "state": OrderState.ORDERED,
        "phone_typed_at": None,
        "ended_why": None,
    }
    if not _may_have_reached_the_site(conn, account_id):
        row |= {"submitted_at": None, "key_id": None, "sealed": None}
    upsert(conn, login_orders, {"account_id": account_id}, row)
    told(conn, account_id, f"a login was ordered; {order.agreed_by} accepted Amazon's conditions for it", now=now)


def _may_have_reached_the_site(conn: Connection, account_id: str) -> bool:
    mine = sa.and_(login_orders.c.account_id == account_id, login_orders.c.sealed.is_not(None))
    return conn.scalar(sa.select(login_orders.c.submitted_at).where(mine).with_for_update()) is not None


def get(conn: Connection, account_id: str, *, lock: bool = False) -> LoginOrder | None:
    """The account's order; None when none was ever placed."""
    names = [column for column in login_orders.c if column.name not in ("key_id", "sealed")]
    query = sa.select(*names).where(login_orders.c.account_id == account_id)
    row = conn.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return None if row is None else LoginOrder(**{**row, "state": OrderState(row["state"])})


def move(conn: Connection, account_id: str, state: OrderState, *, now: datetime, why: str | None = None) -> None:
    """Let an order come further; `why` is the failure code of one that ends."""
    mine = login_orders.update().where(login_orders.c.account_id == account_id)
    conn.execute(mine.values(state=state, ended_why=why))
    told(conn, account_id, f"the order of a login is {state}" + (f" ({why})" if why else ""), now=now)


def submit(conn: Connection, account_id: str, *, now: datetime) -> bool:
    """Spend the order, before the register form is sent.

    False when it was spent before. Commit before pressing.
    """
    mine = sa.and_(login_orders.c.account_id == account_id, login_orders.c.state == OrderState.ORDERED)
    values = {"state": OrderState.SUBMITTED, "submitted_at": now}
    if conn.execute(login_orders.update().where(mine).values(values)).rowcount != 1:
        return False
    _count(conn, now=now)
    told(conn, account_id, "the register form is sent now; it is never sent again for this order", now=now)
    return True


def type_phone(conn: Connection, account_id: str, *, now: datetime) -> str | None:
    """Spend the order's phone number.

    None when there is none, or it was typed before. Commit before typing.
    """
    mine = sa.and_(
        login_orders.c.account_id == account_id,
        login_orders.c.phone.is_not(None),
        login_orders.c.phone_typed_at.is_(None),
    )
    if conn.execute(login_orders.update().where(mine).values(phone_typed_at=now)).rowcount != 1:
        return None
    return conn.scalar(sa.select(login_orders.c.phone).where(login_orders.c.account_id == account_id))


def set_phone(conn: Connection, account_id: str, phone: str, *, now: datetime) -> bool:
    """Give an open order another number; False when there is no open order."""
    is_open = login_orders.c.state.in_((OrderState.ORDERED, OrderState.SUBMITTED, OrderState.CREATED))
    mine = sa.and_(login_orders.c.account_id == account_id, is_open)
    if conn.execute(login_orders.update().where(mine).values(phone=phone, phone_typed_at=None)).rowcount != 1:
        return False
    told(conn, account_id, "the order of a login has another phone number", now=now)
    return True


def lock_counting(conn: Connection, *, now: datetime) -> None:
    """Let one transaction at a time count the fleet's registrations and add one."""
    upsert(conn, switches, {"name": _COUNTED}, {"at": now}, once={"value": "[]"})


def submitted_lately(conn: Connection, *, now: datetime) -> int:
    """How many register forms the fleet sent within a day.

    Whatever came of them, and of their accounts.
    """
    sent = sa.and_(acts.c.act == Act.REGISTER, acts.c.at > now - _DAY)
    acted = conn.scalar(sa.select(sa.func.count()).select_from(acts).where(sent)) or 0
    return max(acted, len(_counted(conn, now=now)))


def _count(conn: Connection, *, now: datetime) -> None:
    times = [*_counted(conn, now=now), now]
    upsert(conn, switches, {"name": _COUNTED}, {"value": json.dumps([each.isoformat() for each in times]), "at": now})


def _counted(conn: Connection, *, now: datetime) -> list[datetime]:
    kept = conn.scalar(sa.select(switches.c.value).where(switches.c.name == _COUNTED)) or "[]"
    return [each for each in map(datetime.fromisoformat, json.loads(kept)) if each > now - _DAY]


def count_by_state(conn: Connection) -> dict[str, int]:
    """How many orders are in each state that has any."""
    query = sa.select(login_orders.c.state, sa.func.count()).group_by(login_orders.c.state)
    return {row[0]: row[1] for row in conn.execute(query)}


def pause_all(conn: Connection, why: str, *, now: datetime) -> None:
    """Let no login be created until a person lets it go on."""
    upsert(conn, switches, {"name": _PAUSED}, {"value": why, "at": now})


def resume_all(conn: Connection) -> bool:
    """Let logins be created again; False when that was not paused."""
    return conn.execute(switches.delete().where(switches.c.name == _PAUSED)).rowcount == 1


def paused_because(conn: Connection) -> str | None:
    """Why no login is created now; None when they are."""
    return conn.scalar(sa.select(switches.c.value).where(switches.c.name == _PAUSED))


def told(conn: Connection, account_id: str, why: str, *, now: datetime) -> None:
    """Write a line of the account's history; its state stays."""
    state = conn.scalar(sa.select(accounts.c.authorization).where(accounts.c.id == account_id))
    if state is not None:
        journal.append(conn, account_id, at=now, from_state=state, to_state=state, why=why)
