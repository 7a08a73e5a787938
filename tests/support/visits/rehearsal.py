"""An agent pointed at a running stand-in.

Settings, database, vault, registered accounts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.account import Account, ApiAuthorization, NewAccount
from agent.domain.login_order import NewOrder
from agent.mail.given_link import admit_link
from agent.settings.groups.mailbox import ImapSettings, MailSettings, Tls
from agent.settings.groups.visits import BrowserSettings, FlowSettings, WorkSettings
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import open_database, reading, writing
from agent.store.sign_in import login_orders
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.on_demand import accept_one
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One agent, one stand-in."""

    stand_in: StandIn
    settings: Settings
    engine: Engine
    vault: Vault

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self.stand_in.realm.scenario

    def register(self, number: int = 0, *, account_id: str = "A1", password: str | None = None) -> Account:
        """Register the scenario's user of this number with the seller of the same number."""
        user, seller = self.scenario.users[number], self.scenario.sellers[min(number, len(self.scenario.sellers) - 1)]
        new = NewAccount(
            id=account_id,
            user_email=user.email,
            marketplace=seller.marketplaces[0],
            merchant_id=seller.merchant_id,
            merchant_name=seller.name,
            api_authorization=ApiAuthorization.COMPLETE,
        )
        given = SignInSecrets(password=SecretStr(password or user.password), totp_secret=SecretStr(user.totp_secret))
        with writing(self.engine) as conn:
            accounts.add(conn, new, now=utc_now())
            sign_in_secrets.save(conn, self.vault, account_id, given, now=utc_now())
        return self.account(account_id)

    def order(self, *, phone: str | None = None) -> None:
        """Register A1, whose login is to be created, with the seller's invitation."""
        plan, shop = self.scenario.registrations[0], self.scenario.sellers[0]
        new = NewAccount(
            id="A1",
            user_email=plan.email,
            marketplace=shop.marketplaces[0],
            merchant_id=shop.merchant_id,
            merchant_name=shop.name,
            api_authorization=ApiAuthorization.COMPLETE,
        )
        with writing(self.engine) as conn:
            accounts.add(conn, new, now=utc_now())
            order = NewOrder(person_name="First Last", agreed_by="Anna", phone=phone)
            login_orders.place(conn, "A1", order, now=utc_now())
        self.admit()

    def account(self, account_id: str = "A1") -> Account:
        """The account as it stands."""
        with reading(self.engine) as conn:
            return accounts.get(conn, account_id)

    def admit(self, account_id: str = "A1") -> int:
        """Record the first invitation that is on offer, as a person would by link."""
        record = next(iter(self.stand_in.realm.invitations.values()))
        link = self.stand_in.realm.link_of(record)
        return admit_link(
            link, account_id=account_id, asked_by="tester", settings=self.settings, engine=self.engine, now=utc_now()
        )

    async def accept(self, account_id: str = "A1") -> Account:
        """Accept it now, as the command does."""
        row = self.admit(account_id)
        return await accept_one(
            self.settings,
            engine=self.engine,
            vault=self.vault,
            account_id=account_id,
            invitation_row=row,
            asked_by="tester",
        )


@contextmanager
def rehearsing(stand_in: StandIn, directory: Path, *, url: str | None = None, **work: Any) -> Iterator[Rehearsal]:
    """Settings and an empty database for a running stand-in."""
    settings = rehearsal_settings(stand_in.description(), directory, **work)
    engine = open_database(url or f"sqlite:///{directory / 'agent.sqlite'}")
    try:
        yield Rehearsal(stand_in=stand_in, settings=settings, engine=engine, vault=Vault(os.urandom(32)))
    finally:
        engine.dispose()


def rehearsal_settings(description: dict[str, Any], directory: Path, **work: Any) -> Settings:
    """The settings that point an agent at a stand-in; `work` are work settings."""
    imap = description["imap"]
    return Settings(
        data_dir=directory,
        imap=ImapSettings(
            host=imap["host"],
            port=imap["port"],
            username=imap["username"],
            password=SecretStr(imap["password"]),
            tls=Tls(imap["tls"]),
        ),
        mail=MailSettings(dns_servers=[description["dns"]], idle_slice=5),
        browser=BrowserSettings(
            host_resolver_rules=description["host_resolver_rules"], trusted_spki=description["spki"]
        ),
        flow=FlowSettings(challenge_timeout=5),
        work=WorkSettings(**{"tick": 0.3, "backoff_first": 1, "backoff_max": 4, **work}),
    )
