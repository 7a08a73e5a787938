"""Records the shipped visits against the stand-in, afresh: `python scripts/record_fixtures.py [PATTERN ...]`. Same bytes each time."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from pydantic import SecretStr

from agent.cli.recorded_flows import replay_aides, run_flow
from fixtures.recorded_visits import RECORDED_AT, RecordedVisit, StillClock, recorded_visits
from fixtures.stand_in.mails import Composer
from fixtures.stand_in.world import StandIn
from flows.browser import BrowserOptions, open_browser, open_visit
from flows.models import Aides, Bounds
from flows.recorder import recording

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "recordings"


async def main(patterns: Sequence[str]) -> int:
    """Record what matches (all without a pattern); return how many visits there were."""
    wanted = [visit for visit in recorded_visits() if not patterns or any(fnmatchcase(f"{visit.flow}/{visit.name}", p) for p in patterns)]
    async with StandIn() as world:
        described = world.description()
        options = BrowserOptions(host_resolver_rules=described["host_resolver_rules"], trusted_spki=tuple(described["spki"]))
        async with open_browser(options) as browser:
            for visit in wanted:
                began = time.monotonic()
                outcome = await record(visit, world, browser, options, ROOT)
                print(f"{visit.flow}/{visit.name}: {time.monotonic() - began:.1f} s, {_short(outcome)}", flush=True)
    return len(wanted)


async def record(visit: RecordedVisit, world: StandIn, browser: Browser, options: BrowserOptions, root: Path) -> dict[str, Any]:
    """Play one world, make the visit, and write it down in place of the last recording of it."""
    world.load(visit.scenario)
    world.realm.clock = StillClock()
    inputs = visit.inputs(world.realm)
    async with open_visit(browser, options=options) as opened, recording(opened, now=lambda: RECORDED_AT, patient=True) as recorder:
        await opened.context.clock.set_fixed_time(RECORDED_AT)
        outcome = await run_flow(visit.flow, recorder.visit, inputs, aides=_aides(visit), bounds=Bounds())
    directory = root / visit.flow / visit.name
    if directory.exists():
        shutil.rmtree(directory)
    await recorder.save(directory, flow=visit.flow, inputs=inputs, outcome=outcome, mail=_mail(visit, inputs))
    return outcome


def _aides(visit: RecordedVisit) -> Aides:
    lent = replay_aides(lambda: RECORDED_AT)

    async def next_code() -> SecretStr:
        return SecretStr(visit.code())

    return Aides(next_code=next_code, before_click=lent.before_click, outcome=lent.outcome, now=lent.now, clock_seen=lent.clock_seen)


def _mail(visit: RecordedVisit, inputs: dict[str, Any]) -> bytes | None:
    """The mail that an acceptance starts from."""
    if visit.flow != "accept":
        return None
    seller = visit.scenario.sellers[0]
    language = seller.language or visit.scenario.language
    composer = Composer(visit.scenario.seed)
    link = inputs["invitation"]["url"]
    return composer.invitation(to=inputs["user_email"], link=link, shop_name=seller.name, language=language, when=RECORDED_AT)


def _short(outcome: dict[str, Any]) -> str:
    return str(outcome)[:120]


if __name__ == "__main__":
    print(f"{asyncio.run(main(sys.argv[1:]))} visits recorded under {ROOT}")
