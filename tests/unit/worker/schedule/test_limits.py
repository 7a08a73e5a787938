"""Limits that all workers share: so many visits a minute, to one host and in all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.store.database.engine import writing
from agent.store.vault import sessions
from agent.store.vault.keys import Vault
from agent.visits.hooks import hooks_for
from agent.visits.plan import NotNowError, VisitKind
from agent.visits.prepare import prepare
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

KEY = b"k" * 32


@pytest.fixture
def invited(any_engine: Engine) -> Engine:
    """Nine accounts that are due."""
    with writing(any_engine) as conn:
        for number in range(9):
            add_account(conn, f"A{number}")
            add_secrets(conn, Vault(KEY), f"A{number}")
            invite(conn, f"A{number}", number=number, now=utc_now())
    return any_engine


async def started(engine: Engine, directory: Path, **limits: Any) -> tuple[int, set[str]]:
    """Let three workers try all nine at the same time.

    How many visits began, and why the others did not.
    """
    contexts = [make_context(engine, Vault(KEY), directory, worker=f"w{number}", **limits) for number in range(3)]
    tries = [prepare(contexts[number % 3], f"A{number}", due_by=utc_now()) for number in range(9)]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    refused = {str(end) for end in ends if isinstance(end, NotNowError) and end.busy}
    assert all(not isinstance(end, BaseException) or isinstance(end, NotNowError) for end in ends), ends
    return sum(not isinstance(end, BaseException) for end in ends), refused


async def test_one_host_gets_no_more_from_all_workers_together(invited: Engine, tmp_path: Path) -> None:
    assert await started(invited, tmp_path, visits_per_host_minute=4) == (
        4,
        {"sellercentral.amazon.com has had its 4 visits of this minute"},
    )


async def test_all_hosts_together_get_no_more_from_all_workers_together(invited: Engine, tmp_path: Path) -> None:
    assert await started(invited, tmp_path, visits_per_minute=5) == (5, {"all 5 visits of this minute are made"})


async def test_a_minute_later_there_is_room_again(invited: Engine, tmp_path: Path) -> None:
    seconds = [0.0]
    clock = Clock(now=lambda: utc_now() + timedelta(seconds=seconds[0]))
    context = make_context(invited, Vault(KEY), tmp_path, clock=clock, visits_per_host_minute=1)
    await prepare(context, "A0", due_by=clock.now())
    seconds[0] = 55
    with pytest.raises(NotNowError, match="has had its 1 visits"):
        await prepare(context, "A1", due_by=clock.now())
    seconds[0] = 61
    assert (await prepare(context, "A1", due_by=clock.now())).account.id == "A1"


async def test_what_a_person_asks_for_is_not_refused(invited: Engine, tmp_path: Path) -> None:
    context = make_context(invited, Vault(KEY), tmp_path, visits_per_host_minute=1)
    await prepare(context, "A0", due_by=utc_now())
    assert (await prepare(context, "A1", kind=VisitKind.ACCEPT)).account.id == "A1"


async def test_one_address_signs_in_no_more_often_from_all_workers_together(invited: Engine, tmp_path: Path) -> None:
    seconds = [0.0]
    clock = Clock(now=lambda: utc_now() + timedelta(seconds=seconds[0]))
    context = make_context(invited, Vault(KEY), tmp_path, clock=clock)
    context.settings.sign_in.per_egress_minute = 2
    context.settings.browser.proxy = SecretStr("http://user:hunter2@proxy.users.example:3128")
    other = make_context(invited, Vault(KEY), tmp_path, clock=clock, worker="w2")
    with writing(invited) as conn:
        sessions.save(conn, context.vault, "A2", {"cookies": []}, now=clock.now())
    for account in ("A0", "A1"):
        await prepare(context, account, due_by=clock.now())
    with pytest.raises(NotNowError, match=r"2 visits signed in through proxy\.users\.example:3128 within") as told:
        await prepare(context, "A3", due_by=clock.now())
    assert told.value.busy
    await prepare(context, "A2", due_by=clock.now())  # has a session
    await prepare(other, "A3", due_by=clock.now())  # comes from elsewhere
    await prepare(context, "A4", kind=VisitKind.ACCEPT)  # a person asked for it
    seconds[0] = 61
    plan = await prepare(context, "A5", due_by=clock.now())
    await prepare(context, "A6", due_by=clock.now())
    assert plan.session is None
    with pytest.raises(NotNowError, match="signed in through"):
        await prepare(context, "A7", due_by=clock.now())


async def test_a_session_that_is_not_taken_counts_when_the_password_is_typed(invited: Engine, tmp_path: Path) -> None:
    context = make_context(invited, Vault(KEY), tmp_path)
    context.settings.sign_in.per_egress_minute = 1
    context.settings.browser.egress = "office"
    with writing(invited) as conn:
        sessions.save(conn, context.vault, "A0", {"cookies": []}, now=utc_now())
    plan = await prepare(context, "A0", due_by=utc_now())
    await hooks_for(plan, context, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    with pytest.raises(NotNowError, match="through office"):
        await prepare(context, "A1", due_by=utc_now())
