"""A browser on the second Seller Central.

An acceptance, a choice or an audit there, and how it ended on both sides.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.async_api import Browser

from flows.account.choose_account import choose_account
from flows.browser.launch import BrowserOptions
from flows.errors import FlowError, InvitationClosedError
from flows.invitation.accept import accept_invitation
from flows.marketplaces import marketplace
from flows.models import (
    Acceptance,
    ActiveAccount,
    AuditReading,
    Bounds,
    InvitationLink,
    SellerAccount,
)
from flows.permissions.audit import audit_permissions
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.open_visit import open_visit
from tests.second_site.seller_central.server import second_seller_central
from tests.second_site.seller_central.sign_in import SEED
from tests.second_site.seller_central.world import Invitation, Merchant, Person, Variant, World
from tests.support.sites.flow_rig import Helpers
from tests.support.sites.kept_browsers import KEPT

OURS = "a1@users.example"
PASSWORD = "correct horse 17"
SHOP = Merchant(token="A1SHOP00000001", name="Nordwind Trading", marketplaces=("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"))
OTHER = Merchant(token="A2OTHER0000002", name="Sunny Side Goods")
NUMBER = "0f6d4a5e-7c1b-4d2f-9a53-2b8f60c1d7e9"
BOUNDS = Bounds(step=timedelta(seconds=6), visit=timedelta(seconds=40), challenge=timedelta(seconds=2))


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of the site's one-time codes, as an authenticator holds it."""

    secret: str = base64.b32encode(SEED).decode()


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Our person on the site."""

    email: str = OURS
    password: str = PASSWORD

    def seed(self) -> Seed:
        return Seed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one visit ended."""

    result: Any
    error: FlowError | None
    lent: Helpers

    @property
    def outcome(self) -> str:
        """One word, or two: the outcome of an acceptance, the code of an error."""
        if isinstance(self.error, InvitationClosedError):
            return f"closed {self.error.reason}"
        if self.error is not None:
            return self.error.code
        match self.result:
            case Acceptance():
                return " ".join(filter(None, (self.result.outcome.value, self.result.confirmation_code)))
            case ActiveAccount():
                return f"active {self.result.marketplace.code}"
            case AuditReading():
                grid, refusal = self.result.grid, self.result.refusal
                return (
                    refusal.kind.value if refusal else f"grid {'editable' if grid and grid.editable else 'read-only'}"
                )
            case _:
                return "nothing"


@dataclass(slots=True)
class SellerRig:
    """One browser and one second Seller Central for many visits."""

    world: World
    port: int
    spki: str
    browser: Browser
    options: BrowserOptions

    def begin(
        self, variant: Variant, *, member_of: tuple[Merchant, ...] = (OTHER,), state: str = "offered", email: str = OURS
    ) -> Helpers:
        """A fresh site with our person, and one invitation to the shop."""
        self.world.reset(variant)
        self.world.people[OURS] = Person(email=OURS, password=PASSWORD, merchants=list(member_of))
        self.world.invitations[NUMBER] = Invitation(number=NUMBER, merchant=SHOP, email=email, state=state)
        return Helpers(user=Ourselves())

    def account(
        self, *, code: str = "US", name: str | None = SHOP.name, merchant_id: str | None = SHOP.token
    ) -> SellerAccount:
        return SellerAccount(marketplace=marketplace(code), merchant_id=merchant_id, merchant_name=name)

    def link(self, *, key: str = "merchantId") -> InvitationLink:
        host = "sellercentral.amazon.com"
        ids = {"merchant_id": SHOP.token} if key == "merchantId" else {"global_account_id": SHOP.token}
        url = f"https://{host}/invitation/accept?{key}={SHOP.token}&invitationId={NUMBER}"
        return InvitationLink(url=url, host=host, invitation_id=NUMBER, **ids)

    async def accept(
        self, lent: Helpers, *, key: str = "merchantId", account: SellerAccount | None = None, session: Any = None
    ) -> Ended:
        async with open_visit(self.browser, options=self.options, storage_state=session) as visit:
            return await _ended(
                lent,
                accept_invitation(
                    visit,
                    invitation=self.link(key=key),
                    account=account or self.account(),
                    credentials=lent.credentials(),
                    hooks=lent.hooks(),
                    bounds=BOUNDS,
                ),
            )

    async def choose(
        self, lent: Helpers, *, account: SellerAccount, session: Any = None, bounds: Bounds = BOUNDS
    ) -> Ended:
        host = account.marketplace.host
        async with open_visit(self.browser, options=self.options, storage_state=session or self.session()) as visit:
            await ensure_signed_in(visit, host=host, credentials=lent.credentials(), hooks=lent.hooks(), bounds=bounds)
            return await _ended(lent, choose_account(visit, account=account, bounds=bounds))

    async def audit(
        self, lent: Helpers, *, account: SellerAccount, session: Any = None, bounds: Bounds = BOUNDS
    ) -> Ended:
        async with open_visit(self.browser, options=self.options, storage_state=session or self.session()) as visit:
            reading = audit_permissions(
                visit,
                account=account,
                credentials=lent.credentials(),
                hooks=lent.hooks(),
                subject=OURS,
                own=True,
                bounds=bounds,
            )
            return await _ended(lent, reading)

    def session(
        self, selected: tuple[Merchant, str] | None = None, *, host: str = "sellercentral.amazon.com"
    ) -> dict[str, Any]:
        """A stored session, as the vault would give it back."""
        value = self.world.session_for(OURS, selected)
        cookie = {
            "name": "session-at",
            "value": value,
            "domain": host,
            "path": "/",
            "expires": -1,
            "secure": True,
            "httpOnly": True,
        }
        return {"cookies": [cookie | {"sameSite": "Lax"}], "origins": []}


async def _ended(lent: Helpers, act: Any) -> Ended:
    try:
        return Ended(result=await act, error=None, lent=lent)
    except FlowError as err:
        return Ended(result=None, error=err, lent=lent)


@asynccontextmanager
async def seller_rig() -> AsyncIterator[SellerRig]:
    """Start the site and a browser that reaches it under the production host names."""
    async with second_seller_central() as site:
        options = BrowserOptions(
            host_resolver_rules=f"MAP * 127.0.0.1:{site.port}", trusted_spki=(site.spki,), no_sandbox=os.geteuid() == 0
        )
        async with KEPT.lend(options) as browser:
            yield SellerRig(world=site.world, port=site.port, spki=site.spki, browser=browser, options=options)
