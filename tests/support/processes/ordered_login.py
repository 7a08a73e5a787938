"""Plays one order of a login with the real processes, from the invitation to the acceptance, while the daemon is
killed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy.engine import Engine

from agent.actions.requests import CODES, answer_request
from agent.clock import utc_now
from agent.domain.authorization import State
from agent.rehearsal.demo.client import DemoClient
from agent.rehearsal.demo.processes import environment
from agent.store.database.engine import connect, reading, writing
from agent.store.people import requests
from agent.store.people.requests import NoOpenRequestError
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault, parse_key
from agent.store.vault.sealed_box import public_key
from agent.store.vault.sign_in_secrets import SignInSecrets
from fixtures.stand_in.generate import Draw, one_registration
from fixtures.stand_in.world import StandIn
from tests.support.processes.forked.demo import ForkedDemoProcesses

EMAIL = "a7@users.example"
PATIENCE = 400.0  # seconds: machines that run tests are busy
_ACCEPTED = (State.AWAITING_PERMISSIONS, State.AUDITING)
_LINES = 60  # of the stand-in's log; the shortest registration writes more until its acceptance
_LOOK_EVERY = 0.02  # seconds


@dataclass(slots=True, kw_only=True)
class OrderPlayed:
    """One order under way.

    `orders` counts how often a person had to order anew, `answered` how often one gave a code.
    """

    client: DemoClient
    processes: ForkedDemoProcesses
    control: httpx.AsyncClient
    random: Random
    orders: int = 0
    answered: int = 0
    kills: list[int] = field(default_factory=list)  # lines of the log at which the daemon was killed

    async def begin(self) -> None:
        """Order the login and invite the user email."""
        await self._order("add", "--user-email", EMAIL, "--marketplace", self._shop["marketplaces"][0],
            "--create-login",
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
        """Do what a person has to: read the right code off the mails, order anew where nothing came of a form."""
        await self._give_code()
        status = self.client.status("A1")
        if status["authorization"] != State.NEEDS_HUMAN:
            return
        assert status["failure_code"] == "registration_unanswered", status["internal_reason"]
        await self._order("create-login")
        await self.client.command("accounts", "release", "A1")

    async def _give_code(self) -> None:
        """Answer a visit that cannot tell the code it asked for from another one of the same purpose."""
        with self._database() as engine, reading(engine) as conn:
            waiting = requests.open_of(conn, "A1", now=utc_now(), kinds=CODES)
        if not waiting:
            return
        mailed = (await self.control.get("/codes", params={"email": EMAIL})).json()["mail"]
        code = mailed.get("account_data") or mailed.get("sign_in") or mailed["registration"]
        self.answered += 1
        with self._database() as engine, writing(engine) as conn, suppress(NoOpenRequestError):
            sealing = public_key(self._vault)
            answer_request(conn, waiting[0].id, code, sealing=sealing, who="anna", now=utc_now())

    async def _line(self) -> int:
        answer = await self.control.get("/log?brief=1")
        return int(answer.json()["last_seq"])

    def in_force(self) -> SignInSecrets:
        """The secrets that the account signs in with."""
        with self._database() as engine, reading(engine) as conn:
            return sign_in_secrets.load(conn, self._vault, "A1").secrets

    @property
    def _vault(self) -> Vault:
        return Vault(parse_key(self.processes.env["SC_AGENT_VAULT_KEY"], source="the test"))

    @contextmanager
    def _database(self) -> Iterator[Engine]:
        engine = connect(f"sqlite:///{self.processes.data_dir / 'agent.sqlite'}")
        try:
            yield engine
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
