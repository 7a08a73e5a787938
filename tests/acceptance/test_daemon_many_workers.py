"""Several daemons on one PostgreSQL: the death of one costs time, nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.domain.authorization import State
from agent.store.vault import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from tests.support.daemon_process import Daemon, daemon_environment, running_daemon, wait_until
from tests.support.postgres import running_postgres
from tests.support.rehearsal import Rehearsal, rehearsing


@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["sign_in.done", "invitation.accepted"])
async def test_another_daemon_takes_over_when_one_is_killed_in_mid_visit(tmp_path: Path, moment: str) -> None:
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(one_account(3, invitations=[])) as stand_in:
            env = daemon_environment(stand_in.description(), tmp_path, key, DATABASE_URL=url, WORK__LEASE="4")
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                rehearsal = Rehearsal(
                    stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=Vault(parse_key(key, source="the test's key"))
                )
                rehearsal.register()
                await _play(rehearsal, env, tmp_path, moment)


async def _play(rehearsal: Rehearsal, env: dict[str, str], directory: Path, moment: str) -> None:
    stand_in, journal = rehearsal.stand_in, rehearsal.stand_in.realm.journal
    stand_in.realm.faults.add(Fault(on="/invitation/accept", kind="slow", method="POST", moment="after", seconds=4))
    with running_daemon(env, directory, "--roles", "mail,work") as first, running_daemon(env, directory, "--roles", "mail,work") as second:
        seller, user = rehearsal.scenario.sellers[0], rehearsal.scenario.users[0]
        await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))
        await asyncio.to_thread(wait_until, lambda: journal.of(moment), within=60, what=moment)
        victim = first if _is_visiting(first) else second
        survivor = second if victim is first else first
        await asyncio.to_thread(victim.kill)
        await asyncio.to_thread(wait_until, lambda: _is_accepted(rehearsal), within=60, what="the account to be accepted")
        assert _is_visiting(survivor)
        await asyncio.to_thread(survivor.stop)
    assert list(journal.summary()["acceptances"].values()) == [1]
    assert journal.of("code.reused", "password.rejected", "danger.") == []


def _is_visiting(daemon: Daemon) -> bool:
    return any(line["event"] == "visit.started" for line in daemon.lines())


def _is_accepted(rehearsal: Rehearsal) -> bool:
    return rehearsal.account().authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION, State.AUDITING)
