"""Before a visit: may it start, and as whom does it sign in.

What is written down before the browser opens.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from agent.domain.account import Account
from agent.domain.authorization import BLOCKED, Event, State, on
from agent.domain.login_order import LoginOrder
from agent.secret_stores import StoreError
from agent.store import account_changes, accounts, transitions, visits
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.store.inbox import invitations
from agent.store.inbox.invitations import Invitation
from agent.store.processes import leases, switches
from agent.store.processes.leases import Lease
from agent.store.sign_in import login_orders, secret_refs
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import VaultError
from agent.store.vault.sign_in_secrets import SignInSecrets, StoredSecrets
from agent.visits import set_aside
from agent.visits.guards.egress import egress_of, is_full
from agent.visits.guards.rates import rates_now
from agent.visits.guards.vouched import UnvouchedError, checked_again, is_vouched
from agent.visits.kept_elsewhere import Fetched, fetch, put_off
from agent.visits.plan import NotNowError, Plan, SetAsideError, VisitKind, kind_for
from agent.visits.shared.context import WorkerContext
from flows import marketplace

_NO_SECRETS = StoredSecrets(
    secrets=SignInSecrets(password=SecretStr(""), totp_secret=SecretStr("")), seed_id="", version=0
)


async def prepare(
    context: WorkerContext,
    account_id: str,
    *,
    kind: VisitKind | None = None,
    as_account: str | None = None,
    due_by: datetime | None = None,
    asked: str | None = None,
) -> Plan:
    """Take the lease and write the beginning down, in one transaction.

    `kind` None: what the account's state asks for. `due_by`: do nothing unless the account is due by then. `asked`: a
    person takes the account over, so that it needs people is no reason not to begin.

    Raises:
        NotNowError: another worker visits it, it is blocked, or not due.
        SetAsideError, PoisonError: it was set aside now.
        UnknownAccountError, VaultError, ConfigurationError: it cannot be visited at all.
        StoreError: the store that keeps its secrets does not give them; only where `due_by` is None.
    """
    return await asyncio.to_thread(_prepare, context, account_id, kind, as_account, due_by, asked)


def require_startable(context: WorkerContext, account_id: str, *, kind: VisitKind) -> None:
    """Refuse an account that cannot be visited now.

    For a caller that has not loaded the modules of a visit yet. `prepare` looks again, with the account locked.

    Raises:
        NotNowError, UnknownAccountError: as `prepare`.
    """
    with reading(context.engine) as conn:
        _require_startable(conn, accounts.get(conn, account_id), kind, None, None)


def _prepare(
    context: WorkerContext,
    account_id: str,
    kind: VisitKind | None,
    as_account: str | None,
    due_by: datetime | None,
    asked: str | None,
) -> Plan:
    fetched = _fetch(context, account_id, kind, as_account, due_by, asked)
    now = context.clock.now()
    with writing(context.engine) as conn:
        account = accounts.get(conn, account_id, lock=True)
        _require_startable(conn, account, kind, due_by, asked)
        if due_by is not None:
            _require_room(conn, context, marketplace(account.marketplace).host, now)
        if account.crashes >= context.settings.work.max_deaths:
            aside: SetAsideError = set_aside.poison(conn, account, now)
        elif due_by is not None and fetched is None and (ended := set_aside.ended_order(conn, account_id)) is not None:
            aside = set_aside.without_login(conn, account, ended, now)
        else:
            try:
                begun = kind or _kind_after(conn, account)
                limited = due_by is not None
                return _begin(conn, context, account, begun, as_account, now, asked, fetched, limited=limited)
            except UnvouchedError as err:
                if due_by is None:
                    raise NotNowError(str(err)) from err
                aside = set_aside.unvouched(conn, account, str(err), code=err.ruling.reason, now=now)
    raise aside


def _fetch(
    context: WorkerContext,
    account_id: str,
    kind: VisitKind | None,
    as_account: str | None,
    due_by: datetime | None,
    asked: str | None,
) -> Fetched | None:
    """The secrets of the account that signs in, read while nothing is locked."""
    with reading(context.engine) as conn:
        account = accounts.get(conn, account_id)
        _require_startable(conn, account, kind, due_by, asked)
        lender = as_account or account.audit_as
        lends = lender is not None and (kind or _kind_after(conn, account)) is VisitKind.AUDIT
    try:
        return fetch(context, lender if lends and lender is not None else account_id)
    except StoreError as err:
        if due_by is None:
            raise
        put_off(context, account_id, err)
        raise NotNowError(str(err)) from err


def _secrets(
    conn: Connection, context: WorkerContext, account_id: str, fetched: Fetched | None, now: datetime
) -> StoredSecrets:
    if fetched is None or fetched.account_id != account_id:
        return sign_in_secrets.load(conn, context.vault, account_id)
    kept = fetched.kept
    return secret_refs.observe(conn, context.vault, account_id, kept.secrets, version=kept.version, now=now)


def _require_startable(
    conn: Connection, account: Account, kind: VisitKind | None, due_by: datetime | None, asked: str | None
) -> None:
    if (who := switches.paused_by(conn)) is not None:
        raise NotNowError(f"everything is paused by {who}; 'sc-agent resume --all' lets it go on")
    if account.authorization is State.PAUSED:
        raise NotNowError(f"account {account.id} is paused; 'sc-agent accounts resume {account.id}' lets it go on")
    if account.authorization in BLOCKED and asked is None:
        why = f" ({account.internal_reason})" if account.internal_reason else ""
        raise NotNowError(
            f"account {account.id} needs a human{why}; 'sc-agent accounts release {account.id}' lets it go on"
        )
    if not account.api_complete:
        raise NotNowError(account.message)
    if due_by is not None and not _is_due(account, kind, due_by):
        raise NotNowError(f"account {account.id} is not due")


def _is_due(account: Account, kind: VisitKind | None, by: datetime) -> bool:
    if kind is VisitKind.INSIGHTS:
        return (
            account.authorization is State.COMPLETE and account.insights_due is not None and account.insights_due <= by
        )
    return account.due is not None and account.due <= by


def _require_room(conn: Connection, context: WorkerContext, host: str, now: datetime) -> None:
    """The limits of all workers together.

    A visit that a person asks for counts, but is not refused.
    """
    visits.lock_counting(conn)
    if (full := rates_now(conn, context.settings.work, now=now).refusal(host)) is not None:
        raise NotNowError(full, busy=True)


def _kind_after(conn: Connection, account: Account) -> VisitKind:
    """What the account is visited for.

    One that a person takes over, what it would be once it is released.
    """
    if account.authorization is not State.NEEDS_HUMAN:
        return kind_for(account)
    released = on(Event.RELEASED, transitions.standing(conn, account)).to
    return VisitKind.ACCEPT if released is State.ACCEPTING else VisitKind.AUDIT


def _begin(
    conn: Connection,
    context: WorkerContext,
    account: Account,
    kind: VisitKind,
    as_account: str | None,
    now: datetime,
    asked: str | None,
    fetched: Fetched | None,
    *,
    limited: bool,
) -> Plan:
    any_merchant = context.settings.accept_any_merchant
    if kind is VisitKind.INSIGHTS:
        _require_vouched(account, any_merchant=any_merchant)
    invitation = _open_invitation(conn, account, any_merchant=any_merchant) if kind is VisitKind.ACCEPT else None
    signs_in = _signs_in(conn, account, kind, as_account)
    taken = _take(conn, context, [account.id, *([signs_in.id] if signs_in.id != account.id else [])], now)
    visit_id = uuid4().hex
    host = marketplace(account.marketplace).host
    order = _open_order(conn, signs_in.id) if kind is VisitKind.ACCEPT else None
    secrets = _NO_SECRETS if order else _secrets(conn, context, signs_in.id, fetched, now)
    if order:
        secrets = replace(secrets, version=signs_in.secret_version)
    session = None if order else _session(conn, context, signs_in.id)
    egress = egress_of(context.settings) if session is None else None
    if egress is not None and limited and (full := is_full(conn, context, now)) is not None:
        raise NotNowError(full, busy=True)
    visits.start(conn, visit_id, account.id, kind=kind, host=host, worker=context.worker, now=now, egress=egress)
    account_changes.set_crashes(conn, account.id, account.crashes + 1)  # taken back at the end
    if kind is VisitKind.AUDIT:
        transitions.apply(
            conn, account.id, Event.AUDIT_STARTED, now=now, why="permissions are being read", visit_id=visit_id
        )
    return Plan(
        visit_id=visit_id,
        kind=kind,
        account=account,
        signs_in=signs_in,
        leases=taken,
        host=host,
        secrets=secrets,
        session=session,
        invitation=invitation,
        asked=asked,
        order=order,
    )


def _require_vouched(account: Account, *, any_merchant: bool) -> None:
    if not is_vouched(account, any_merchant=any_merchant):
        raise NotNowError(
            f"nobody has said which merchant account {account.id} belongs to (merchant_unknown); give the "
            "merchant with the API authorization",
            stuck=True,
        )


def _open_order(conn: Connection, account_id: str) -> LoginOrder | None:
    """The order of a login for an account that has no secrets yet."""
    if sign_in_secrets.has(conn, account_id):
        return None
    order = login_orders.get(conn, account_id)
    return order if order is not None and order.is_open else None


def _open_invitation(conn: Connection, account: Account, *, any_merchant: bool) -> Invitation:
    if account.authorization not in (State.ACCEPTING, State.NEEDS_HUMAN):  # the latter only where a person takes over
        raise NotNowError(f"account {account.id} is {account.authorization}; it has nothing to accept")
    found = None if account.invitation is None else invitations.get(conn, account.invitation)
    if found is None:
        raise NotNowError(f"account {account.id} has no invitation to accept")
    return checked_again(conn, account, found, any_merchant=any_merchant)


def _signs_in(conn: Connection, account: Account, kind: VisitKind, as_account: str | None) -> Account:
    """Audits may be made through another account that may open the page."""
    other = as_account or account.audit_as
    if kind in (VisitKind.ACCEPT, VisitKind.ROTATION) or other is None or other == account.id:
        return account
    lender = accounts.get(conn, other)
    if lender.authorization in BLOCKED:
        raise NotNowError(
            f"account {lender.id}, which signs in for {account.id}, is {lender.authorization}", stuck=True
        )
    if not lender.api_complete:
        raise NotNowError(f"account {lender.id}, which signs in for {account.id}: {lender.message}", stuck=True)
    return lender


def _take(conn: Connection, context: WorkerContext, ids: list[str], now: datetime) -> tuple[Lease, ...]:
    taken = {}
    now = leases.shared_now(conn, now)
    for account_id in sorted(ids):  # the same order everywhere
        lease = leases.acquire(conn, account_id, holder=context.worker, now=now, length=context.lease_length)
        if lease is None:
            who = leases.holder_of(conn, account_id, now=now) or "another visit"
            raise NotNowError(f"account {account_id} is being worked on by {who}", busy=True)
        taken[account_id] = lease
    return tuple(taken[account_id] for account_id in ids)


def _session(conn: Connection, context: WorkerContext, account_id: str) -> dict[str, Any] | None:
    """A session that does not open costs a sign-in, not the visit."""
    try:
        return sessions.load(conn, context.vault, account_id)
    except VaultError:
        return None
