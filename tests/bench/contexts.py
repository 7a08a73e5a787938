"""How much a browser context weighs, and how many audits a minute several of them make."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page

from agent.visits.plan import VisitKind
from agent.visits.run import make_visit
from flows.browser.launch import BrowserOptions
from flows.visit.open_visit import open_visit
from tests.bench.daemons import cpu_of
from tests.bench.tools import bare
from tests.bench.tools.figure import Family, Figure, figure
from tests.bench.tools.world import World, fresh_code_time, name, open_world, scenario_of

_CONTEXTS = (1, 2, 4, 8)


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Every account is signed in before anything is timed."""
    async with open_world(scenario_of(max(_CONTEXTS), members=True)) as world:
        await fresh_code_time(6.0)
        for number in range(max(_CONTEXTS)):
            await make_visit(world.context, name(number), kind=VisitKind.AUDIT)
        async for one in _weight(world, runs=2 if quick else 3):
            yield one
        for count in _CONTEXTS:
            rates = [await _rate(world, count, each=1 if quick else 2) for _ in range(2 if quick else 3)]
            memory = browser_memory()
            of = (
                f"{count} visits at once in one browser of {memory:.0f} MB, {os.cpu_count()} cores; beside "
                "audits_per_minute_1"
            )
            yield figure(f"audits_per_minute_{count}", rates, unit="1/min", of=of)
        async for one in _unwatched(world, runs=2 if quick else 3):
            yield one


async def _unwatched(world: World, *, runs: int) -> AsyncIterator[Figure]:
    """What four at once compute, without the second look, in which a context only waits."""
    rates, spent = [], []
    settings = world.settings.model_copy(update={"audit": world.settings.audit.model_copy(update={"second_look": 0.0})})
    unwatched = replace(world, settings=settings, context=replace(world.context, settings=settings))
    for _ in range(runs):
        before = _spent()
        rates.append(await _rate(unwatched, 4, each=2))
        spent.append((_spent() - before) / 8)
    of = "the second look's seconds left out; beside audits_per_minute_4"
    yield figure("audits_per_minute_4_unwatched", rates, unit="1/min", of=of)
    of = (
        f"CPU of agent, driver and browser together; {os.cpu_count()} cores can make "
        f"{60 * (os.cpu_count() or 1) / median(spent):.0f} a minute"
    )
    yield figure("audit_cpu", spent, unit="s", of=of)


def _spent() -> float:
    """Seconds of CPU of this process, the driver and the browser, with what their ended children took."""
    theirs = sum(cpu_of(pid) for pid in _descendants(os.getpid()) if re.search("chrom|node", _command(pid)))
    return time.process_time() + theirs


async def _weight(world: World, *, runs: int) -> AsyncIterator[Figure]:
    """The slope from two to eight contexts, each at the permissions' address, and that of bare ones in the same
    browser.
    """
    ours, theirs, whole = [], [], []
    for _ in range(runs):
        async with world.context.pool.browser() as browser:
            slope, first = await _slope(partial(_our_page, browser, world.context.pool.options))
            ours.append(slope)
            whole.append(first)
            theirs.append((await _slope(partial(_bare_page, browser)))[0])
    of = f"the whole browser with one context: {min(whole):.0f} MB (proportional set size)"
    yield figure("context_memory", ours, unit="MB", of=of)
    yield figure("context_memory_bare", theirs, unit="MB", of="the limit: a bare context in the same browser")


async def _slope(opened: Callable[[], AbstractAsyncContextManager[Page]]) -> tuple[float, float]:
    """MB that one more context takes, and what the browser takes with one."""
    weights = {}
    async with AsyncExitStack() as stack:
        for count in range(1, max(_CONTEXTS) + 1):
            page = await stack.enter_async_context(opened())
            await page.goto(bare.PERMISSIONS, wait_until="load")
            weights[count] = browser_memory()
    return (weights[8] - weights[2]) / 6, weights[1]


@asynccontextmanager
async def _our_page(browser: Browser, options: BrowserOptions) -> AsyncIterator[Page]:
    async with open_visit(browser, options=options) as visit:
        yield visit.page


@asynccontextmanager
async def _bare_page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-US")
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def _rate(world: World, count: int, *, each: int) -> float:
    """Audits per minute with so many at once, each account's one after the other."""

    async def one(number: int) -> None:
        for _ in range(each):
            await make_visit(world.context, name(number), kind=VisitKind.AUDIT)

    started = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(count)))
    return count * each / (time.monotonic() - started) * 60


def browser_memory() -> float:
    """MB of every browser process below this one, shared pages counted by their share."""
    return sum(_proportional(pid) for pid in _descendants(os.getpid()) if "chrom" in _command(pid)) / 1024


def _descendants(parent: int) -> Iterator[int]:
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in _text(task).split():
            yield int(child)
            yield from _descendants(int(child))


def _command(pid: int) -> str:
    return _text(Path(f"/proc/{pid}/cmdline")).split("\0")[0]


def _proportional(pid: int) -> int:
    found = [
        line.split()[1] for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines() if line.startswith("Pss:")
    ]
    return int(found[0]) if found else 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it has ended meanwhile


FAMILY = Family(
    names=(
        "context_memory",
        "context_memory_bare",
        *(f"audits_per_minute_{count}" for count in _CONTEXTS),
        "audits_per_minute_4_unwatched",
        "audit_cpu",
    ),
    measure=measure,
)
