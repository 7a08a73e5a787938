"""A visit that asks a person: the answer comes once, at once, and whatever ends the visit ends the request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.requests import Ending, RequestKind
from agent.settings.groups.visits import SignInSettings
from agent.store.api.web_key import WebKey
from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.console.presence import is_anybody_there
from agent.store.database.engine import reading, writing
from agent.store.database.schema import requests as table
from agent.store.people import requests
from agent.store.people.requests import PersonRequest
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault
from agent.visits.hooks import hooks_for
from agent.visits.people.requests import Answered, Unanswered, ask_person
from agent.visits.plan import Plan, VisitKind
from agent.visits.prepare import prepare
from agent.visits.shared.context import WorkerContext
from flows.redaction.redact import Redactor
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

KEY = WebKey(b"w" * 32)
LONG = timedelta(seconds=60)


@pytest.fixture
def worker_context(any_engine: Engine, vault: Vault, tmp_path: Path) -> WorkerContext:
    """A daemon's worker with one account that has something to accept."""
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        invite(conn, now=utc_now())
    return replace(make_context(any_engine, vault, tmp_path), asks_people=True)


@pytest_asyncio.fixture
async def plan(worker_context: WorkerContext) -> AsyncIterator[Plan]:
    """A visit that has begun."""
    yield await prepare(worker_context, "A1", kind=VisitKind.ACCEPT)


def asking(
    worker_context: WorkerContext, plan: Plan, redactor: Redactor, *, within: timedelta = LONG
) -> asyncio.Task[Answered | Unanswered]:
    """Ask aside."""
    kind = RequestKind.SMS_CODE
    words = "We sent a code to +1 425 555 0199"
    return asyncio.create_task(
        ask_person(worker_context, plan, kind=kind, words=words, within=within, redactor=redactor)
    )


async def opened(worker_context: WorkerContext) -> PersonRequest:
    """The request, as soon as it stands."""
    while True:
        with reading(worker_context.engine) as conn:
            found = requests.open_of(conn, "A1", now=worker_context.clock.now())
        if found:
            return found[0]
        await asyncio.sleep(0.01)


def give(worker_context: WorkerContext, asked: PersonRequest, text: str) -> None:
    with writing(worker_context.engine) as conn:
        sealing = sealed_box.public_key(worker_context.vault)
        requests.answer(conn, asked.id, sealing=sealing, text=text, who="ada", now=worker_context.clock.now())


def ending(worker_context: WorkerContext) -> str | None:
    with reading(worker_context.engine) as conn:
        found: str | None = conn.execute(sa.select(table.c.ending)).scalar_one()
    return found


async def test_the_answer_comes_once_and_is_registered_before_anybody_sees_it(
    worker_context: WorkerContext, plan: Plan
) -> None:
    redactor = Redactor()
    task = asking(worker_context, plan, redactor)
    give(worker_context, await opened(worker_context), "471182")
    found = await task
    assert isinstance(found, Answered)
    assert (found.text.get_secret_value(), found.who) == ("471182", "ada")
    assert "471182" not in redactor.redact("the code 471182 was typed")


async def test_nobody_answers_in_time(worker_context: WorkerContext, plan: Plan) -> None:
    found = await asking(worker_context, plan, Redactor(), within=timedelta(seconds=0.2))
    assert found == Unanswered(ending=Ending.EXPIRED)
    assert ending(worker_context) == Ending.EXPIRED


async def test_a_visit_that_is_stopped_closes_its_request(worker_context: WorkerContext, plan: Plan) -> None:
    task = asking(worker_context, plan, Redactor())
    await opened(worker_context)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ending(worker_context) == Ending.VISIT_ENDED


async def test_a_request_that_was_taken_over_ends_the_waiting(worker_context: WorkerContext, plan: Plan) -> None:
    task = asking(worker_context, plan, Redactor())
    asked = await opened(worker_context)
    with writing(worker_context.engine) as conn:
        requests.close(conn, asked.id, Ending.TAKEN_OVER, now=worker_context.clock.now())
    assert await task == Unanswered(ending=Ending.TAKEN_OVER)


async def test_a_command_asks_nobody(worker_context: WorkerContext, plan: Plan) -> None:
    found = await asking(replace(worker_context, asks_people=False), plan, Redactor())
    assert found == Unanswered(ending=Ending.WITHDRAWN)
    with reading(worker_context.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0


async def test_an_answer_for_another_vault_ends_the_waiting(worker_context: WorkerContext, plan: Plan) -> None:
    task = asking(worker_context, plan, Redactor())
    asked = await opened(worker_context)
    with writing(worker_context.engine) as conn:
        sealing = sealed_box.public_key(Vault(b"x" * 32))
        requests.answer(conn, asked.id, sealing=sealing, text="471182", who="ada", now=worker_context.clock.now())
    assert await task == Unanswered(ending=Ending.WITHDRAWN)


@pytest.mark.parametrize(
    ("ask", "is_present", "is_asked"),
    [("present", False, False), ("present", True, True), ("always", False, True), ("never", True, False)],
)
async def test_a_sign_in_asks_where_the_settings_and_the_console_allow_it(
    worker_context: WorkerContext, plan: Plan, ask: str, is_present: bool, is_asked: bool
) -> None:
    limits = SignInSettings.model_validate({"ask": ask, "ask_within": 0.1})
    worker_context = replace(worker_context, settings=worker_context.settings.model_copy(update={"sign_in": limits}))
    if is_present:
        with writing(worker_context.engine) as conn:
            people.save(conn, "ada", Role.DRIVER, now=worker_context.clock.now())
            sessions.start(conn, KEY, "ada", source="here", now=worker_context.clock.now())
    hooks = hooks_for(plan, worker_context, redactor=Redactor())
    assert hooks.ask_code is not None
    assert await hooks.ask_code("We sent a code") is None
    with reading(worker_context.engine) as conn:
        assert (conn.scalar(sa.select(sa.func.count()).select_from(table)) == 1) is is_asked


def test_somebody_is_there_who_used_the_console_lately_in_a_role_that_holds_it(
    worker_context: WorkerContext,
) -> None:
    now = worker_context.clock.now()
    with writing(worker_context.engine) as conn:
        people.save(conn, "eve", Role.VIEWER, now=now)
        sessions.start(conn, KEY, "eve", source="here", now=now)
        assert not is_anybody_there(conn, now=now)
        people.save(conn, "ada", Role.OPERATOR, now=now)
        sessions.start(conn, KEY, "ada", source="here", now=now)
        assert is_anybody_there(conn, now=now)
        assert not is_anybody_there(conn, now=now, role=Role.DRIVER)
        assert not is_anybody_there(conn, now=now + timedelta(minutes=3))
