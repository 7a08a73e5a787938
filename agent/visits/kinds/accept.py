"""The accept visit: one invitation, accepted as the invited address."""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import MerchantSource
from agent.domain.authorization import Event
from agent.store.transitions import Facts
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from flows import (
    Acceptance,
    AcceptanceOutcome,
    Bounds,
    Credentials,
    FlowHooks,
    InvitationLink,
    SellerAccount,
    Visit,
    accept_invitation,
    marketplace,
)


async def accept(visit: Visit, plan: Plan, *, hooks: FlowHooks, bounds: Bounds) -> Conclusion:
    """Accept and say what follows.

    Raises:
        FlowError: see `flows.invitation.accept`.
    """
    acceptance = await accept_invitation(
        visit,
        invitation=_link(plan),
        account=seller_account(plan),
        credentials=credentials(plan),
        hooks=hooks,
        bounds=bounds,
    )
    confirming = acceptance.outcome is AcceptanceOutcome.AWAITING_CONFIRMATION
    return Conclusion(
        outcome=acceptance.outcome,
        event=Event.CONFIRMATION_ASKED if confirming else Event.ACCEPTED,
        why=f"invitation: {acceptance.outcome}",
        facts=facts_of(acceptance, plan, now=hooks.now()),
        invitation_state="accepted",
        session=await visit.storage_state(),
    )


def seller_account(plan: Plan) -> SellerAccount:
    """Whom the account picker must end on.

    What is registered, else what the invitation named.
    """
    account, invitation = plan.account, plan.invitation
    invited = None if invitation is None else invitation.link.merchant_id
    return SellerAccount(
        marketplace=marketplace(account.marketplace),
        merchant_id=account.merchant_id or invited,
        merchant_name=account.merchant_name,
    )


def credentials(plan: Plan) -> Credentials:
    """Who signs in."""
    return Credentials(user_email=plan.signs_in.user_email, password=plan.secrets.secrets.password)


def facts_of(acceptance: Acceptance, plan: Plan, *, now: datetime) -> Facts:
    """What an account has learnt.

    A merchant that was not named before is marked as the invitation's.
    """
    account, invited = plan.account, plan.invitation
    first_come = None if account.is_bound or invited is None else invited.link.global_account_id
    learnt = None if account.merchant_id else acceptance.merchant_id
    return Facts(
        accepted_at=now,
        confirmation_code=acceptance.confirmation_code,
        merchant_id=learnt,
        merchant_name=None if account.merchant_name else acceptance.merchant_name,
        global_account_id=first_come,
        merchant_source=MerchantSource.INVITATION if not account.is_bound and (learnt or first_come) else None,
    )


def _link(plan: Plan) -> InvitationLink:
    assert plan.invitation is not None  # noqa: S101 - an accept plan has one
    link = plan.invitation.link
    return InvitationLink(
        url=link.url,
        host=link.host,
        invitation_id=link.invitation_id,
        merchant_id=link.merchant_id,
        global_account_id=link.global_account_id,
    )
