"""What the stories act through.

The control port, the agent's database, one-off commands, and waiting with a bound.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from agent.cli.registry.status import describe
from agent.domain.authorization import State
from agent.rehearsal.demo.processes import DemoProcesses
from agent.store import accounts
from agent.store.database.engine import connect, reading

LOOK_EVERY = 0.1  # seconds between looks at the database
PATIENCE = 180.0  # seconds until a story is broken; an idle machine takes a tenth of it, a busy one many times as long


class TaleError(Exception):
    """A story did not go as scripted."""


class DemoClient:
    """One running demo."""

    def __init__(
        self,
        processes: DemoProcesses,
        scenario: Mapping[str, Any],
        *,
        on_step: Callable[[str, str], None],
        wait_within: float = PATIENCE,
    ) -> None:
        self.processes = processes
        self.on_step = on_step
        self.wait_within = wait_within
        self._started = time.monotonic()
        self._control = httpx.AsyncClient(base_url=processes.description["control"], trust_env=False, timeout=20)
        self._engine = connect(f"sqlite:///{processes.data_dir / 'agent.sqlite'}")
        people = [*scenario["users"], *scenario["registrations"]]
        self.users = {f"A{number}": user for number, user in enumerate(people, start=1)}
        self.sellers = {f"A{number}": seller for number, seller in enumerate(scenario["sellers"], start=1)}

    @property
    def seconds(self) -> float:
        """Since the curtain rose."""
        return time.monotonic() - self._started

    async def close(self) -> None:
        """Let go of the control port and the database."""
        await self._control.aclose()
        self._engine.dispose()

    async def control(self, path: str, **body: Any) -> dict[str, Any]:
        """Ask the control port.

        Raises:
            TaleError: it refuses.
        """
        answer = await self._control.post(f"/{path}", json=body)
        document: dict[str, Any] = answer.json()
        if answer.status_code != httpx.codes.OK:
            raise TaleError(f"the stand-in refuses {path} {body.get('do', '')}: {document.get('error')}")
        return document

    async def seller(self, do: str, account: str, **more: Any) -> dict[str, Any]:
        """Act as the account's seller."""
        return await self.control(
            "seller",
            do=do,
            merchant_id=self.sellers[account]["merchant_id"],
            email=self.users[account]["email"],
            **more,
        )

    async def invite(self, account: str, **more: Any) -> dict[str, Any]:
        """Have the seller invite the user email."""
        return await self.seller("invite", account, **more)

    async def forge(self, account: str, kind: str) -> dict[str, Any]:
        """Have a forged invitation delivered."""
        return await self.control(
            "forge", kind=kind, merchant_id=self.sellers[account]["merchant_id"], email=self.users[account]["email"]
        )

    async def command(self, *arguments: str) -> str:
        """Run a one-off command.

        Raises:
            TaleError: it fails.
        """
        code, out, err = await self.processes.command(*arguments)
        if code != 0:
            raise TaleError(f"sc-agent {' '.join(arguments)} ended with {code}: {err.strip()}")
        return out

    def status(self, account: str) -> dict[str, Any]:
        """What `sc-agent status ID --json` shows."""
        with reading(self._engine) as conn:
            return describe(conn, accounts.get(conn, account))

    async def until(self, account: str, state: State) -> dict[str, Any]:
        """Wait until the account is in a state."""
        return await self.when(account, lambda status: status["authorization"] == state, f"the state {state}")

    async def when(self, account: str, truth: Callable[[dict[str, Any]], object], wanted: str) -> dict[str, Any]:
        """Wait until something is true of an account's status.

        Raises:
            TaleError: it did not become true in time, or the daemon is gone.
        """
        end = time.monotonic() + self.wait_within
        while not truth(status := self.status(account)):
            if time.monotonic() > end:
                why = status["internal_reason"] or "; ".join(status["reasons"]) or status["message"]
                raise TaleError(
                    f"expected {wanted} within {self.wait_within:.0f} s, saw {status['authorization']} ({why})"
                )
            if self.processes.daemon is not None and self.processes.daemon.returncode is not None:
                raise TaleError(
                    f"the daemon ended with {self.processes.daemon.returncode}; its log is {self.processes.log}"
                )
            await asyncio.sleep(LOOK_EVERY)
        return status

    async def log(self) -> dict[str, Any]:
        """Everything the stand-in was asked."""
        answer = await self._control.get("/log")
        document: dict[str, Any] = answer.json()
        return document

    async def sign_ins(self, account: str) -> list[dict[str, Any]]:
        """Completed sign-ins of an account's user."""
        return self._of(account, (await self.log())["sign_ins"])

    async def password_tries(self, account: str) -> int:
        """How often a password was sent for an account's user."""
        events = (await self.log())["events"]
        return len(self._of(account, [event for event in events if event["kind"].startswith("password.")]))

    async def opened(self, link: str) -> bool:
        """Whether this link's path and query were asked for."""
        target = link.split("://", 1)[-1].split("/", 1)[-1]
        return any(
            target in f"{entry.get('path', '')}?{entry.get('query', '')}".lstrip("/")
            for entry in (await self.log())["requests"]
        )

    def evidence(self, account: str) -> list[Path]:
        """Files kept for an account."""
        return sorted(path for path in (self.processes.data_dir / "evidence" / account).rglob("*") if path.is_file())

    def _of(self, account: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        email = self.users[account]["email"]
        return [entry for entry in entries if email in (entry.get("user"), entry.get("email"))]
