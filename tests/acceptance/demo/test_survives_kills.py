"""The daemon of the demo is killed at named moments, again and again.

The end is the same, and nothing was done twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from agent.rehearsal.demo.stories import last_checks, tell_all
from fixtures.stand_in.six_accounts import REGISTERING
from tests.support.processes.demo_run import Play, playing

KILLS = 7 if os.environ.get("SC_TEST_ALL") == "1" else 3
PASSWORD_BUDGET = 3  # attempts an hour that may be refused or cut off: the default
CUT_OFF = "picture, page and recording kept"  # a kill may come between the end of a visit and the last of its evidence
CUT_OFF_ONCE = """
SELECT count(*) FROM acts AS one JOIN visits ON visits.id = one.visit_id
WHERE one.act = 'type_password' AND one.outcome IS NULL AND visits.ended_at IS NULL AND EXISTS (
  SELECT 1 FROM acts AS before WHERE before.account_id = one.account_id AND before.act = one.act AND before.id = (
    SELECT max(id) FROM acts WHERE account_id = one.account_id AND act = one.act AND id < one.id
  ) AND (before.outcome IS NULL OR before.outcome = 'doubted')
)
"""  # sign-ins under way after one that died
ONCE = "the sign-in that met a CAPTCHA was tried once"  # with kills: see below
# The default number of deaths after which an account is set aside is for visits that kill their worker; here the visit
# is never the killer.
MORE = {"WORK__MAX_DEATHS": "50"}

# Every moment comes once in every telling: an event in the stand-in's log, or a step of an account's story.
EVENTS = [
    ("A1", "password.accepted"),
    ("A1", "sign_in.done"),
    ("A1", "invitation.accepted"),
    ("A2", "code.accepted"),
    ("A2", "invitation.accepted"),
    ("A3", "password.accepted"),
    ("A3", "invitation.accepted"),
    ("A5", "password.accepted"),
    ("A6", "sign_in.done"),
]
STEPS = [
    ("A1", "seller sets the permissions"),
    ("A2", "seller sets the permissions, two of them wrong"),
    ("A2", "seller sets the permissions as asked"),
    ("A3", "API authorization is complete"),
    ("A4", "somebody mails"),
    ("A5", "seller invites"),
]


@dataclass(slots=True, kw_only=True)
class KillSwitch:
    """Kills the daemon when a moment has come, and starts it again at once."""

    play: Play
    moments: list[tuple[str, str]]
    random: Random
    done: list[tuple[str, str]] = field(default_factory=list)

    async def work(self) -> None:
        """Watch until every moment has come."""
        async with httpx.AsyncClient(base_url=self.play.processes.description["control"], timeout=20) as control:
            while waiting := [moment for moment in self.moments if moment not in self.done]:
                log = (await control.get("/log")).json()
                for moment in [one for one in waiting if self._has_come(one, log["events"])][:1]:
                    await asyncio.sleep(self.random.choice((0.0, 0.0, 0.2, 0.7)))  # within what follows the moment, too
                    await self._until_nobody_would_be_cut_off_twice()
                    await self.play.processes.kill_daemon()
                    await self.play.processes.start_daemon()
                    self.done.append(moment)
                await asyncio.sleep(0.05)

    async def _until_nobody_would_be_cut_off_twice(self) -> None:
        """A second death in a row between a password and its answer is for a person, as it should be."""
        for _ in range(300):
            if not self.play.count(CUT_OFF_ONCE):
                return
            await asyncio.sleep(0.1)

    def _has_come(self, moment: tuple[str, str], events: list[dict[str, Any]]) -> bool:
        account, what = moment
        if moment in EVENTS:
            email = self.play.client.users[account]["email"]
            return any(event["kind"] == what and email in (event.get("email"), event.get("by")) for event in events)
        story = next(story for story in self.play.stories if story.account == account)
        return any(text.startswith(what) for _, text in story.steps)


@asynccontextmanager
async def executing(play: Play, *, seed: int) -> AsyncIterator[KillSwitch]:
    """An executioner at work for as long as the block runs."""
    random = Random(seed)
    moments = random.sample(EVENTS, (KILLS + 1) // 2) + random.sample(STEPS, KILLS // 2)
    executioner = KillSwitch(play=play, moments=moments, random=random)
    task = asyncio.create_task(executioner.work())
    try:
        yield executioner
        await asyncio.wait_for(task, 90)  # every moment has come by now; its kill may be under way
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def kill_through(directory: Path, *, seed: int) -> None:
    async with playing(directory, seed=seed, more=MORE) as play:
        play.stories = [
            story for story in play.stories if story.account != REGISTERING
        ]  # a person may have to order anew
        async with executing(play, seed=seed) as executioner:
            await tell_all(play.client, play.stories)
            play.assert_as_scripted(but=CUT_OFF)
        for story in play.stories:  # the last kill may have hit a later audit
            await play.client.until(story.account, story.ends)
        checks = await last_checks(play.client, play.stories)
        assert await play.processes.stop_daemon() == 0, play.processes.last_words()
        assert len(executioner.done) >= KILLS - 1
        assert [check for check in checks if not check["ok"] and check["check"] != ONCE] == []
        await assert_no_password_beyond_the_budget(play)


async def assert_no_password_beyond_the_budget(play: Play) -> None:
    """A password is sent again only after a visit that was cut off.

    One whose fate nobody knows costs one of the budget.
    """
    for story in play.stories:
        sent = await play.client.password_tries(story.account)
        cut_off = play.count("SELECT count(*) FROM visits WHERE account_id = ? AND ended_at IS NULL", story.account)
        unknown = play.count(
            "SELECT count(*) FROM acts WHERE account_id = ? AND act = 'type_password' AND outcome IS NULL",
            story.account,
        )
        assert sent <= 1 + cut_off, (story.account, sent, cut_off)
        assert unknown <= PASSWORD_BUDGET, (story.account, unknown)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_killed_again_and_again_the_demo_ends_the_same(tmp_path: Path) -> None:
    await kill_through(tmp_path, seed=5)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(100, 110))
async def test_killed_at_other_moments_the_demo_ends_the_same(tmp_path: Path, seed: int) -> None:
    await kill_through(tmp_path, seed=seed)
