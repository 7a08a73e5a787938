"""Several daemons on one PostgreSQL, with real browsers.

The death of one costs time, nothing else.

Without browsers, so that kills can be many in every run: tests/unit/worker/test_many_workers.py.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.domain.authorization import State
from agent.store.database.engine import reading
from agent.store.database.schema import leases
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.scenario import Fault, Scenario
from fixtures.stand_in.world import StandIn
from tests.support.processes.daemon_process import Daemon, daemon_environment, running_daemon, wait_until
from tests.support.servers.postgres import running_postgres
from tests.support.visits.rehearsal import Rehearsal, rehearsing


@pytest.mark.sampled(1, of="a daemon that is killed beside others")
@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["sign_in.done", "invitation.accepted"])
async def test_another_daemon_takes_over_when_one_is_killed_in_mid_visit(tmp_path: Path, moment: str) -> None:
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(one_account(3, invitations=[])) as stand_in:
            env = daemon_environment(stand_in.description(), tmp_path, key, DATABASE_URL=url, WORK__LEASE="4")
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                rehearsal = Rehearsal(
                    stand_in=stand_in,
                    settings=plain.settings,
                    engine=plain.engine,
                    vault=Vault(parse_key(key, source="the test's key")),
                )
                rehearsal.register()
                await _play(rehearsal, env, tmp_path, moment)


async def _play(rehearsal: Rehearsal, env: dict[str, str], directory: Path, moment: str) -> None:
    stand_in, journal = rehearsal.stand_in, rehearsal.stand_in.realm.journal
    stand_in.realm.faults.add(Fault(on="/invitation/accept", kind="slow", method="POST", moment="after", seconds=4))
    with (
        running_daemon(env, directory, "--roles", "mail,work") as first,
        running_daemon(env, directory, "--roles", "mail,work") as second,
    ):
        seller, user = rehearsal.scenario.sellers[0], rehearsal.scenario.users[0]
        await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))
        await asyncio.to_thread(wait_until, lambda: journal.of(moment), within=60, what=moment)
        victim = first if _is_visiting(first) else second
        survivor = second if victim is first else first
        await asyncio.to_thread(victim.kill)
        await asyncio.to_thread(
            wait_until, lambda: _is_accepted(rehearsal), within=60, what="the account to be accepted"
        )
        assert _is_visiting(survivor)
        await asyncio.to_thread(survivor.stop)
    assert list(journal.summary()["acceptances"].values()) == [1]
    assert journal.of("code.reused", "password.rejected", "danger.") == []


def _is_visiting(daemon: Daemon) -> bool:
    return any(line["event"] == "visit.started" for line in daemon.lines())


def _is_accepted(rehearsal: Rehearsal) -> bool:
    return rehearsal.account().authorization in (
        State.AWAITING_PERMISSIONS,
        State.AWAITING_CONFIRMATION,
        State.AUDITING,
    )


@pytest.mark.sampled(1, of="a daemon that is killed beside others")
@pytest.mark.postgres
async def test_mail_and_work_live_apart_and_a_mailbox_is_taken_over_when_its_leader_is_killed(tmp_path: Path) -> None:
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(one_account(3, invitations=[])) as stand_in:
            env = daemon_environment(stand_in.description(), tmp_path, key, DATABASE_URL=url, WORK__LEASE="4")
            with rehearsing(stand_in, tmp_path, url=url) as plain, ExitStack() as stack:
                vault = Vault(parse_key(key, source="the test's key"))
                rehearsal = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
                rehearsal.register()
                first, second, worker = (
                    stack.enter_context(running_daemon(env, tmp_path, "--roles", role))
                    for role in ("mail", "mail", "work")
                )
                leader = await asyncio.to_thread(
                    wait_until, lambda: _leader(rehearsal), within=120, what="a leader of the mailbox"
                )
                victim, survivor = (first, second) if leader == first.process.pid else (second, first)
                assert leader == victim.process.pid
                await asyncio.to_thread(victim.kill)
                seller, user = rehearsal.scenario.sellers[0], rehearsal.scenario.users[0]
                await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))
                await asyncio.to_thread(
                    wait_until, lambda: _is_accepted(rehearsal), within=90, what="the account to be accepted"
                )
                assert _leader(rehearsal) == survivor.process.pid
                assert [_is_visiting(daemon) for daemon in (first, second, worker)] == [False, False, True]
                assert [(await asyncio.to_thread(daemon.stop))[0] for daemon in (survivor, worker)] == [0, 0]
        assert list(stand_in.realm.journal.summary()["acceptances"].values()) == [1]


def _leader(rehearsal: Rehearsal) -> int | None:
    """The process that watches the mailbox."""
    with reading(rehearsal.engine) as conn:
        names = conn.scalars(sa.select(leases.c.holder).where(leases.c.account_id.startswith("mailbox:"))).all()
    return int(names[0].split(":")[1]) if names else None


def many(count: int) -> Scenario:
    """So many users, each with a seller."""
    draw = Draw(7)
    users = [draw.user(f"a{number}@users.example") for number in range(count)]
    return Scenario(seed=7, users=users, sellers=[draw.seller() for _ in users])


@pytest.mark.postgres
@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("count", "seconds"), [(6, 20), (200, 120)])
async def test_three_daemons_killed_at_random_accept_every_invitation_once(
    tmp_path: Path, count: int, seconds: float
) -> None:
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(many(count)) as stand_in:
            # Deaths and cut-off sign-ins are ours here, not the accounts': they must not set one aside.
            more = {
                "WORK__MAX_DEATHS": "99",
                "SIGN_IN__ATTEMPTS_PER_HOUR": "99",
                "WORK__LEASE": "5",
                "BROWSER__CONTEXTS": "1",
            }
            env = daemon_environment(
                stand_in.description(), tmp_path, key, DATABASE_URL=url, AUDIT__INTERVAL_WAITING="3600", **more
            )
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                vault = Vault(parse_key(key, source="the test's key"))
                rehearsal = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
                for number in range(count):
                    rehearsal.register(number, account_id=f"A{number}")
                for user, seller in zip(rehearsal.scenario.users, rehearsal.scenario.sellers, strict=True):
                    await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))
                kills = await asyncio.to_thread(_kill_and_wait, rehearsal, env, tmp_path, count, seconds)
            journal = stand_in.realm.journal
            assert kills >= seconds // 15
            assert sorted(journal.summary()["acceptances"].values()) == [1] * count
            assert (
                journal.of("code.reused", "password.rejected", "invitation.accepted_by_wrong_identity", "danger.") == []
            )


def _kill_and_wait(rehearsal: Rehearsal, env: dict[str, str], directory: Path, count: int, seconds: float) -> int:
    """Keep three daemons at work and kill one of them now and then.

    Then let them finish. Returns how many were killed.
    """
    chance, kills = random.Random(1), 0
    with ExitStack() as stack:
        daemons = [stack.enter_context(running_daemon(env, directory)) for _ in range(3)]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(chance.uniform(2, 8))
            victim = chance.randrange(3)
            daemons[victim].kill()
            kills += 1
            daemons[victim] = stack.enter_context(running_daemon(env, directory))
        done = lambda: len(rehearsal.stand_in.realm.journal.summary()["acceptances"]) == count  # noqa: E731
        wait_until(done, within=60 + 15 * count, what="every acceptance")
        states = {State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION, State.AUDITING}
        written = lambda: all(rehearsal.account(f"A{n}").authorization in states for n in range(count))  # noqa: E731
        wait_until(written, within=120, what="every acceptance to be written down")
    return kills
