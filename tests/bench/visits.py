"""Acceptance and audit visits beside the scripts that make the same clicks and check nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable
from statistics import median

from agent.visits.plan import VisitKind
from agent.visits.run import Ended, make_visit
from tests.bench.tools import bare
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.tools.world import World, fresh_code_time, name, open_world, scenario_of

LATENCY = 300  # ms until the site answers, each time; as the recorded site's
_LATENCIES = (LATENCY, 0)
_NAMES = ("accept_vs_bare", "audit_vs_bare", "one_page_vs_bare", "audit_vs_naive")
_UNTIL_CODE = {LATENCY: 4.0, 0: 2.0}  # seconds from a visit's start to its code


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Visits with the browser running already, on a site that takes its time and on one that answers at once."""
    async for one in _acceptances(2 if quick else 5):
        yield one
    async for one in _audits(3 if quick else 8, naive_runs=2 if quick else 4):
        yield one


async def _acceptances(runs: int) -> AsyncIterator[Figure]:
    scenario = scenario_of(len(_LATENCIES) * 2 * (runs + 1), members=False)
    async with open_world(scenario) as world, bare.bare_browser(world) as browser:
        users = iter(range(len(world.scenario.users)))
        for latency in _LATENCIES:
            await world.answer_after(latency)
            pairs = []
            for _ in range(runs + 1):  # the first one warms up
                first, second = next(users), next(users)
                world.admit(first)
                await fresh_code_time(_UNTIL_CODE[latency])
                ours = await _accepted(world, first)
                pairs.append((ours, await timed(bare.accept(browser, world.user(second), world.link(second)))))
            yield beside("accept_vs_bare", pairs[1:], latency, "a bare script, the same pages and clicks")


async def _audits(runs: int, *, naive_runs: int) -> AsyncIterator[Figure]:
    naive_users = naive_runs * len(_LATENCIES)
    async with open_world(scenario_of(2 + naive_users, members=True)) as world, bare.bare_browser(world) as browser:
        await fresh_code_time(_UNTIL_CODE[0])
        await visit_of(world, 0, VisitKind.AUDIT, "pass")  # signs in; the session is stored
        session = await bare.session_of(browser, world.user(1))
        users = iter(range(2, 2 + naive_users))
        for latency in _LATENCIES:
            await world.answer_after(latency)
            pairs = []
            for _ in range(runs + 1):  # the first one warms up
                ours = await _audited(world)
                pairs.append((ours, await timed(bare.audit(browser, session))))
            yield beside("audit_vs_bare", pairs[1:], latency, "a bare script, the same pages and clicks")
            pages = [(await timed(bare.one_page(browser, session)), theirs) for _, theirs in pairs[1:]]
            yield beside(
                "one_page_vs_bare", pages, latency, "the limit: one bare page and its rest, beside the bare script"
            )
            ours = median(ours for ours, _ in pairs[1:])
            naive = [(ours, await timed(bare.audit_naively(world, world.user(next(users))))) for _ in range(naive_runs)]
            yield beside(
                "audit_vs_naive", naive, latency, "a fresh browser and a fresh sign-in each time", times_faster=True
            )


async def _accepted(world: World, number: int) -> float:
    """Seconds of an acceptance without its pictures, which are drawn after its outcome was written."""
    started = time.monotonic()
    ended = await visit_of(world, number, VisitKind.ACCEPT, "accepted")
    return time.monotonic() - started - ended.pictures_seconds


async def _audited(world: World) -> float:
    """Seconds of an audit on a stored session without its second look, which is a wait that no script makes."""
    started = time.monotonic()
    ended = await visit_of(world, 0, VisitKind.AUDIT, "pass")
    taken, document = time.monotonic() - started, ended.conclusion.document
    return taken - (document["second_look_s"] if document is not None else 0.0) - ended.pictures_seconds


async def visit_of(world: World, number: int, kind: VisitKind, wanted: str) -> Ended:
    """Make one visit, which has to end as wanted."""
    ended = await make_visit(world.context, name(number), kind=kind)
    if ended.conclusion.outcome != wanted:
        raise UnmeasuredError(f"the visit was expected to end with {wanted}, it ended with {ended.conclusion.why}")
    return ended


async def timed(work: Awaitable[object]) -> float:
    """How many seconds something took."""
    started = time.monotonic()
    await work
    return time.monotonic() - started


def beside(
    called: str, pairs: list[tuple[float, float]], latency: int, what: str, *, times_faster: bool = False
) -> Figure:
    """Our seconds beside the script's, pair by pair.

    The figure without a suffix is that of the site with its latency.
    """
    suffix = "" if latency else "_at_0_ms"
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    of = f"{what} ({ours:.2f} s beside {theirs:.2f} s; each answer after {latency} ms)"
    return figure(called + suffix, [b / a if times_faster else a / b for a, b in pairs], unit="ratio", of=of)


FAMILY = Family(names=tuple(name + suffix for name in _NAMES for suffix in ("", "_at_0_ms")), measure=measure)
