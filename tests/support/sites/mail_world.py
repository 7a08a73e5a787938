"""The mail room on real parts.

An embedded IMAP server, a DNS server, signed mails, a database and the service over them.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.domain.account import Account, ApiAuthorization, NewAccount
from agent.mail.context import MailContext
from agent.mail.service import MailService
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import open_database, reading, writing
from agent.store.inbox import folders, invitations, messages
from agent.store.inbox.invitations import Invitation
from agent.store.inbox.messages import Message
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.mail.letters import Composer, accept_link
from fixtures.stand_in.mailbox.inbox import Inbox
from fixtures.stand_in.mailbox.key_server import KeyServer

MERCHANT = "A1EXAMPLE0000"
PASSWORD = "mailbox-secret"


def wait_for(condition: Callable[[], Any], *, seconds: float = 90.0, what: str = "it") -> Any:
    """Poll a condition that another thread makes true, the longer it takes the less often; its value."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < seconds:
        if value := condition():
            return value
        time.sleep(min(0.1, 0.01 + waited / 20))
    raise AssertionError(f"{what} did not come within {seconds} s")


def link_to(
    merchant: str | None = MERCHANT, *, invitation_id: str | None = None, host: str = "sellercentral.amazon.com"
) -> str:
    """A fresh invitation link."""
    return accept_link(host=host, invitation_id=invitation_id or str(uuid.uuid4()), merchant_id=merchant)


@dataclass
class MailWorld:
    """Everything a mail test needs; the service is started by the test."""

    settings: Settings
    engine: sa.Engine
    vault: Vault
    composer: Composer
    keys: KeyServer
    inbox: Inbox | None
    arrivals: list[str] = field(default_factory=list)
    alarms: list[tuple[str, str]] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    def account(
        self, name: str = "A1", *, merchant_id: str | None = MERCHANT, api: ApiAuthorization = ApiAuthorization.COMPLETE
    ) -> Account:
        """Register an account named like its address."""
        new = NewAccount(
            id=name,
            user_email=f"{name.lower()}@users.example",
            marketplace="US",
            merchant_id=merchant_id,
            api_authorization=api,
        )
        with writing(self.engine) as conn:
            return accounts.add(conn, new, now=datetime.now(UTC))

    def mail_to(self, name: str = "A1", *, link: str | None = None, when: datetime | None = None, **more: Any) -> bytes:
        """A genuine invitation for an account."""
        return self.composer.invitation(to=f"{name.lower()}@users.example", link=link or link_to(), when=when, **more)

    def service(self, settings: Settings | None = None) -> MailService:
        """A service that reports to `arrivals` and `alarms`."""
        return MailService(
            settings or self.settings,
            engine=self.engine,
            vault=self.vault,
            on_arrival=self.arrivals.append,
            on_alarm=lambda key, text: self.alarms.append((key, text)),
            on_fine=self.fine.append,
            on_event=self.on_event,
        )

    def on_event(self, _mailbox: str, event: str, amount: int) -> None:
        """What the mail room counts, for all mailboxes together."""
        self.events[event] += amount

    @contextmanager
    def running(self, settings: Settings | None = None) -> Iterator[MailService]:
        """The service, watching; it has connected when the block begins."""
        service = self.service(settings)
        service.start()
        try:
            wait_for(lambda: all(self.is_watched(name) for name in service.mailboxes), what="the mailbox")
            yield service
        finally:
            service.stop()

    def is_watched(self, mailbox: str) -> bool:
        """Whether a mailbox is up and every folder of it has a position."""
        with reading(self.engine) as conn:
            found = [folder for folder in folders.list_all(conn) if folder.mailbox == mailbox]
        return bool(found) and all(folder.state == "up" and folder.uidvalidity is not None for folder in found)

    def context(self, *, lease: float = 30.0) -> MailContext:
        """What a part of the room is given on its own."""
        return MailContext(
            engine=self.engine,
            vault=self.vault,
            limits=self.settings.mail,
            lease=timedelta(seconds=lease),
            on_alarm=lambda key, text: self.alarms.append((key, text)),
            on_event=self.on_event,
        )

    def messages(self) -> list[Message]:
        """Every stored message, the oldest first."""
        with reading(self.engine) as conn:
            return list(reversed(messages.list_recent(conn, limit=10_000)))

    def verdicts(self) -> list[tuple[str | None, str | None]]:
        """Verdict and reason of each, the oldest first."""
        return [(message.verdict, message.reason) for message in self.messages()]

    def invitation_of(self, name: str = "A1") -> Invitation | None:
        """The open invitation of an account."""
        with reading(self.engine) as conn:
            return invitations.open_of(conn, name)

    def state_of(self, name: str = "A1") -> str:
        """The authorization of an account."""
        with reading(self.engine) as conn:
            return str(accounts.get(conn, name).authorization)

    def count(self, table: sa.Table) -> int:
        """How many rows a table has."""
        with reading(self.engine) as conn:
            return int(conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def make_settings(folder: Path, *, port: int, dns: str, username: str = "invites", **mail: Any) -> Settings:
    """Settings for a mailbox on loopback, with short waits."""
    limits = {
        "dns_servers": [dns],
        "dns_timeout": 2.0,
        "idle_slice": 30.0,
        "junk_interval": 0.3,
        "poll_interval": 0.2,
        "backoff_max": 2.0,
    }
    return Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'agent.sqlite'}",
        imap={"host": "127.0.0.1", "port": port, "username": username, "password": PASSWORD, "tls": "none"},  # type: ignore[arg-type]  # parsed
        mail=limits | mail,  # type: ignore[arg-type]  # parsed
    )


@contextmanager
def mail_world(
    folder: Path, *, seed: int = 7, folders: tuple[str, ...] = ("Junk",), **mail: Any
) -> Iterator[MailWorld]:
    """The world with its embedded mailbox."""
    with KeyServer() as keys, Inbox("invites", PASSWORD, folders=folders) as inbox:
        composer = Composer(seed)
        composer.publish(keys)
        settings = make_settings(folder, port=inbox.port, dns=keys.address, **mail)
        engine = open_database(settings.database_url or "")
        try:
            yield MailWorld(
                settings=settings, engine=engine, vault=new_vault(), composer=composer, keys=keys, inbox=inbox
            )
        finally:
            engine.dispose()


def wait_arrivals(world: MailWorld, count: int, *, seconds: float = 90.0) -> None:
    """Wait until so many accounts were made due."""
    wait_for(lambda: len(world.arrivals) >= count, seconds=seconds, what=f"{count} arrivals")


def new_vault() -> Vault:
    """A vault with a fresh key."""
    return Vault(parse_key(new_key(), source="a test"))
