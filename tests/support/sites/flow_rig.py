"""A stand-in, a browser pointed at it, and hooks that remember what a flow did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pyotp
from playwright.async_api import Browser
from pydantic import SecretStr

from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions
from flows.marketplaces import marketplace
from flows.models import Act, Bounds, Credentials, FlowHooks, InvitationLink, SellerAccount
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.sites.kept_browsers import KEPT

QUICK = Bounds(step=timedelta(seconds=15), visit=timedelta(seconds=60), challenge=timedelta(seconds=2))


class HasSeed(Protocol):
    """A seed of one-time codes."""

    @property
    def secret(self) -> str: ...


class SignsIn(Protocol):
    """Whoever has a sign-in on a site of the tests."""

    @property
    def email(self) -> str: ...
    @property
    def password(self) -> str: ...
    def seed(self) -> HasSeed: ...


@dataclass(slots=True)
class Helpers:
    """What a visit is lent.

    Every code is a fresh time step, since a site takes each only once.
    """

    user: SignsIn
    wrong_codes: int = 0
    codes: int = 0
    acts: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    site_times: list[datetime] = field(default_factory=list)
    forbid: BaseException | None = None
    steps: list[int] = field(default_factory=list)

    def hooks(self) -> FlowHooks:
        return FlowHooks(
            next_code=self._next_code,
            before_act=self._before_act,
            outcome=self._outcome,
            now=lambda: datetime.now(UTC),
            clock_seen=self._clock_seen,
        )

    def credentials(self, *, password: str | None = None) -> Credentials:
        return Credentials(user_email=self.user.email, password=SecretStr(password or self.user.password))

    async def _next_code(self) -> SecretStr:
        seed = self.user.seed()
        self.codes += 1
        if self.codes <= self.wrong_codes:
            return SecretStr("000000")
        maker = pyotp.TOTP(seed.secret.replace(" ", ""))
        now = maker.timecode(datetime.now(UTC))
        step = next(
            now + ahead for ahead in (0, 1, -1) if now + ahead not in self.steps
        )  # the site takes a step's neighbours too
        self.steps.append(step)
        return SecretStr(maker.generate_otp(step))

    async def _before_act(self, act: Act) -> None:
        if self.forbid is not None and act is Act.ACCEPT_INVITATION:
            raise self.forbid
        self.acts.append(act.value)

    async def _outcome(self, act: Act, outcome: str) -> None:
        self.outcomes.append(f"{act.value} {outcome}")

    async def _clock_seen(self, when: datetime) -> None:
        self.site_times.append(when)


@dataclass(slots=True)
class Rig:
    """One browser and one stand-in for many visits."""

    stand_in: StandIn
    browser: Browser
    options: BrowserOptions

    def play(self, scenario: Scenario) -> Helpers:
        """Load a scenario and return hooks for its first user."""
        self.stand_in.load(scenario)
        return Helpers(user=scenario.users[0])

    @asynccontextmanager
    async def visit(self, *, session: Mapping[str, Any] | None = None) -> AsyncIterator[Visit]:
        async with open_visit(self.browser, options=self.options, storage_state=session) as visit:
            yield visit

    @property
    def account(self) -> SellerAccount:
        seller = self.stand_in.realm.scenario.sellers[0]
        return SellerAccount(
            marketplace=marketplace(seller.marketplaces[0]), merchant_id=seller.merchant_id, merchant_name=seller.name
        )

    @property
    def host(self) -> str:
        return self.account.marketplace.host

    def link(self, number: int = 0, *, host: str | None = None) -> InvitationLink:
        """Rebuild the link of an invitation, as the mail room would."""
        record = list(self.stand_in.realm.invitations.values())[number]
        where = host or self.host
        seller = self.stand_in.realm.seller(record.merchant_id)
        key = seller.link_form if seller else "merchantId"
        url = f"https://{where}/invitation/accept?{key}={record.merchant_id}&invitationId={record.invitation_id}"
        ids = {"merchant_id": record.merchant_id} if key == "merchantId" else {"global_account_id": record.merchant_id}
        return InvitationLink(url=url, host=where, invitation_id=record.invitation_id, **ids)

    def journal(self, *wanted: str) -> list[str]:
        return [entry.kind for entry in self.stand_in.realm.journal.of(*wanted)]


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Start a stand-in and a browser that reaches it under the production host names."""
    async with StandIn(Scenario()) as stand_in:
        told = stand_in.description()
        options = BrowserOptions(
            host_resolver_rules=told["host_resolver_rules"],
            trusted_spki=tuple(told["spki"]),
            user_agent_suffix="rehearsal/1",
        )
        async with KEPT.lend(options) as browser:
            yield Rig(stand_in=stand_in, browser=browser, options=options)
        await asyncio.sleep(0)
