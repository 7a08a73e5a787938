"""A recording of a visit that an adopted screen helped on replays, and says what is missing where that was not kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.rehearsal.record.visit import record_visit
from agent.rehearsal.replay.run import ReplayOptions, replay_all
from agent.store.database.engine import writing
from agent.store.people import adopted
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions
from flows.catalogue.adopted import digest_of
from tests.support.visits.adopted_screen import NAME, TEXT
from tests.support.visits.rehearsal import rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")
NEWS = TEXT.replace("^/gp/whats-new/?$", "^/home/?$").replace('css = "#go"', 'css = "main button"')


async def test_a_visit_that_an_adopted_screen_helped_on_is_replayed_with_it(tmp_path: Path) -> None:
    news = Fault(on="/home", kind="news", user="a1@users.example")
    scenario = one_account(5, seller={"members": ["a1@users.example"]}, faults=[news])
    async with StandIn(scenario) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            ready.register()
            with writing(ready.engine) as conn:
                adopted.add(
                    conn,
                    kind="screen",
                    name=NAME,
                    text=NEWS,
                    digest=digest_of(NEWS),
                    person="ada",
                    reason="news",
                    now=utc_now(),
                )
            place = tmp_path / "kept" / "sign_in"
            how = {"engine": ready.engine, "vault": ready.vault, "account_id": "A1", "flow": "sign_in", "output": place}
            await record_visit(ready.settings, twice=False, **how)  # type: ignore[arg-type]  # one mapping of several types
    about = json.loads((place / "recording.json").read_text())
    assert NAME in [page["screen"] for page in about["pages"]]
    assert [(one["name"], one["text"]) for one in about["adopted"]] == [(NAME, NEWS)]
    options = ReplayOptions(browser=BrowserOptions(), jobs=1)
    (same,) = await replay_all([place], options)
    assert same.is_same, (same.differences, same.misses)
    (place / "recording.json").write_text(json.dumps(about | {"adopted": []}))
    (other,) = await replay_all([place], options)
    assert not other.is_same
    assert any(f"the screen {NAME} was known when this was recorded" in one for one in other.misses), other.misses
