"""Workers of an earlier program and of today's on one PostgreSQL: an upgrade one by one, and the way back.

In `make test`, tests/unit/store/test_previous_release.py runs the statements of the last release on today's schema.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from tests.support.processes.daemon_process import daemon_environment, running_daemon, wait_until
from tests.support.processes.released_program import Program, ended, is_in_history, log_lines
from tests.support.servers.postgres import Postgres, running_postgres
from tests.support.stored.accounts import write_account
from tests.support.visits.rehearsal import Rehearsal, rehearsing

RELEASE_0_1 = "3e005c8d"  # its schema is 0002
BEFORE = "a33b15ef"  # its schema is 0042; it serves the web role, too
_ADD = ("accounts", "add", "A1", "--marketplace", "US", "--api-authorized", "--secrets-stdin")

pytestmark = [pytest.mark.soak, pytest.mark.optional, pytest.mark.postgres, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as found:
        yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """An account that an old worker accepted for, and that worker, still running."""

    program: Program
    old: subprocess.Popen[bytes]
    old_env: dict[str, str]
    new_env: dict[str, str]
    log: Path
    rehearsal: Callable[[], Rehearsal]
    stand_in: StandIn

    async def seen(self, event: str, *, after: int = 0, **fields: object) -> None:
        """Wait until an old worker has logged it."""
        wanted = {"event": event, **fields}
        await until(lambda: any(wanted.items() <= line.items() for line in log_lines(self.log)[after:]), str(wanted))


async def until(look: Callable[[], Any], what: str) -> None:
    await asyncio.to_thread(wait_until, look, within=150, what=what)


@asynccontextmanager
async def old_worker(commit: str, url: str, folder: Path) -> AsyncIterator[Fleet]:
    """An old program registers an account, starts, and accepts its invitation."""
    if not is_in_history(commit):
        pytest.skip("this clone does not hold the history")
    for name in ("program", "old", "new", "logs"):
        (folder / name).mkdir()
    program, key, log = Program.of(commit, folder / "program"), new_key(), folder / "logs" / "old.log"
    log.touch()
    async with StandIn(one_account(3, invitations=[], seller={"options": {"own_view": True}})) as stand_in:
        new_env = daemon_environment(stand_in.description(), folder / "new", key, DATABASE_URL=url)
        old_env = daemon_environment(stand_in.description(), folder / "old", key, DATABASE_URL=url)
        user, seller = stand_in.realm.scenario.users[0], stand_in.realm.scenario.sellers[0]
        secrets = json.dumps({"password": user.password, "totp_secret": user.totp_secret})
        told = ("--user-email", user.email, "--merchant-id", seller.merchant_id, "--merchant-name", seller.name)
        added = await asyncio.to_thread(program.run, old_env, *_ADD, *told, stdin=secrets)
        assert added.returncode == 0, added.stderr

        def opened() -> Rehearsal:  # once a new program has brought the schema up
            plain = kept.enter_context(rehearsing(stand_in, folder / "new", url=url))
            vault = Vault(parse_key(key, source="the test's key"))
            return Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)

        with ExitStack() as kept, ended(program.start(old_env, log, "run")) as old:
            fleet = Fleet(
                program=program, old=old, old_env=old_env, new_env=new_env, log=log, rehearsal=opened, stand_in=stand_in
            )
            await fleet.seen("daemon.started")
            await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email))
            await fleet.seen("visit.ended", outcome="accepted")
            yield fleet
        journal = stand_in.realm.journal
        assert list(journal.summary()["acceptances"].values()) == [1]
        assert journal.of("code.reused", "password.rejected", "danger.") == []


async def completed(fleet: Fleet) -> Rehearsal:
    """The seller sets the permissions, and whoever is at work reads them."""
    user, seller = fleet.stand_in.realm.scenario.users[0], fleet.stand_in.realm.scenario.sellers[0]
    rehearsal = fleet.rehearsal()
    fleet.stand_in.seller.set_permissions(seller.merchant_id, user.email, Grant(preset="as_asked"))
    await until(lambda: rehearsal.account().authorization is State.COMPLETE, "complete, by either")
    return rehearsal


def due_now(rehearsal: Rehearsal) -> None:
    with writing(rehearsal.engine) as conn:
        write_account(conn, "A1", due=utc_now())


async def test_workers_of_0_1_go_on_beside_new_ones_and_try_no_password_on_what_was_sealed_anew(
    server: Postgres, tmp_path: Path
) -> None:
    async with old_worker(RELEASE_0_1, server.new_database(), tmp_path) as fleet:
        with running_daemon(fleet.new_env, tmp_path / "logs") as new:
            rehearsal = await completed(fleet)
            assert (await asyncio.to_thread(new.stop))[0] == 0
        after, before = len(log_lines(fleet.log)), rehearsal.account().authorization
        due_now(rehearsal)  # the new one is gone: this visit is the old one's
        await fleet.seen("visit.unexpected", after=after)
        assert fleet.old.poll() is None
        errors = [line for line in log_lines(fleet.log) if line.get("level") == "error"]
        assert [line for line in errors if "VaultError" not in line["exception"]] == []
        with running_daemon(fleet.new_env, tmp_path / "logs") as new:
            due_now(rehearsal)
            await asyncio.to_thread(new.wait_for, "visit.ended", within=150, outcome="pass")
        assert rehearsal.account().authorization is before is State.COMPLETE


async def test_the_program_before_works_beside_today_s_and_is_gone_back_to(server: Postgres, tmp_path: Path) -> None:
    async with old_worker(BEFORE, server.new_database(), tmp_path) as fleet:
        with running_daemon(fleet.new_env, tmp_path / "logs") as new:
            rehearsal = await completed(fleet)
            assert fleet.old.poll() is None
            assert (await asyncio.to_thread(new.stop))[0] == 0
        after = len(log_lines(fleet.log))
        due_now(rehearsal)
        await fleet.seen("visit.ended", after=after, outcome="pass")
        fleet.old.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(fleet.old.wait, 60) == 0
        after = len(log_lines(fleet.log))
        with ended(fleet.program.start(fleet.old_env, fleet.log, "run")):
            await fleet.seen("daemon.started", after=after)
            due_now(rehearsal)
            await fleet.seen("visit.ended", after=after, outcome="pass")
        assert rehearsal.account().authorization is State.COMPLETE
        errors = [line["event"] for line in log_lines(fleet.log) if line.get("level") == "error"]
        assert [
            event for event in errors if event != "daemon.stop_failed"
        ] == []  # what a stop cuts off is taken up again
