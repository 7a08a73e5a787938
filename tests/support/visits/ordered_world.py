"""One agent, one account with an order and an open invitation, and a site that keeps logins; mails go straight into the
store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import Clock, boot_seconds, utc_now
from agent.domain.account import Account
from agent.domain.authorization import Event
from agent.domain.login_order import LoginOrder, NewOrder
from agent.domain.policy.load import load_policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import (
    BrowserSettings,
    FlowSettings,
    RegistrationSettings,
    SignInSettings,
    WorkSettings,
)
from agent.settings.model import Settings
from agent.store import accounts, transitions
from agent.store.database.engine import open_database, reading, writing
from agent.store.sign_in import login_orders
from agent.store.vault import received_codes, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.run import Ended, make_visit
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from tests.second_site.login_pages import LoginPlan
from tests.second_site.login_site import LoginSite, login_site
from tests.support.stored.registry import add_account, invite

EMAIL = "a1@users.example"


def quick_clock() -> Clock:
    """Real time, but a wait of more than a moment, as for a next time step, costs none."""
    ahead = [0.0]

    async def sleep(seconds: float) -> None:
        is_long = seconds > 1.5
        if is_long:
            ahead[0] += seconds
        await asyncio.sleep(0.02 if is_long else seconds)

    return Clock(
        now=lambda: utc_now() + timedelta(seconds=ahead[0]), sleep=sleep, elapsed=lambda: boot_seconds() + ahead[0]
    )


@dataclass(slots=True)
class OrderedWorld:
    """What the tests act on and look at."""

    engine: Engine
    context: WorkerContext
    site: LoginSite
    mails: list[tuple[str, str]] = field(default_factory=list)  # purpose and code

    def play(self, plan: LoginPlan, *, phone: str | None = None) -> None:
        """Begin with an empty database and this site."""
        self.site.plan = plan
        with writing(self.engine) as conn:
            add_account(conn, now=utc_now())
            order = NewOrder(person_name="First Last", agreed_by="Anna", phone=phone)
            login_orders.place(conn, "A1", order, now=utc_now())
            invite(conn, now=utc_now())

    async def visit(self) -> Ended:
        """Make the visit that the state asks for."""
        return await make_visit(self.context, "A1")

    def release(self) -> None:
        """As a person."""
        with writing(self.engine) as conn:
            transitions.apply(conn, "A1", Event.RELEASED, now=utc_now(), why="test")

    def order(self) -> LoginOrder:
        """The order as it stands."""
        with reading(self.engine) as conn:
            order = login_orders.get(conn, "A1")
        assert order is not None
        return order

    def account(self) -> Account:
        """The account as it stands."""
        with reading(self.engine) as conn:
            return accounts.get(conn, "A1")

    def secrets(self) -> SignInSecrets | None:
        """The secrets in force."""
        with reading(self.engine) as conn:
            if not sign_in_secrets.has(conn, "A1"):
                return None
            return sign_in_secrets.load(conn, self.context.vault, "A1").secrets

    async def deliver(self, purpose: str, address: str, code: str) -> None:
        """A genuine mail comes and was judged."""
        self.mails.append((purpose, code))
        if address != EMAIL:
            return
        await asyncio.to_thread(self._keep, purpose, code)

    def _keep(self, purpose: str, code: str) -> None:
        now = self.context.clock.now()
        with writing(self.engine) as conn:
            received_codes.keep(
                conn, self.context.vault, "A1", SecretStr(code), purpose=purpose, sent_at=now, found_at=now
            )


@asynccontextmanager
async def ordered_world(folder: Path) -> AsyncIterator[OrderedWorld]:
    """Start site and browser."""
    engine = open_database(f"sqlite:///{folder / 'agent.sqlite'}")
    worlds: list[OrderedWorld] = []

    async def send(purpose: str, address: str, code: str) -> None:
        await worlds[0].deliver(purpose, address, code)

    async with login_site(send) as site:
        settings = Settings(
            data_dir=folder,
            browser=BrowserSettings(host_resolver_rules=f"MAP * 127.0.0.1:{site.port}", trusted_spki=[site.spki]),
            work=WorkSettings(lease=300),
            flow=FlowSettings(challenge_timeout=2, step_timeout=10),
            sign_in=SignInSettings(),
            registration=RegistrationSettings(code_wait=6, person_wait=5),
        )
        context = WorkerContext(
            settings=settings,
            engine=engine,
            vault=Vault(b"k" * 32),
            pool=BrowserPool(options=browser_options(settings), replace_after=1000),
            policy=load_policy(),
            redaction=Redaction(),
            worker="w1",
            clock=quick_clock(),
        )
        site.now = context.clock.now
        worlds.append(OrderedWorld(engine=engine, context=context, site=site))
        try:
            yield worlds[0]
        finally:
            await context.pool.close()
            engine.dispose()
