"""Acceptance and audit visits beside the scripts that make the same clicks and check nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable
from statistics import median

from agent.work.visits.plan import Kind
from agent.work.visits.visitor import make_visit
from tests.bench import bare
from tests.bench.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.world import World, fresh_code_time, name, open_world, scenario_of

LATENCY = 300  # ms for each answer, in the second measurement of each pair
_NAMES = ("accept_vs_bare", "audit_vs_bare", "audit_vs_naive")


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Visits with the browser running already, on a site that answers at once and on one that takes its time."""
    runs = 2 if quick else 5
    async for one in _acceptances(runs):
        yield one
    async for one in _audits(runs):
        yield one


async def _acceptances(runs: int) -> AsyncIterator[Figure]:
    latencies = (0, LATENCY)
    async with open_world(scenario_of(len(latencies) * 2 * (runs + 1), members=False)) as world, bare.bare_browser(world) as browser:
        users = iter(range(len(world.scenario.users)))
        for latency in latencies:
            await world.answer_after(latency)
            ratios, ours, theirs = [], [], []
            for run in range(runs + 1):
                first, second = next(users), next(users)
                world.admit(first)
                await fresh_code_time()
                ours.append(await _timed(_visit(world, first, Kind.ACCEPT, "accepted")))
                theirs.append(await _timed(bare.accept(browser, world.user(second), world.link(second))))
                ratios.append(ours[run] / theirs[run])
            yield _beside("accept_vs_bare", ratios[1:], ours[1:], theirs[1:], latency)


async def _audits(runs: int) -> AsyncIterator[Figure]:
    async with open_world(scenario_of(2 + 2 * runs, members=True)) as world, bare.bare_browser(world) as browser:
        await fresh_code_time()
        await _visit(world, 0, Kind.AUDIT, "pass")  # signs in; the session is stored
        session = await bare.session_of(browser, world.user(1))
        await bare.audit(browser, session)
        users = iter(range(2, 2 + 2 * runs))
        for latency in (0, LATENCY):
            await world.answer_after(latency)
            ours = [await _timed(_visit(world, 0, Kind.AUDIT, "pass")) for _ in range(runs)]
            theirs = [await _timed(bare.audit(browser, session)) for _ in range(runs)]
            yield _beside("audit_vs_bare", [a / b for a, b in zip(ours, theirs, strict=True)], ours, theirs, latency)
            naive = []
            for _ in range(runs):
                await fresh_code_time()
                naive.append(await _timed(bare.audit_naively(world, world.user(next(users)))))
            what = "a fresh browser and a fresh sign-in each time"
            yield _beside("audit_vs_naive", [b / a for a, b in zip(ours, naive, strict=True)], ours, naive, latency, what)


async def _visit(world: World, number: int, kind: Kind, wanted: str) -> None:
    ended = await make_visit(world.crew, name(number), kind=kind)
    if ended.conclusion.outcome != wanted:
        raise UnmeasuredError(f"the visit was expected to end with {wanted}, it ended with {ended.conclusion.why}")


async def _timed(work: Awaitable[object]) -> float:
    started = time.monotonic()
    await work
    return time.monotonic() - started


def _beside(
    called: str, ratios: list[float], ours: list[float], theirs: list[float], latency: int, what: str = "a bare script, the same clicks"
) -> Figure:
    suffix = f"_at_{latency}_ms" if latency else ""
    of = f"{what} ({median(ours):.2f} s beside {median(theirs):.2f} s; each answer after {latency} ms)"
    return figure(called + suffix, ratios, unit="ratio", of=of)


FAMILY = Family(names=tuple(name + suffix for name in _NAMES for suffix in ("", f"_at_{LATENCY}_ms")), measure=measure)
