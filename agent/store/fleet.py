"""Pages of accounts by id, filtered, for lists that may be long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.store.account_rows import account_of
from agent.store.database.schema import accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which accounts; None asks nothing."""

    state: State | None = None
    needs_person: bool | None = None
    text: str | None = None  # in id, user email or merchant name
    changed_after: datetime | None = None


def page(conn: Connection, wanted: Filter, *, after: str | None, limit: int) -> tuple[list[Account], str | None]:
    """At most `limit` accounts after an id, and the id to go on after.

    None when there are no more.
    """
    query = sa.select(accounts).where(*_conditions(wanted)).order_by(accounts.c.id).limit(limit + 1)
    if after is not None:
        query = query.where(accounts.c.id > after)
    found = [account_of(row) for row in conn.execute(query).mappings()]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def with_failure(conn: Connection, code: str, *, limit: int) -> list[Account]:
    """Accounts whose failure code is this one, by id."""
    query = sa.select(accounts).where(accounts.c.failure_code == code).order_by(accounts.c.id).limit(limit)
    return [account_of(row) for row in conn.execute(query).mappings()]


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(accounts.c.authorization == wanted.state)
    if wanted.needs_person is not None:
        needs = accounts.c.authorization == State.NEEDS_HUMAN
        conditions.append(needs if wanted.needs_person else sa.not_(needs))
    if wanted.text:
        columns = (accounts.c.id, accounts.c.user_email, accounts.c.merchant_name)
        conditions.append(sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    if wanted.changed_after is not None:
        never = sa.and_(accounts.c.changed_at.is_(None), accounts.c.updated_at > wanted.changed_after)
        conditions.append(sa.or_(accounts.c.changed_at > wanted.changed_after, never))
    return conditions
