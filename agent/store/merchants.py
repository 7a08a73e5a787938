"""Which merchant an account belongs to.

Bound once, by a person or system that may say so; changed only on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account, MerchantSource
from agent.domain.authorization import Event, State
from agent.domain.invitation import UNVOUCHED
from agent.errors import UsageError
from agent.store import accounts, journal, transitions
from agent.store.account_columns import AccountColumns, write
from agent.store.database.schema import invitations, leases
from agent.store.inbox import messages
from agent.store.vault import sessions

_NOTHING_FOUND: AccountColumns = {
    "accepted_at": None,
    "granted_at": None,
    "last_complete_read_at": None,
    "confirmation_code": None,
    "invitation": None,
    "reading": None,
}
_OPEN = ("waiting", "accepting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A seller as it is named in a request.

    `name` is the store's name as the account picker shows it.
    """

    merchant_id: str | None = None
    global_account_id: str | None = None
    name: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether an id is given; a name alone identifies no seller."""
        return self.merchant_id is not None or self.global_account_id is not None


class MerchantDiffersError(UsageError):
    """The account belongs to another merchant already; nothing was changed."""

    code = "merchant_differs"

    def __init__(self, account_id: str) -> None:
        super().__init__(
            f"account {account_id} belongs to another merchant than the one given (merchant_differs); nothing "
            f"was changed. If that is meant: sc-agent accounts set {account_id} --merchant-id ID --reason TEXT"
        )


def require_same(account: Account, given: Merchant) -> None:
    """Refuse a seller that contradicts the one the account is bound to.

    Raises:
        MerchantDiffersError: an id differs.
    """
    for name in ("merchant_id", "global_account_id"):
        if None not in (known := getattr(account, name), told := getattr(given, name)) and known != told:
            raise MerchantDiffersError(account.id)


def bind(conn: Connection, account: Account, given: Merchant, *, source: MerchantSource, now: datetime) -> Account:
    """Say which seller an account belongs to; the same again changes nothing.

    Genuine mails that were held for want of it are judged once more, an account that waited for it goes on,
    and a stored invitation of another seller is set aside.

    Raises:
        MerchantDiffersError: it is bound to another one.
    """
    require_same(account, given)
    values = _news(account, given)
    if given.is_named and account.merchant_source in (None, MerchantSource.INVITATION):
        values["merchant_source"] = source
    if not values:
        return account
    write(conn, account.id, {**values, "updated_at": now}, now=now)
    if not given.is_named:
        return accounts.get(conn, account.id)
    why = f"merchant {given.merchant_id or given.global_account_id} by {source}"
    state = account.authorization
    journal.append(conn, account.id, at=now, from_state=state, to_state=state, why=why)
    messages.ask_again_for(conn, account.id, reasons=UNVOUCHED)
    return _go_on(conn, accounts.get(conn, account.id), now=now)


def rebind(conn: Connection, account: Account, given: Merchant, *, why: str, now: datetime) -> Account:
    """Give an account to another seller.

    What belongs to the former one is dropped and everything begins again.
    """
    columns: AccountColumns = {
        "merchant_id": given.merchant_id,
        "global_account_id": given.global_account_id,
        "merchant_name": given.name,
        "merchant_source": MerchantSource.REGISTRATION,
    }
    return _start_again(conn, account, columns, why=why, now=now)


def move_region(conn: Connection, account: Account, marketplace: str, *, why: str, now: datetime) -> Account:
    """Move an account to a marketplace of another region.

    Its merchant there is not known yet.

    What belongs to the former one is dropped and everything begins again.
    """
    columns: AccountColumns = {
        "marketplace": marketplace,
        "also_marketplaces": None,
        "merchant_id": None,
        "global_account_id": None,
        "merchant_name": None,
        "merchant_source": None,
    }
    return _start_again(conn, account, columns, why=why, now=now)


def readdress(conn: Connection, account: Account, user_email: str, *, why: str, now: datetime) -> Account:
    """Give an account another user email, in the form it is stored in.

    What belongs to the former one is dropped and everything begins again.
    """
    return _start_again(conn, account, {"user_email": user_email}, why=why, now=now)


def _start_again(conn: Connection, account: Account, columns: AccountColumns, *, why: str, now: datetime) -> Account:
    """Change what an account is about.

    Session and open invitations go, and so does what was found for the former one.

    A visit that runs loses its lease: what it reads is about the former one.
    """
    write(conn, account.id, {**_NOTHING_FOUND, **columns}, now=now)
    sessions.forget(conn, account.id)
    conn.execute(leases.delete().where(leases.c.account_id == account.id))
    _set_aside(conn, account.id, invitations.c.state.in_(_OPEN))
    changed = transitions.apply(conn, account.id, Event.REBOUND, now=now, why=why)
    messages.ask_again_for(conn, account.id, reasons=(*UNVOUCHED, "other_merchant", "other_region", "already_accepted"))
    return changed


def _news(account: Account, given: Merchant) -> AccountColumns:
    """What is told that is not known yet."""
    news: AccountColumns = {}
    if given.merchant_id not in (None, account.merchant_id):
        news["merchant_id"] = given.merchant_id
    if given.global_account_id not in (None, account.global_account_id):
        news["global_account_id"] = given.global_account_id
    if given.name not in (None, account.merchant_name):
        news["merchant_name"] = given.name
    return news


def _go_on(conn: Connection, account: Account, *, now: datetime) -> Account:
    """Let an account that is bound now go on, without an invitation of another seller."""
    strange = sa.or_(
        sa.and_(invitations.c.merchant_id.is_not(None), invitations.c.merchant_id != account.merchant_id),
        sa.and_(
            invitations.c.global_account_id.is_not(None), invitations.c.global_account_id != account.global_account_id
        ),
    )
    dropped = _set_aside(conn, account.id, sa.and_(invitations.c.state.in_(_OPEN), strange))
    if dropped and account.authorization is State.ACCEPTING:
        return transitions.apply(
            conn, account.id, Event.REBOUND, now=now, why="the invitation that waited was another merchant's"
        )
    if account.failure_code in UNVOUCHED:
        return transitions.apply(conn, account.id, Event.RELEASED, now=now, why="the merchant is known now")
    return account


def _set_aside(conn: Connection, account_id: str, which: sa.ColumnElement[bool]) -> int:
    mine = sa.and_(invitations.c.account_id == account_id, which)
    return conn.execute(invitations.update().where(mine).values(state="superseded")).rowcount
