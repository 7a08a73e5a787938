"""One-off visits for the commands.

The same lease and the same visit as the daemon's, without the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.memory import Confirmation
from agent.domain.authorization import State
from agent.domain.insights.document import InsightsDocument
from agent.domain.policy.load import load_configured_policy
from agent.domain.policy.model import Policy
from agent.errors import ConfigurationError, FindingError, UnconfirmedError
from agent.settings.model import Settings
from agent.store import accounts, transitions
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Engine
from agent.store.inbox import invitations
from agent.store.vault.keys import Vault
from agent.visits.plan import NotNowError, PoisonError, VisitKind
from agent.visits.prepare import require_startable
from agent.visits.shared.command_context import command_context
from agent.visits.shared.context import WorkerContext
from flows import BrowserMissingError, InvitationClosedError

if TYPE_CHECKING:
    from agent.visits.run import Ended

_LOOK_AGAIN = 0.5  # seconds, while the account is busy


async def accept_one(
    settings: Settings, *, engine: Engine, vault: Vault, account_id: str, invitation_row: int, asked_by: str
) -> Account:
    """Accept a recorded invitation now and return the account as it stands afterwards.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: the account is busy, blocked, or its API authorization is pending; or the visit ended without
        an answer.
        FindingError: the site will not take the invitation any more.
    """
    async with command_context(settings, engine, vault, load_configured_policy(settings.audit.policy_file)) as context:
        if await asyncio.to_thread(_point_at, context, account_id, invitation_row, asked_by):
            await _accept(context, account_id, invitation_row)
    with reading(engine) as conn:
        return accounts.get(conn, account_id)


async def _accept(context: WorkerContext, account_id: str, row_id: int) -> None:
    try:
        ended = await _visit(context, account_id, kind=VisitKind.ACCEPT)
    except UnconfirmedError:
        if await asyncio.to_thread(_is_accepted, context.engine, row_id):
            return  # the daemon was faster
        raise
    if isinstance(ended.conclusion.error, InvitationClosedError):
        raise FindingError(_sentence(ended))
    _require_answer(ended)


async def rotate_one(settings: Settings, *, engine: Engine, vault: Vault, account_id: str) -> str:
    """Enrol a new authenticator for an account, prove it and remove the old one.

    Returns what came of it.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: it did not come to a new authenticator (the old one is in force), or the old one was left.
    """
    async with command_context(settings, engine, vault, load_configured_policy(settings.audit.policy_file)) as context:
        ended = await _visit(context, account_id, kind=VisitKind.ROTATION)
    _require_answer(ended)
    if ended.conclusion.outcome != "rotated":
        raise UnconfirmedError(_sentence(ended))
    return ended.conclusion.why


async def audit_one(
    settings: Settings, *, engine: Engine, vault: Vault, account_id: str, policy: Policy, as_account: str | None = None
) -> AuditDocument:
    """Read an account's permissions now and judge them by this policy.

    What is stored, and the account's state, go by the settings' own.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: the account is busy, blocked, or its API authorization is pending; or the visit ended without
        an answer.
    """
    async with auditing(settings, engine=engine, vault=vault, policy=policy) as audit:
        return await audit(account_id, as_account)


async def insights_one(
    settings: Settings, *, engine: Engine, vault: Vault, account_id: str
) -> tuple[InsightsDocument, ...]:
    """Read an account's health and its Featured Offer percentage now, read-only.

    What was read is kept.

    One document for each of its marketplaces, its own first.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: the account is busy, blocked, or its API authorization is pending; or nothing could be read.
    """
    policy = load_configured_policy(settings.audit.policy_file)
    async with command_context(settings, engine, vault, policy) as context:
        ended = await _visit(context, account_id, kind=VisitKind.INSIGHTS)
        _require_answer(ended)
        if not ended.conclusion.insights:
            raise UnconfirmedError(_sentence(ended))
        return ended.conclusion.insights


@asynccontextmanager
async def auditing(
    settings: Settings,
    *,
    engine: Engine,
    vault: Vault,
    policy: Policy,
    confirmed: Confirmation | None = None,
    explains: bool = False,
) -> AsyncIterator[Callable[[str, str | None], Awaitable[AuditDocument]]]:
    """Lend one browser to many one-off audits.

    Call what it yields with an account and, if another signs in, that one.

    `confirmed`: who says, and why, that rows which the last complete audit had are gone from the page. `explains`: draw
    what each audit makes of its pages.
    """
    configured = load_configured_policy(settings.audit.policy_file)
    lent = command_context(settings, engine, vault, configured, asked=policy, confirmed=confirmed, explains=explains)
    async with lent as context:

        async def audit(account_id: str, as_account: str | None) -> AuditDocument:
            ended = await _visit(context, account_id, kind=VisitKind.AUDIT, as_account=as_account)
            _require_answer(ended)
            if ended.conclusion.document is None:
                raise UnconfirmedError(_sentence(ended))
            return ended.conclusion.shown or ended.conclusion.document

        yield audit


def _point_at(context: WorkerContext, account_id: str, row_id: int, asked_by: str) -> bool:
    """Make this invitation the one to be accepted.

    A person's wish opens a closed one again. False when it was accepted before.
    """
    now = context.clock.now()
    with writing(context.engine) as conn:
        account = accounts.get(conn, account_id, lock=True)
        if not account.api_complete:
            raise UnconfirmedError(account.message)
        found = invitations.get(conn, row_id)
        if found is None or found.account_id != account_id:
            raise UnconfirmedError(f"the invitation does not belong to account {account_id}")
        if found.state == "accepted":
            return False
        if account.invitation != row_id or account.authorization is not State.ACCEPTING:
            transitions.reopen_invitation(conn, row_id)
            transitions.invitation_arrived(
                conn, account_id, row_id, now=now, why=f"{asked_by} asked for its acceptance"
            )
        return True


def _is_accepted(engine: Engine, row_id: int) -> bool:
    with reading(engine) as conn:
        found = invitations.get(conn, row_id)
    return found is not None and found.state == "accepted"


async def _visit(context: WorkerContext, account_id: str, *, kind: VisitKind, as_account: str | None = None) -> Ended:
    """Make the visit, waiting a while for a busy account."""
    waited_until = context.clock.elapsed() + context.settings.work.busy_wait
    while True:
        try:
            await asyncio.to_thread(require_startable, context, account_id, kind=kind)
            from agent.visits.run import make_visit  # a refusal is told without it

            return await make_visit(context, account_id, kind=kind, as_account=as_account)
        except NotNowError as err:
            if not err.busy or context.clock.elapsed() >= waited_until:
                raise UnconfirmedError(f"{err}; nothing was started") from err
            await context.clock.sleep(_LOOK_AGAIN)
        except PoisonError as err:
            raise UnconfirmedError(
                f"account {account_id} was set aside: its visits kept killing their process"
            ) from err


def _require_answer(ended: Ended) -> None:
    error = ended.conclusion.error
    if isinstance(error, BrowserMissingError):
        raise ConfigurationError(str(error)) from error
    if error is not None:
        raise UnconfirmedError(_sentence(ended)) from error


def _sentence(ended: Ended) -> str:
    """What came of it, and where the evidence lies."""
    kept = f"; evidence in {ended.evidence[0].parent}" if ended.evidence else ""
    return f"account {ended.plan.account.id}: {ended.conclusion.why}{kept}"
