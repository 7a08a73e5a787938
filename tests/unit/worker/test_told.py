"""What becomes due is started at once, by whoever can: no loop looks for it, each is told.

Looks are an hour apart here (tests/support/processes/told_daemon.py), so that what is started was told of.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.account import ApiAuthorization
from agent.domain.authorization import State
from agent.settings.groups.visits import WorkSettings
from agent.settings.model import Settings
from agent.settings.web_address import noted_address
from agent.store.api import api_keys, operations
from agent.store.api.api_keys import Scope
from agent.store.api.operations import Operation, OperationState
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import reading, writing
from agent.store.database.schema import operations as table
from agent.store.outbox.wake import CHANNEL
from agent.store.vault.keys import Vault, new_key, parse_key
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from tests.support.processes.told_daemon import (
    HOUR,
    PATIENCE,
    Browse,
    look_seldom,
    looks_of,
    rest_of,
    settings_for,
    visit_nothing,
    visited,
    working,
)
from tests.support.sites.mail_world import mail_world
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.web.web_server import API, once

KEY = new_key()


@pytest.fixture
def vault() -> Vault:
    """Its key is given to the other worker, too."""
    return Vault(parse_key(KEY, source="the test"))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "own-notes"


def wait_for_authorization(engine: Engine, vault: Vault, *ids: str) -> None:
    """Accounts whose invitation came before their API authorization."""
    with writing(engine) as conn:
        for number, account_id in enumerate(ids, 1):
            add_account(conn, account_id, api=ApiAuthorization.PENDING)
            add_secrets(conn, vault, account_id)
            invite(conn, account_id, number=number, now=utc_now())


@asynccontextmanager
async def platform(settings: Settings, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the daemon's own API."""
    with writing(engine) as conn:
        web_key, scopes = open_web_key(settings), set(Scope)
        _, secret = api_keys.create(conn, web_key, name="platform", scopes=scopes, days=None, now=utc_now())
    headers = {"Authorization": f"Bearer {secret.get_secret_value()}"}
    url = f"http://{noted_address(settings)}{API}"
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=40) as client:
        yield client


async def authorize(client: httpx.AsyncClient, account_id: str) -> None:
    asked = await client.put(f"/accounts/{account_id}/api-authorization", json={"status": "complete"})
    assert asked.status_code == 200, asked.text


async def test_a_mail_that_is_judged_starts_its_visit_without_a_look(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch.setattr, notes)
    with mail_world(tmp_path, idle_slice=540.0, junk_interval=HOUR, poll_interval=HOUR) as world:
        world.account("A1")
        with writing(world.engine) as conn:
            add_secrets(conn, world.vault, "A1")
        settings = world.settings.model_copy(update={"work": WorkSettings(tick=HOUR)})
        async with working(settings, world.engine, world.vault, notes, "mail", "work"):
            async with asyncio.timeout(PATIENCE):
                while not world.is_watched("invites@127.0.0.1"):  # noqa: ASYNC110 - a database tells nobody
                    await asyncio.sleep(0.05)
            assert world.inbox is not None
            await world.inbox.deliver(world.mail_to("A1"))
            assert await visited(world.engine, "A1") == "local"


async def test_an_audit_that_the_api_asks_for_is_started_without_a_look(
    engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch.setattr, notes)
    settings = settings_for(tmp_path)
    with writing(engine) as conn:
        add_account(conn, "A1")
        add_secrets(conn, vault, "A1")
        write_account(conn, "A1", authorization=State.COMPLETE, due=utc_now() + timedelta(days=1))
    async with working(settings, engine, vault, notes, "work", "web"), platform(settings, engine) as client:
        asked = await client.post("/accounts/A1/audits", headers=once())
        assert asked.status_code == 202, asked.text
        assert await visited(engine, "A1") == "local"


async def test_an_api_authorization_that_is_completed_starts_the_acceptance_without_a_look(
    engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch.setattr, notes)
    settings = settings_for(tmp_path)
    wait_for_authorization(engine, vault, "A1")
    async with working(settings, engine, vault, notes, "work", "web"), platform(settings, engine) as client:
        await authorize(client, "A1")
        assert await visited(engine, "A1") == "local"


async def test_an_audit_that_is_asked_for_during_a_visit_is_started_when_that_has_ended_without_a_look(
    engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = asyncio.Event()
    look_seldom(monkeypatch.setattr, notes, browse=staying(over))
    settings = settings_for(tmp_path)
    wait_for_authorization(engine, vault, "A1")
    async with working(settings, engine, vault, notes, "work", "web"), platform(settings, engine) as client:
        await authorize(client, "A1")
        await visited(engine, "A1")
        before = looks_of(notes, "operations")
        asked = await client.post("/accounts/A1/audits", headers=once())
        assert asked.status_code == 202, asked.text
        async with asyncio.timeout(PATIENCE):
            while looks_of(notes, "operations") == before:  # noqa: ASYNC110 - a thread notes it
                await asyncio.sleep(0.05)
        over.set()
        await visited(engine, "A1", times=2)


def staying(over: asyncio.Event) -> Browse:
    """A visit that lasts until then."""

    async def stay(context: Any, plan: Plan, *rest: Any) -> Conclusion:
        await over.wait()
        return await visit_nothing(context, plan, *rest)

    return stay


async def test_what_nobody_told_of_is_found_by_the_next_look(
    engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch.setattr, notes)
    settings = settings_for(tmp_path, work=WorkSettings(tick=0.5))
    with writing(engine) as conn:
        add_account(conn, "A1")
        add_secrets(conn, vault, "A1")
        write_account(conn, "A1", authorization=State.COMPLETE, due=None)
    async with working(settings, engine, vault, notes, "work"):
        with writing(engine) as conn:
            write_account(conn, "A1", due=datetime.now(UTC))  # as by hand: no signal
        assert await visited(engine, "A1") == "local"


@contextmanager
def another_worker(url: str, directory: Path) -> Iterator[Path]:
    """A second worker, in a process of its own; gives its notes."""
    directory.mkdir()
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.processes.told_daemon", url, str(directory), KEY]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as process:
        try:
            yield directory / "notes"
        finally:
            process.kill()


def end_listeners(url: str) -> int:
    """Cut each connection that hears notifications; returns how many there were."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query = %s AND datname = "
        "current_database()"
    )
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(query, [f"LISTEN {CHANNEL}"]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
async def test_a_worker_with_a_free_context_is_told_by_the_database_also_after_its_connection_was_lost(
    any_engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = asyncio.Event()
    look_seldom(monkeypatch.setattr, notes, browse=staying(over))
    engine, settings = any_engine, settings_for(tmp_path, contexts=1)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    wait_for_authorization(engine, vault, "A1", "A2", "A3", "A4")
    try:
        async with working(settings, engine, vault, notes, "work", "web"), platform(settings, engine) as client:
            await authorize(client, "A1")
            ours = await visited(engine, "A1")  # has the only context for as long as the test lasts
            with another_worker(url, tmp_path / "other") as theirs:
                await rest_of(theirs)
                await authorize(client, "A2")
                assert await visited(engine, "A2") != ours
                await rest_of(theirs)
                assert end_listeners(url) == 2
                await authorize(client, "A3")  # while nobody hears it
                assert await visited(engine, "A3") != ours
                await rest_of(theirs)
                await authorize(client, "A4")
                assert await visited(engine, "A4") != ours
            over.set()
    finally:
        over.set()


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
async def test_what_a_worker_that_stops_was_asked_for_is_taken_by_another_at_once(
    any_engine: Engine, vault: Vault, tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_seldom(monkeypatch.setattr, notes, browse=staying(asyncio.Event()))
    engine, settings = any_engine, settings_for(tmp_path)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with writing(engine) as conn:
        add_account(conn, "A1")
        add_secrets(conn, vault, "A1")
        write_account(conn, "A1", authorization=State.COMPLETE, due=utc_now() + timedelta(days=1))
    with ExitStack() as stack:
        async with working(settings, engine, vault, notes, "work", "web"), platform(settings, engine) as client:
            asked = await client.post("/accounts/A1/audits", headers=once())
            assert asked.status_code == 202, asked.text
            ours = await visited(engine, "A1")
            await rest_of(stack.enter_context(another_worker(url, tmp_path / "other")))
        async with asyncio.timeout(PATIENCE):
            while (ended := await asyncio.to_thread(operation, engine)).state != OperationState.DONE:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.05)
    assert ended.worker != ours


def operation(engine: Engine) -> Operation:
    """The only one."""
    with reading(engine) as conn:
        found = operations.get(conn, str(conn.scalar(sa.select(table.c.id))))
    assert found is not None
    return found
