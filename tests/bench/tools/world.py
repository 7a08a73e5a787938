"""A stand-in in a process of its own with many accounts, and an agent's context in front of it."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyotp
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.policy.load import load_policy
from agent.mail.given_link import admit_link
from agent.observe.logs import configure_logs
from agent.observe.redaction import Redaction
from agent.rehearsal.demo.processes import open_processes
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import open_database, writing
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault, new_key, parse_key
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from fixtures.stand_in.generate import Draw
from fixtures.stand_in.scenario import Grant, Invitation, Scenario, User
from tests.support.visits.rehearsal import rehearsal_settings

HOST = "sellercentral.amazon.com"
_CODE_LEFT = (
    6.0  # seconds a time step must have left when a code is typed; waiting for a fresh one is not what is measured
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One stand-in, one context; account `A3` belongs to the third user."""

    scenario: Scenario
    description: dict[str, Any]
    settings: Settings
    engine: Engine
    context: WorkerContext
    directory: Path
    env: dict[str, str]  # for a daemon in a process of its own

    def user(self, number: int) -> User:
        """The user of an account."""
        return self.scenario.users[number]

    def link(self, number: int) -> str:
        """The invitation of an account's user."""
        invitation = self.scenario.invitations[number]
        return f"https://{HOST}/invitation/accept?merchantId={invitation.merchant_id}&invitationId={invitation.invitation_id}"

    def admit(self, number: int) -> None:
        """Have the account expect its invitation, as the mail room does."""
        link, account = self.link(number), name(number)
        admit_link(
            link, account_id=account, asked_by="bench", settings=self.settings, engine=self.engine, now=utc_now()
        )

    async def control(self, path: str, **body: Any) -> dict[str, Any]:
        """Steer the stand-in."""
        async with httpx.AsyncClient(base_url=self.description["control"], timeout=60) as client:
            answer = (await client.post(f"/{path}", json=body)).raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    async def answer_after(self, milliseconds: int) -> None:
        """Have the site take so long for each answer."""
        await self.control("clock", latency_ms=milliseconds)


def name(number: int) -> str:
    """The id of an account."""
    return f"A{number + 1}"


def scenario_of(count: int, *, members: bool, invited: bool = True) -> Scenario:
    """So many users with a seller each.

    Members who may see the rights they were asked to have, or else invited (or not yet).
    """
    draw = Draw(count)
    users = [draw.user(f"a{number + 1}@users.example", identity_shown="claim") for number in range(count)]
    sellers = [
        draw.seller(
            members=[user.email] if members else [],
            permissions={user.email: Grant(preset="as_asked")} if members else {},
            options={"own_view": True},
        )
        for user in users
    ]
    offers = [
        Invitation(merchant_id=seller.merchant_id, email=user.email, invitation_id=draw.invitation_id())
        for user, seller in zip(users, sellers, strict=True)
    ]
    return Scenario(users=users, sellers=sellers, invitations=offers if invited and not members else [], vary=False)


@asynccontextmanager
async def open_world(scenario: Scenario, *, url: str | None = None) -> AsyncIterator[World]:
    """Start the stand-in, register every user's account, lend the context.

    All is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        directory = Path(folder)
        script = directory / "scenario.json"
        script.write_text(json.dumps(scenario.model_dump(mode="json")), encoding="utf-8")
        async with (
            open_processes(directory, seed=scenario.seed, scenario=script) as processes,
            world_around(
                scenario, description=processes.description, env=processes.env, directory=directory, url=url
            ) as world,
        ):
            yield world


@asynccontextmanager
async def world_around(
    scenario: Scenario,
    *,
    description: dict[str, Any],
    env: dict[str, str],
    directory: Path,
    url: str | None = None,
) -> AsyncIterator[World]:
    """Register every user's account for a stand-in that runs already, and lend the context."""
    settings = rehearsal_settings(description, directory)
    key, database = new_key(), url or f"sqlite:///{directory / 'agent.sqlite'}"
    engine = open_database(database)
    context = _context(settings, engine, key)
    world = World(
        scenario=scenario,
        description=description,
        settings=settings,
        engine=engine,
        context=context,
        directory=directory,
        env=env | {"SC_AGENT_VAULT_KEY": key},
    )
    try:
        await asyncio.to_thread(_register, world)
        yield world
    finally:
        await context.pool.close()
        engine.dispose()


def _context(settings: Settings, engine: Engine, key: str) -> WorkerContext:
    redaction = Redaction()
    configure_logs(level="ERROR", style="text", redaction=redaction)
    return WorkerContext(
        settings=settings,
        engine=engine,
        vault=Vault(parse_key(key, source="the bench")),
        pool=BrowserPool(options=browser_options(settings), replace_after=100_000),
        policy=load_policy(),
        redaction=redaction,
        worker=f"bench-{os.getpid()}",
    )


def _register(world: World) -> None:
    with writing(world.engine) as conn:
        for number, (user, seller) in enumerate(zip(world.scenario.users, world.scenario.sellers, strict=True)):
            new = NewAccount(
                id=name(number),
                user_email=user.email,
                marketplace=seller.marketplaces[0],
                merchant_id=seller.merchant_id,
                merchant_name=seller.name,
                api_authorization=ApiAuthorization.COMPLETE,
            )
            accounts.add(conn, new, now=utc_now())
            secrets = SignInSecrets(password=SecretStr(user.password), totp_secret=SecretStr(user.totp_secret))
            sign_in_secrets.save(conn, world.context.vault, name(number), secrets, now=utc_now())


def code_of(user: User) -> str:
    """The one-time code of this moment."""
    return pyotp.TOTP(user.totp_secret.replace(" ", "")).now()


async def fresh_code_time(until_code: float = 2.0) -> None:
    """Wait until a code that is typed in so many seconds is of a time step with long enough left."""
    left = 30 - time.time() % 30
    if left < _CODE_LEFT + until_code:
        await asyncio.sleep(left + 0.2)
