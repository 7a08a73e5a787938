"""The daemon as a process: cut off anywhere, stopped anywhere, it ends the same and clicks nothing twice."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import writing
from agent.store.processes import switches
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from tests.support.processes.daemon_process import ROOT, daemon_environment, running_daemon, wait_until
from tests.support.visits.rehearsal import Rehearsal, rehearsing

ACCEPTED = (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION, State.AUDITING, State.COMPLETE)


@dataclass(slots=True)
class Scene:
    """One account that is invited by mail, and the settings of its daemon."""

    rehearsal: Rehearsal
    env: dict[str, str]
    directory: Path
    notes: list[str] = field(default_factory=list)

    async def invite(self) -> None:
        seller, user = self.rehearsal.scenario.sellers[0], self.rehearsal.scenario.users[0]
        stand_in = self.rehearsal.stand_in
        await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))

    def seen(self, kind: str) -> int:
        return len(self.rehearsal.stand_in.realm.journal.of(kind))

    async def reach(self, kind: str) -> None:
        await asyncio.to_thread(wait_until, lambda: self.seen(kind), within=120, what=kind)

    async def until_accepted(self) -> None:
        await asyncio.to_thread(
            wait_until,
            lambda: self.rehearsal.account().authorization in ACCEPTED,
            within=120,
            what="the account to be accepted",
        )

    def assert_nothing_was_done_twice(self) -> None:
        summary = self.rehearsal.stand_in.realm.journal.summary()
        assert list(summary["acceptances"].values()) == [1]
        assert summary["dangers"] == []
        assert self.seen("code.reused") == 0
        assert self.seen("password.rejected") == 0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A stand-in without an invitation yet, and an agent that knows the account."""
    async with StandIn(one_account(3, invitations=[])) as stand_in:
        key = new_key()
        with rehearsing(stand_in, tmp_path) as rehearsal:
            ready = Rehearsal(
                stand_in=stand_in,
                settings=rehearsal.settings,
                engine=rehearsal.engine,
                vault=Vault(parse_key(key, source="the test's key")),
            )
            ready.register()
            yield Scene(ready, daemon_environment(stand_in.description(), tmp_path, key), tmp_path)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("moment", ["mail.delivered", "password.accepted", "sign_in.done", "invitation.accepted"])
async def test_killed_at_any_moment_it_goes_on_after_a_restart_and_accepts_once(scene: Scene, moment: str) -> None:
    scene.rehearsal.stand_in.realm.faults.add(
        Fault(on="/invitation/accept", kind="slow", method="POST", moment="after", seconds=3)
    )
    with running_daemon(scene.env, scene.directory) as daemon:
        await scene.invite()
        await scene.reach(moment)
        await asyncio.to_thread(daemon.kill)
    with running_daemon(scene.env, scene.directory) as daemon:
        await scene.until_accepted()
        code, _ = await asyncio.to_thread(daemon.stop)
    assert code == 0
    scene.assert_nothing_was_done_twice()


@pytest.mark.sampled(1, of="a flow that is stopped and goes on later")
async def test_it_stops_in_mid_flow_without_waiting_for_the_page_and_goes_on_later(scene: Scene) -> None:
    scene.rehearsal.stand_in.realm.faults.add(Fault(on="password", kind="slow", seconds=60))
    with running_daemon(scene.env, scene.directory) as daemon:
        await scene.invite()
        await asyncio.to_thread(daemon.wait_for, "visit.started")
        await scene.reach("fault.played")
        code, seconds = await asyncio.to_thread(daemon.stop)
    assert (code, seconds < 40) == (0, True)
    assert scene.rehearsal.account().crashes == 0
    with running_daemon(scene.env, scene.directory) as daemon:
        await scene.until_accepted()
    scene.assert_nothing_was_done_twice()


@pytest.mark.sampled(1, of="a flow that is stopped and goes on later")
async def test_pausing_everything_stops_a_running_flow_within_seconds_and_survives_a_restart(scene: Scene) -> None:
    scene.rehearsal.stand_in.realm.faults.add(Fault(on="password", kind="slow", seconds=60))
    with running_daemon(scene.env, scene.directory) as daemon:
        await scene.invite()
        await scene.reach("fault.played")
        with writing(scene.rehearsal.engine) as conn:
            switches.pause_all(conn, now=utc_now(), who="operator")
        started = time.monotonic()
        await asyncio.to_thread(daemon.wait_for, "visit.ended", outcome="held")
        assert time.monotonic() - started < 40  # the page is awaited for a minute
        await asyncio.to_thread(daemon.stop)
    with running_daemon(scene.env, scene.directory):
        asked = scene.seen("request")
        await asyncio.sleep(2)
        assert scene.seen("request") == asked
        with writing(scene.rehearsal.engine) as conn:
            switches.resume_all(conn, now=utc_now())
        await scene.until_accepted()
    scene.assert_nothing_was_done_twice()


async def test_a_second_daemon_ends_with_4_and_one_line(scene: Scene) -> None:
    with running_daemon(scene.env, scene.directory):
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "agent", "run"],
            env=scene.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert second.returncode == 4
    assert next(line for line in second.stderr.splitlines() if not line.startswith("{")).startswith(
        "error: another daemon"
    )
