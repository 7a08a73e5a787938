"""The daemon as a process in trouble.

The disk is full or PostgreSQL restarted, and it goes on; a person is needed, and it tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from agent.domain.authorization import State
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault, Scenario
from fixtures.stand_in.world import StandIn
from tests.support.processes.daemon_process import Daemon, daemon_environment, running_daemon, wait_until
from tests.support.servers.postgres import running_postgres
from tests.support.servers.small_disk import can_mount, filled, small_disk
from tests.support.visits.rehearsal import Rehearsal, rehearsing


@asynccontextmanager
async def working(
    data: Path, logs: Path, port: int, *, url: str | None = None, scenario: Scenario | None = None, **given: str
) -> AsyncIterator[tuple[Daemon, Rehearsal]]:
    """A daemon with one account, not invited yet; its health is asked at the port."""
    key = new_key()
    async with StandIn(scenario or one_account(3, invitations=[])) as stand_in:
        more = {
            "OBSERVE__HTTP_ADDRESS": f"127.0.0.1:{port}",
            "WORK__LEASE": "4",
            **({"DATABASE_URL": url} if url else {}),
            **given,
        }
        env = daemon_environment(stand_in.description(), data, key, **more)
        with rehearsing(stand_in, data, url=url) as plain:
            vault = Vault(parse_key(key, source="the test's key"))
            rehearsal = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
            rehearsal.register()
            with running_daemon(env, logs) as daemon:
                yield daemon, rehearsal


def ready(port: int) -> int:
    return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=10).status_code


async def until(look: object, what: str, daemon: Daemon) -> None:
    await asyncio.to_thread(wait_until, look, within=60, what=what, alive=daemon.process)  # type: ignore[arg-type]  # a callable


async def invite(rehearsal: Rehearsal) -> None:
    seller, user = rehearsal.scenario.sellers[0], rehearsal.scenario.users[0]
    await rehearsal.stand_in.act(rehearsal.stand_in.seller.invite(seller.merchant_id, user.email))


def is_accepted(rehearsal: Rehearsal) -> bool:
    return rehearsal.account().authorization in (
        State.AWAITING_PERMISSIONS,
        State.AWAITING_CONFIRMATION,
        State.AUDITING,
    )


def assert_once(rehearsal: Rehearsal) -> None:
    journal = rehearsal.stand_in.realm.journal
    assert list(journal.summary()["acceptances"].values()) == [1]
    assert journal.of("code.reused", "password.rejected", "danger.") == []


@pytest.mark.optional
@pytest.mark.skipif(not can_mount(), reason="only root can mount a small disk")
async def test_a_full_disk_makes_it_unready_and_ends_when_there_is_room(tmp_path: Path, unused_tcp_port: int) -> None:
    data = tmp_path / "disk"
    data.mkdir()
    with small_disk(data):
        async with working(data, tmp_path, unused_tcp_port) as (daemon, rehearsal):
            await until(lambda: ready(unused_tcp_port) == 200, "ready", daemon)
            with filled(data):
                await invite(rehearsal)
                await until(lambda: ready(unused_tcp_port) == 503, "unready", daemon)
                assert rehearsal.stand_in.realm.journal.of("invitation.accepted") == []
            await until(lambda: ready(unused_tcp_port) == 200, "ready again", daemon)
            await until(lambda: is_accepted(rehearsal), "the acceptance", daemon)
            code, _ = await asyncio.to_thread(daemon.stop)
            assert code == 0
            assert_once(rehearsal)


@pytest.mark.postgres
async def test_a_restart_of_postgres_in_mid_visit_costs_time_and_nothing_else(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with running_postgres() as server:
        async with working(tmp_path, tmp_path, unused_tcp_port, url=server.new_database()) as (daemon, rehearsal):
            rehearsal.stand_in.realm.faults.add(Fault(on="password", kind="slow", seconds=6))
            await invite(rehearsal)
            await until(lambda: rehearsal.stand_in.realm.journal.of("fault.played"), "the visit", daemon)
            await asyncio.to_thread(server.stop, "immediate")
            await until(lambda: ready(unused_tcp_port) == 503, "unready", daemon)
            await asyncio.to_thread(server.start)
            await until(lambda: ready(unused_tcp_port) == 200, "ready again", daemon)
            await until(lambda: is_accepted(rehearsal), "the acceptance", daemon)
            assert_once(rehearsal)


async def test_people_are_told_of_a_challenge_and_the_metrics_show_it(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port, hook = unused_tcp_port_factory(), unused_tcp_port_factory()
    told: list[dict[str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        told.append(await request.json())
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/{any:.*}", receive)
    runner = web.AppRunner(receiver)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", hook).start()
    challenged = one_account(3, invitations=[], user={"sign_in": ["email", "password", "captcha_image"]})
    async with working(
        tmp_path, tmp_path, port, scenario=challenged, OBSERVE__NOTIFY_URLS=f"json://127.0.0.1:{hook}/"
    ) as (
        daemon,
        rehearsal,
    ):
        await invite(rehearsal)
        await until(lambda: told, "the notice", daemon)
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            metrics = (await client.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
    await runner.cleanup()
    assert [notice["title"] for notice in told] == ["Trouble: account A1"]
    assert "captcha_image" in told[0]["message"]
    assert rehearsal.scenario.users[0].password not in told[0]["message"]
    assert 'sc_agent_visits_total{kind="accept",outcome="challenge"} 1.0' in metrics
    assert {'sc_agent_accounts{state="needs_human"} 1.0', "sc_agent_alarms_open 1.0"} <= set(metrics)
