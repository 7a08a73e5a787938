"""The browser of a worker: replaced when it died or is old, killed when it hangs, and somewhere else if that is set."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agent.visits.shared.browser_pool import BrowserPool
from flows.browser.launch import Browser, BrowserOptions, process_of
from flows.errors import BrowserLostError
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.process_table import has_ended


@pytest.fixture
async def pool(browser_options: BrowserOptions) -> AsyncIterator[BrowserPool]:
    lent = BrowserPool(options=browser_options, replace_after=3)
    yield lent
    await lent.close()


@asynccontextmanager
async def visiting(pool: BrowserPool) -> AsyncIterator[tuple[Browser, Visit]]:
    async with pool.browser() as browser, open_visit(browser, options=pool.options) as visit:
        yield browser, visit


def leader(browser: Browser) -> int:
    found = process_of(browser)
    assert found is not None
    return found


async def gone(process: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(90):
        while not has_ended(process):  # noqa: ASYNC110 - the kernel tells nobody but its parent
            await asyncio.sleep(0.02)


async def test_visits_share_a_browser_until_it_is_old(pool: BrowserPool) -> None:
    seen = []
    for _ in range(4):
        async with visiting(pool) as (browser, _):
            seen.append(leader(browser))
            assert os.getpriority(os.PRIO_PROCESS, seen[-1]) > os.getpriority(os.PRIO_PROCESS, 0)  # it yields to us
    assert seen[0] == seen[1] == seen[2] != seen[3]
    await gone(seen[0])


async def test_a_killed_browser_costs_the_visits_inside_and_is_replaced(pool: BrowserPool) -> None:
    async def visit_and_lose_it() -> None:
        async with visiting(pool) as (browser, visit):
            os.killpg(leader(browser), signal.SIGKILL)
            await visit.page.goto("about:blank")

    with pytest.raises(BrowserLostError):
        await visit_and_lose_it()
    async with visiting(pool) as (_, visit):
        await visit.page.goto("about:blank")


async def test_a_browser_that_hangs_is_killed_when_its_visit_is_stopped(pool: BrowserPool) -> None:
    async def visit_for_ever() -> None:
        async with visiting(pool) as (browser, visit):
            frozen.append(leader(browser))
            os.killpg(frozen[0], signal.SIGSTOP)
            await visit.page.goto("about:blank", timeout=0)

    frozen: list[int] = []
    running = asyncio.create_task(visit_for_ever())
    while not frozen:  # noqa: ASYNC110 - the browser starts in its own time
        await asyncio.sleep(0.02)
    started = time.monotonic()
    running.cancel()
    with pytest.raises((asyncio.CancelledError, BrowserLostError)):
        await running
    await gone(frozen[0])
    assert time.monotonic() - started < 60
    async with visiting(pool) as (_, visit):
        await visit.page.goto("about:blank")


async def test_a_browser_that_hangs_before_a_visit_is_killed_too(
    pool: BrowserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(pool) as (browser, _):
        frozen = leader(browser)
    os.killpg(frozen, signal.SIGSTOP)
    with monkeypatch.context() as soon:
        soon.setattr("flows.browser.launch._OPEN_WITHIN", 1.0)
        with pytest.raises(BrowserLostError, match="hanging"):
            async with visiting(pool):
                pass
    await gone(frozen)
    async with visiting(pool) as (_, visit):
        await visit.page.goto("about:blank")


async def test_the_memory_of_the_browser_is_told(pool: BrowserPool) -> None:
    assert pool.memory() == 0
    async with visiting(pool):
        assert 20e6 < pool.memory() < 2e9
