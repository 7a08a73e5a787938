"""Limits that all workers share: so many visits a minute, to one host and in all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault
from agent.visits.prepare import NotNowError, VisitKind, prepare
from tests.support.registry import add_account, add_secrets, invite
from tests.support.worker_context import make_context

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
