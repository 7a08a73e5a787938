"""Accepting one invitation as exactly the invited address."""

from __future__ import annotations

from flows.models import Acceptance, Aides, Bounds, Credentials, InvitationLink, SellerAccount
from flows.visit import Visit


async def accept_invitation(
    visit: Visit,
    *,
    invitation: InvitationLink,
    account: SellerAccount,
    credentials: Credentials,
    aides: Aides,
    bounds: Bounds | None = None,
) -> Acceptance:
    """Sign in at /home, prove who that is, open the invitation and accept it with one click.

    Safe to repeat: an invitation accepted earlier is reported, not accepted again. `aides.before_click(Act.ACCEPT_INVITATION)` is awaited
    right before the click and may forbid it by raising.

    Raises:
        WrongIdentityError: signed in as somebody else; nothing was clicked.
        InvitationClosedError: the site says expired, withdrawn, meant for another address, or refuses in other words.
        PartnerLinkError: an authorized partner's link; nothing was clicked.
        all that `ensure_signed_in` raises.
    """
    raise NotImplementedError
