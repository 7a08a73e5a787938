"""Whose account was accepted, where the picker does not show it yet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.errors import AccountNotOfferedError
from flows.invitation import accept as accept_invitation
from flows.invitation.accept import _Accepting
from flows.marketplaces import marketplace
from flows.models import Acceptance, AcceptanceOutcome, InvitationLink, SellerAccount

MERCHANT = "A1EXAMPLE0001"
LINK = InvitationLink(
    url="https://sellercentral.amazon.com/invitation/accept",
    host="sellercentral.amazon.com",
    invitation_id="00000000-0000-4000-8000-000000000001",
    merchant_id=MERCHANT,
    global_account_id=None,
)


class SilentSwitcher:
    """An account switcher of which nothing was heard."""

    async def settled(self, **_: Any) -> None:
        """Nothing was asked."""

    def heard(self, *_: Any, **__: Any) -> list[Any]:
        return []


async def test_a_merchant_that_shows_an_hour_later_is_the_invitation_s(monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_yet(*_: Any) -> None:
        raise AccountNotOfferedError("it takes a few minutes to an hour")

    monkeypatch.setattr(accept_invitation, "choose_on", not_yet)
    nothing = cast("Any", SimpleNamespace())
    walk = cast("Any", SimpleNamespace(visit=SimpleNamespace(switcher=SilentSwitcher())))
    account = SellerAccount(marketplace=marketplace("US"), merchant_id=None, merchant_name=None)
    accepting = _Accepting(walk=walk, sign_in=nothing, invitation=LINK, account=account, hooks=nothing)
    seen = cast("Any", SimpleNamespace(screen="app"))
    assert await accepting._confirmed(AcceptanceOutcome.ACCEPTED, seen) == Acceptance(
        outcome=AcceptanceOutcome.ACCEPTED, merchant_id=MERCHANT
    )
