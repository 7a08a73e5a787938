"""Replaying every shipped recording beside making the same visits on the stand-in, with a site's latency."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from pydantic import SecretStr

from agent.rehearsal.record.flows_by_name import replay_hooks, run_flow
from agent.rehearsal.replay.run import BOUNDS, ReplayOptions, replay_all
from fixtures.player.server import still_clock
from fixtures.recorded_visits import RECORDED_AT, RecordedVisit, StillClock, recorded_visits
from fixtures.stand_in.world import StandIn
from flows.browser.launch import Browser, BrowserOptions, open_browser
from flows.models import FlowHooks
from flows.visit.open_visit import open_visit
from tests.bench.tools.bare_replay import open_all
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.visits import LATENCY

_RECORDINGS = Path(__file__).parents[2] / "fixtures" / "recordings"
_QUICK = 8  # every eighth recording is enough to see that it works


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """All of them once, which takes minutes; as many at once on either side."""
    visits = [visit for visit in recorded_visits() if (_path(visit) / "recording.json").exists()][
        :: _QUICK if quick else 1
    ]
    jobs = min(4, os.cpu_count() or 1)
    started = time.monotonic()
    results = await replay_all([_path(visit) for visit in visits], ReplayOptions(browser=BrowserOptions(), jobs=jobs))
    replay = time.monotonic() - started
    if wrong := [result.name for result in results if not result.is_same]:
        raise UnmeasuredError(
            f"{len(wrong)} recordings replay differently, first {wrong[0]}; a replay that differs measures nothing"
        )
    started = time.monotonic()
    await asyncio.gather(*(_live(visits[job::jobs]) for job in range(jobs)))
    live = time.monotonic() - started
    of = (
        f"{len(visits)} visits on the stand-in, each answer after {LATENCY} ms ({replay:.1f} s beside {live:.1f} "
        f"s); {jobs} at once"
    )
    yield figure("replay_vs_live", [replay / live], unit="ratio", of=of)
    started = time.monotonic()
    opened = await open_all([_path(visit) for visit in visits], jobs)
    bare = time.monotonic() - started
    of = f"the limit: their {opened} documents opened by a bare script, {jobs} recordings at once ({bare:.1f} s)"
    yield figure("replay_bare_vs_live", [bare / live], unit="ratio", of=of)


def _path(visit: RecordedVisit) -> Path:
    return _RECORDINGS / visit.flow / visit.name


async def _live(visits: list[RecordedVisit]) -> None:
    async with StandIn() as world:
        told = world.description()
        options = BrowserOptions(host_resolver_rules=told["host_resolver_rules"], trusted_spki=tuple(told["spki"]))
        async with open_browser(options) as browser:
            for visit in visits:
                await _visit(visit, world, browser, options)


async def _visit(visit: RecordedVisit, world: StandIn, browser: Browser, options: BrowserOptions) -> None:
    world.load(visit.scenario.model_copy(update={"latency_ms": LATENCY}))
    world.realm.clock = StillClock()
    async with open_visit(browser, options=options) as opened:
        await opened.context.add_init_script(still_clock(RECORDED_AT))
        await run_flow(visit.flow, opened, visit.inputs(world.realm), hooks=_hooks(visit), bounds=BOUNDS)


def _hooks(visit: RecordedVisit) -> FlowHooks:
    lent = replay_hooks(lambda: RECORDED_AT)

    async def next_code() -> SecretStr:
        return SecretStr(visit.code())

    return FlowHooks(
        next_code=next_code, before_act=lent.before_act, outcome=lent.outcome, now=lent.now, clock_seen=lent.clock_seen
    )


FAMILY = Family(names=("replay_vs_live", "replay_bare_vs_live"), measure=measure)
