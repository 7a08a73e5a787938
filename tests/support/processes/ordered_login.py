"""Plays one order of a login with the real processes, from the invitation to the acceptance, while the daemon is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from agent.domain.authorization import State
from agent.rehearsal.demo.client import DemoClient
from agent.rehearsal.demo.processes import environment
from agent.store.database.engine import connect, reading
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault, parse_key
from agent.store.vault.sign_in_secrets import SignInSecrets
from fixtures.stand_in.generate import Draw, one_registration
from fixtures.stand_in.world import StandIn
from tests.support.processes.forked_demo import ForkedDemoProcesses

EMAIL = "a7@users.example"
PATIENCE = 240.0  # seconds: machines that run tests are busy
_ACCEPTED = (State.AWAITING_PERMISSIONS, State.AUDITING)
_LINES = 60  # of the stand-in's log; the shortest registration writes more until its acceptance
_LOOK_EVERY = 0.02  # seconds


@dataclass(slots=True, kw_only=True)
class OrderPlayed:
    """One order under way; `orders` counts how often a person had to order anew."""

    client: DemoClient
    processes: ForkedDemoProcesses
    control: httpx.AsyncClient
    random: Random
    orders: int = 0
    kills: list[int] = field(default_factory=list)  # lines of the log at which the daemon was killed

    async def begin(self) -> None:
        """Order the login and invite the user email."""
        await self._order("add", "--user-email", EMAIL, "--marketplace", self._shop["marketplaces"][0], "--create-login",
                          "--merchant-id", self._shop["merchant_id"], "--api-authorized")  # fmt: skip
        await self.processes.start_daemon()
        await self.client.invite("A1")

    @property
    def _shop(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.sellers["A1"]
        return found

    async def _order(self, *arguments: str) -> None:
        self.orders += 1
        command, *rest = arguments
        await self.client.command(
            "accounts", command, "A1", *rest, "--person-name", "First Last", "--agreed-by", "Anna"
        )

    async def kill(self, times: int) -> None:
        """Kill the daemon at drawn lines of the stand-in's log, and start it again at once.

        At least the first kill strikes before the acceptance, or the test says so.
        """
        at = await self._line()
        for _ in range(times):
            at += self.random.randint(1, _LINES // times)
            while await self._line() < at:
                if self._is_accepted():
                    return
                await self._help()
                await asyncio.sleep(_LOOK_EVERY)
            await asyncio.sleep(self.random.uniform(0.0, 0.15))
            await self.processes.kill_daemon()
            self.kills.append(await self._line())
            await self.processes.start_daemon()

    async def finish(self) -> None:
        """Wait for the acceptance; a person orders anew where the form was sent and nothing came of it."""
        async with asyncio.timeout(PATIENCE):
            while not self._is_accepted():
                await self._help()
                await asyncio.sleep(0.1)

    def _is_accepted(self) -> bool:
        return self.client.status("A1")["authorization"] in _ACCEPTED

    async def _help(self) -> None:
        status = self.client.status("A1")
        if status["authorization"] != State.NEEDS_HUMAN:
            return
        assert status["failure_code"] == "registration_unanswered", status["internal_reason"]
        await self._order("create-login")
        await self.client.command("accounts", "release", "A1")

    async def _line(self) -> int:
        answer = await self.control.get("/log?brief=1")
        return int(answer.json()["last_seq"])

    def in_force(self) -> SignInSecrets:
        """The secrets that the account signs in with."""
        engine = connect(f"sqlite:///{self.processes.data_dir / 'agent.sqlite'}")
        try:
            with reading(engine) as conn:
                vault = Vault(parse_key(self.processes.env["SC_AGENT_VAULT_KEY"], source="the test"))
                return sign_in_secrets.load(conn, vault, "A1").secrets
        finally:
            engine.dispose()


@asynccontextmanager
async def order_played(directory: Path, *, seed: int) -> AsyncIterator[OrderPlayed]:
    """Stand-ins with one address that may register as the seed draws, and an agent beside them."""
    random = Random(f"ordered login:{seed}")
    plan = Draw(seed).registration(EMAIL, login_made=random.choice(("form", "form", "verified")))
    world = one_registration(seed, **plan.model_dump())
    async with StandIn(world) as stand_in:
        told = stand_in.description()
        env = environment(told, directory, {"WORK__MAX_DEATHS": "50"})
        processes = ForkedDemoProcesses(description=told, data_dir=directory, env=env, log=directory / "daemon.log")
        client = DemoClient(processes, world.model_dump(mode="json"), on_step=lambda *_: None, wait_within=PATIENCE)
        async with httpx.AsyncClient(base_url=told["control"], timeout=20) as control:
            try:
                yield OrderPlayed(client=client, processes=processes, control=control, random=random)
            finally:
                await processes.kill_daemon()
                await client.close()
