"""Recording the visits of `fixtures/recorded_visits.py`.

Against a running stand-in whose clock stands still.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agent.rehearsal.record.flows_by_name import replay_hooks, run_flow
from fixtures.player.server import still_clock
from fixtures.recorded_visits import RECORDED_AT, RecordedVisit, StillClock
from fixtures.stand_in.mail.letters import Composer
from fixtures.stand_in.world import StandIn
from flows import Bounds, Browser, BrowserOptions, FlowHooks, open_browser, open_visit, recording_visit


class Studio:
    """A stand-in and a browser on it; records one visit after the other."""

    def __init__(self, world: StandIn, browser: Browser, options: BrowserOptions) -> None:
        self._world = world
        self._browser = browser
        self._options = options

    async def record(self, visit: RecordedVisit, directory: Path) -> dict[str, Any]:
        """Play one world, make the visit, write it down, and return its outcome."""
        self._world.load(visit.scenario)
        self._world.realm.clock = StillClock()
        inputs = visit.inputs(self._world.realm)
        async with (
            open_visit(self._browser, options=self._options) as opened,
            recording_visit(opened, now=lambda: RECORDED_AT, patient=True) as recorder,
        ):
            await opened.context.add_init_script(still_clock(RECORDED_AT))
            outcome = await run_flow(visit.flow, recorder.visit, inputs, hooks=_hooks(visit), bounds=Bounds())
        await recorder.save(directory, flow=visit.flow, inputs=inputs, outcome=outcome, mail=_mail(visit, inputs))
        return outcome


@asynccontextmanager
async def studio() -> AsyncIterator[Studio]:
    """Start a stand-in and a browser."""
    async with StandIn() as world:
        described = world.description()
        options = BrowserOptions(
            host_resolver_rules=described["host_resolver_rules"], trusted_spki=tuple(described["spki"])
        )
        async with open_browser(options) as browser:
            yield Studio(world, browser, options)


def _hooks(visit: RecordedVisit) -> FlowHooks:
    lent = replay_hooks(lambda: RECORDED_AT)

    async def next_code() -> SecretStr:
        return SecretStr(visit.code())

    return FlowHooks(
        next_code=next_code, before_act=lent.before_act, outcome=lent.outcome, now=lent.now, clock_seen=lent.clock_seen
    )


def _mail(visit: RecordedVisit, inputs: dict[str, Any]) -> bytes | None:
    """The mail that an acceptance starts from."""
    if visit.flow != "accept":
        return None
    seller = visit.scenario.sellers[0]
    language = seller.language or visit.scenario.language
    composer = Composer(visit.scenario.seed)
    link = inputs["invitation"]["url"]
    return composer.invitation(
        to=inputs["user_email"], link=link, shop_name=seller.name, language=language, when=RECORDED_AT
    )
