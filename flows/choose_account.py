"""Choosing merchant and marketplace in the account picker, and proving that the right one is active."""

from __future__ import annotations

from flows.models import ActiveAccount, Bounds, SellerAccount
from flows.visit import Visit


async def choose_account(visit: Visit, *, account: SellerAccount, bounds: Bounds | None = None) -> ActiveAccount:
    """Make the account the active one, unless a page already proves that it is; prove it afterwards. Needs a signed-in visit.

    Raises:
        AccountNotOfferedError: the picker shows no such merchant and marketplace, or more than one.
        WrongAccountError: after choosing, the page does not prove the right one.
        SignedOutError: a sign-in page came up.
        UnknownScreenError, StuckError, SiteRefusedError, StepTimeoutError, ForeignHostError.
    """
    raise NotImplementedError
