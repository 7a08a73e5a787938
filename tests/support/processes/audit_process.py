"""A process that audits one account many times at once and tells when each browser context of its was open.

Run as `python -m tests.support.processes.audit_process ACCOUNT TIMES`,
with the agent's settings in its environment; prints one JSON line. Contexts are timed
by the monotonic clock, which the processes of one machine share.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from agent.cli import context
from agent.domain.policy.load import load_policy
from agent.errors import AgentError
from agent.visits import browsing as visitor
from agent.visits.on_demand import auditing
from flows.visit.open_visit import open_visit

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the processes of a crowd told."""

    verdicts: tuple[str, ...]
    contexts: tuple[tuple[float, float], ...]  # opened, closed; in the order of opening
    processes: int  # that opened a context

    @property
    def overlaps(self) -> int:
        """How many contexts were opened before the one before was closed."""
        return sum(later[0] < earlier[1] for earlier, later in zip(self.contexts, self.contexts[1:], strict=False))


def run_crowd(env: dict[str, str], times: tuple[int, ...], *, timeout: float) -> Told:
    """Start a process for each of `times`, all at once, and gather what they told."""
    command = [sys.executable, "-m", "tests.support.processes.audit_process", "A1"]
    started = [
        subprocess.Popen([*command, str(n)], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True) for n in times
    ]
    try:
        told = [json.loads(process.communicate(timeout=timeout)[0]) for process in started]
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
                process.wait(90)
    return Told(
        verdicts=tuple(verdict for one in told for verdict in one["verdicts"]),
        contexts=tuple(sorted((opened, closed) for one in told for opened, closed in one["contexts"])),
        processes=sum(bool(one["contexts"]) for one in told),
    )


async def _audit_at_once(account: str, times: int) -> list[str]:
    settings = context.settings()
    engine = context.database(settings)
    async with auditing(settings, engine=engine, vault=context.vault(settings), policy=load_policy()) as audit:

        async def once() -> str:
            try:
                return (await audit(account, None))["verdict"]
            except AgentError as err:
                return f"{type(err).__name__}: {err}"

        return list(await asyncio.gather(*(once() for _ in range(times))))


def _main(account: str, times: int) -> None:
    contexts: list[tuple[float, float]] = []

    @asynccontextmanager
    async def timed(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
        opened = monotonic()
        try:
            async with open_visit(*arguments, **named) as visit:
                yield visit
        finally:
            contexts.append((opened, monotonic()))

    vars(visitor)["open_visit"] = timed  # the same context, with a witness
    verdicts = asyncio.run(_audit_at_once(account, times))
    print(json.dumps({"process": os.getpid(), "verdicts": verdicts, "contexts": contexts}))  # noqa: T201 - the result of this process


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
