"""The accounts table: registry, reading, and what is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from agent.domain.account import Account, ApiAuthorization, MerchantSource, NewAccount, normalised_email
from agent.domain.audit.next_steps import next_step
from agent.domain.authorization import BLOCKED, FixedText, State
from agent.domain.published.event_types import EventType
from agent.errors import UsageError
from agent.store import journal
from agent.store.account_rows import account_of
from agent.store.database.schema import accounts, alarms, leases
from agent.store.outbox.pending import note
from agent.store.outbox.wake import Signal, announce

_EXISTS = "account_exists"
_NOT_STARTED = (*BLOCKED, State.API_AUTHORIZATION_REQUIRED, State.AWAITING_INVITATION)


class UnknownAccountError(UsageError):
    """No account has this id."""

    code = "unknown_account"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"no account is called {account_id!r}; 'sc-agent accounts list' shows those that are")
        self.account_id = account_id


class AccountExistsError(UsageError):
    """The id or the user email is taken; `code` says which."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def add(conn: Connection, new: NewAccount, *, now: datetime) -> Account:
    """Register an account.

    Its secrets are saved beside it by `sign_in_secrets.save`, in the same transaction.

    Raises:
        AccountExistsError: the id or the user email is already registered.
    """
    state = (
        State.AWAITING_INVITATION
        if new.api_authorization is ApiAuthorization.COMPLETE
        else State.API_AUTHORIZATION_REQUIRED
    )
    email = normalised_email(new.user_email)
    is_bound = new.merchant_id is not None or new.global_account_id is not None
    row: dict[str, Any] = {
        "id": new.id,
        "user_email": email,
        "marketplace": new.marketplace,
        "merchant_id": new.merchant_id,
        "merchant_name": new.merchant_name,
        "global_account_id": new.global_account_id,
        "merchant_source": MerchantSource.REGISTRATION if is_bound else None,
        "audit_as": new.audit_as,
        "api_authorization": new.api_authorization,
        "answer_mail_codes": new.answer_mail_codes,
        "also_marketplaces": list(new.also_marketplaces) or None,
        "authorization": state,
        "message_kind": FixedText.API if state is State.API_AUTHORIZATION_REQUIRED else None,
        "reasons": [],
        "next_step": next_step(state, user_email=email),
        "created_at": now,
        "updated_at": now,
    }
    _require_free(conn, new.id, email)
    try:
        conn.execute(accounts.insert().values(row))
    except IntegrityError as err:  # another writer was faster
        raise AccountExistsError("an account of this id or user email is already registered", code=_EXISTS) from err
    journal.append(conn, new.id, at=now, from_state=None, to_state=state, why="registered")
    note(conn, EventType.ACCOUNT_REGISTERED, account_id=new.id, now=now)
    return get(conn, new.id)


def _require_free(conn: Connection, account_id: str, email: str) -> None:
    if conn.scalar(sa.select(accounts.c.id).where(accounts.c.id == account_id)) is not None:
        raise AccountExistsError(
            f"an account {account_id!r} is already registered; 'sc-agent accounts set {account_id}' changes it",
            code=_EXISTS,
        )
    if (holder := conn.scalar(sa.select(accounts.c.id).where(accounts.c.user_email == email))) is not None:
        raise email_taken(holder)


def email_taken(holder: str) -> AccountExistsError:
    """Another account, whose name is told, has the user email."""
    return AccountExistsError(
        f"the user email is already registered, for account {holder!r}; expected one of its own", code="email_taken"
    )


def get(conn: Connection, account_id: str, *, lock: bool = False) -> Account:
    """One account; `lock` keeps other writers off its row until the transaction ends.

    Raises:
        UnknownAccountError: there is none.
    """
    query = sa.select(accounts).where(accounts.c.id == account_id)
    row = conn.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise UnknownAccountError(account_id)
    return account_of(row)


def lock(conn: Connection, account_id: str) -> bool:
    """Keep other writers off an account's row until the transaction ends.

    False when there is none.
    """
    query = sa.select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()
    return conn.scalar(query) is not None


def find_all(conn: Connection, ids: Collection[str]) -> dict[str, Account]:
    """The accounts among these ids, by id."""
    rows = conn.execute(sa.select(accounts).where(accounts.c.id.in_(ids))).mappings() if ids else ()
    return {row["id"]: account_of(row) for row in rows}


def list_all(conn: Connection, *, state: State | None = None) -> list[Account]:
    """Every account, by id."""
    query = sa.select(accounts).order_by(accounts.c.id)
    if state is not None:
        query = query.where(accounts.c.authorization == state)
    return [account_of(row) for row in conn.execute(query).mappings()]


def find_by_email(conn: Connection, address: str) -> Account | None:
    """The account whose user email this is, if any."""
    row = (
        conn.execute(sa.select(accounts).where(accounts.c.user_email == normalised_email(address)))
        .mappings()
        .one_or_none()
    )
    return None if row is None else account_of(row)


def remove(conn: Connection, account_id: str, *, now: datetime) -> None:
    """Forget an account with everything that hangs on it.

    Raises:
        UnknownAccountError: there is none.
    """
    last = get(conn, account_id, lock=True)
    conn.execute(accounts.delete().where(accounts.c.id == account_id))
    note(conn, EventType.ACCOUNT_REMOVED, account_id=account_id, now=now, data={"revision": last.revision + 1})
    conn.execute(leases.delete().where(leases.c.account_id == account_id))
    conn.execute(
        alarms.delete().where(
            alarms.c.key.in_([f"{kind} {account_id}" for kind in ("account", "freshness", "insights")])
        )
    )


def list_due(
    conn: Connection,
    *,
    now: datetime,
    limit: int,
    free_at: tuple[datetime, timedelta] | None = None,
    urgent_only: bool = False,
    but: Collection[str] = (),
    only: Collection[str] = (),
) -> list[Account]:
    """At most `limit` accounts that are due.

    Urgent ones first, then the longest waiting.

    With `free_at`, the time now as all workers see it and the length of a lease, accounts under a live lease are
    left out. A lease longer than that was written before a clock was set back, and counts as none.
    """
    query = (
        sa.select(accounts)
        .where(accounts.c.due <= now, accounts.c.authorization.not_in(_NOT_STARTED))
        .where(accounts.c.api_authorization == ApiAuthorization.COMPLETE)
        .order_by(accounts.c.urgent.desc(), accounts.c.due)
        .limit(limit)
    )
    if urgent_only:
        query = query.where(accounts.c.urgent.is_(True))
    if but:
        query = query.where(accounts.c.id.not_in(list(but)))
    if only:
        query = query.where(accounts.c.id.in_(list(only)))
    if free_at is not None:
        moment, length = free_at
        mine = leases.c.account_id == accounts.c.id
        leased = sa.select(leases.c.account_id).where(mine, leases.c.until > moment, leases.c.until <= moment + length)
        query = query.where(~leased.exists())
    return [account_of(row) for row in conn.execute(query).mappings()]


def postpone(conn: Connection, ids: Collection[str], *, due: datetime) -> None:
    """Look at these accounts later, and not urgently."""
    conn.execute(accounts.update().where(accounts.c.id.in_(list(ids))).values(due=due, urgent=False))


def look_at_all(conn: Connection, *, now: datetime) -> int:
    """Let every account that a timer may start be due now; returns how many."""
    waits = accounts.c.authorization.not_in(_NOT_STARTED)
    announce(conn, Signal.DUE)
    return conn.execute(accounts.update().where(waits).values(due=now)).rowcount


def next_due(conn: Connection, *, after: datetime | None = None) -> datetime | None:
    """When the first waiting account is due, of those due later than `after`.

    None when none waits.
    """
    query = sa.select(accounts.c.due).where(accounts.c.due.is_not(None), accounts.c.authorization.not_in(_NOT_STARTED))
    if after is not None:
        query = query.where(accounts.c.due > after)
    return conn.scalar(query.order_by(accounts.c.due).limit(1))
