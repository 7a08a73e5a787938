"""The real daemon: what a command changes is at the receiver within a moment, and a killed daemon loses nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes.command import Agent
from tests.support.processes.daemon_process import running_daemon
from tests.support.servers.postgres import Postgres, running_postgres
from tests.support.servers.receiver import receiving

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


async def test_each_change_is_delivered_and_what_was_changed_while_the_daemon_was_dead_too(
    agent: Agent, postgres: Postgres, tmp_path: Path
) -> None:
    agent.settings |= {
        "DATABASE_URL": postgres.new_database(),
        "BROWSER__HOST_RESOLVER_RULES": "MAP * 127.0.0.1:1",
        "WEBHOOKS__ALLOW_LOOPBACK": "true",
        "WEB__ADDRESS": "127.0.0.1:0",
        "WORK__LEASE": "1",
    }

    async def command(*arguments: str) -> str:
        ended = await asyncio.to_thread(agent, *arguments)
        assert ended.code == 0, ended.err
        return ended.out

    async with receiving() as receiver:
        await command("webhooks", "add", receiver.url, "--events", "account.registered.v1,account.state_changed.v1")
        with running_daemon(agent.env, tmp_path, "--roles", "web") as daemon:
            await receiver.wait_for(1)
            await asyncio.to_thread(agent.add, "A1")
            await command("accounts", "api-authorization", "A1", "complete")
            await receiver.wait_for(3)
            daemon.kill()
        await command("accounts", "pause", "A1")
        with running_daemon(agent.env, tmp_path, "--roles", "web"):
            while len({event["id"] for event in receiver.taken}) < 3:
                await receiver.wait_for(len(receiver.received) + 1)
        events = list({event["id"]: event for event in receiver.taken}.values())  # what it had sent may come twice
        told = [(event["data"].get("from"), event["data"].get("to")) for event in events]
        listed = [json.loads(line) for line in (await command("events", "--json")).splitlines()]
    assert told == [
        (None, None),
        ("api_authorization_required", "awaiting_invitation"),
        ("awaiting_invitation", "paused"),
    ]
    assert events == [event for event in listed if "account.updated" not in event["type"]]
