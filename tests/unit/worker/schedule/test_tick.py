"""The tick: bounded, urgent ones first, within limits and hours, and never stuck on a spent ticket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.domain.authorization import State
from agent.domain.policy.model import Policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import BrowserSettings, WorkSettings
from agent.settings.model import Settings
from agent.store import accounts, visits
from agent.store.database.engine import reading, writing
from agent.store.processes import leases, switches
from agent.store.vault.keys import Vault
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from agent.worker.dispatcher import Dispatcher, in_quiet_hours
from agent.worker.engine import ALONE, VisitEngine
from tests.support.processes.unfinished_visits import unfinished_visits
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account


@dataclass
class Rig:
    """A tick with the real engine, whose visits move the due time on, or not."""

    tick: Dispatcher
    seen: list[str] = field(default_factory=list)
    moves_due: bool = True

    async def handle(self, account_id: str) -> str:
        self.seen.append(account_id)
        if self.moves_due:
            await asyncio.to_thread(self.set_due, account_id, timedelta(hours=6))
        self.tick.ended(account_id)
        return "done"

    def set_due(self, account_id: str, after: timedelta, *, urgent: bool = False) -> None:
        with writing(self.tick.context.engine) as conn:
            write_account(conn, account_id, authorization=State.COMPLETE, due=datetime.now(UTC) + after, urgent=urgent)
        if urgent:
            self.tick.look_again()  # as a signal does

    async def settle(self) -> None:
        async with asyncio.timeout(90):
            while await unfinished_visits():  # noqa: ASYNC110 - the engine tells nobody
                await asyncio.sleep(0.05)


@pytest.fixture
async def rig(engine: Engine, vault: Vault, tmp_path: Path) -> AsyncIterator[Rig]:
    """Six accounts that are complete and due since a while, the lower the number the longer."""
    settings = Settings(
        data_dir=tmp_path,
        work=WorkSettings(visits_per_host_minute=4, visits_per_account_day=5),
        browser=BrowserSettings(contexts=1),
    )
    context = WorkerContext(
        settings=settings,
        engine=engine,
        vault=vault,
        pool=BrowserPool(options=browser_options(settings), replace_after=10),
        policy=Policy(),
        redaction=Redaction(),
        worker=ALONE,
    )
    rig = Rig(Dispatcher(context=context, engine=VisitEngine(settings, database=engine.url, executor_id=ALONE)))
    with writing(engine) as conn:
        for number in range(6):
            add_account(conn, f"A{number}")
    for number in range(6):
        rig.set_due(f"A{number}", timedelta(minutes=number - 60))
    await rig.tick.engine.run(rig.handle)
    yield rig
    await rig.tick.engine.stop()


async def test_no_more_visits_are_started_than_there_are_contexts(rig: Rig) -> None:
    rig.tick.engine.start = _never_end  # type: ignore[method-assign]  # a visit that runs on
    assert await rig.tick.once() == 1
    assert await rig.tick.once() == 0


async def test_a_worker_takes_its_own_accounts_alone(rig: Rig) -> None:
    rig.tick.context = with_contexts(rig.tick.context, 6)
    work = rig.tick.context.settings.work
    begun: list[str] = []

    async def begin(account_id: str) -> None:
        begun.append(account_id)

    rig.tick.engine.start = begin  # type: ignore[method-assign]
    work.only_accounts, work.not_accounts = ["A1", "A3"], ["A3"]
    assert (await rig.tick.once(), begun) == (1, ["A1"])


async def test_one_context_is_kept_for_what_is_urgent(rig: Rig) -> None:
    rig.tick.context = with_contexts(rig.tick.context, 3)
    rig.tick.engine.start = _never_end  # type: ignore[method-assign]  # a visit that runs on
    assert await rig.tick.once() == 2
    assert await rig.tick.once() == 0
    rig.set_due("A5", timedelta(seconds=-1), urgent=True)
    assert await rig.tick.once() == 1


async def test_a_visit_that_could_not_be_started_frees_its_context(rig: Rig) -> None:
    async def fail(account_id: str) -> None:
        raise ConnectionError

    rig.tick.engine.start, kept = fail, rig.tick.engine.start  # type: ignore[method-assign]  # the database is away
    with pytest.raises(ConnectionError):
        await rig.tick.once()
    rig.tick.engine.start = kept  # type: ignore[method-assign]
    assert await rig.tick.once() == 1


async def test_an_account_that_somebody_visits_is_left_to_them(rig: Rig) -> None:
    context = rig.tick.context
    with writing(context.engine) as conn:
        leases.acquire(conn, "A0", holder="w2", now=datetime.now(UTC), length=context.lease_length)
    await rig.tick.once()
    await rig.settle()
    assert rig.seen == ["A1"]


def with_contexts(context: WorkerContext, contexts: int) -> WorkerContext:
    browser = context.settings.browser.model_copy(update={"contexts": contexts})
    return replace(context, settings=context.settings.model_copy(update={"browser": browser}))


async def _never_end(account_id: str) -> None:
    """A visit that is under way."""


async def test_urgent_ones_come_first(rig: Rig) -> None:
    rig.set_due("A5", timedelta(seconds=-1), urgent=True)
    for _ in range(2):
        await rig.tick.once()
        await rig.settle()
    assert rig.seen == ["A5", "A0"]


async def test_everything_due_is_visited_once(rig: Rig) -> None:
    for _ in range(6):
        await rig.tick.once()
        await rig.settle()
    assert sorted(rig.seen) == ["A0", "A1", "A2", "A3", "A4", "A5"]


async def test_a_visit_that_left_its_account_due_is_made_again(rig: Rig) -> None:
    rig.moves_due = False
    async with asyncio.timeout(60):
        while rig.seen.count("A0") < 2:
            await rig.tick.once()
            await rig.settle()


async def test_nothing_is_handed_over_while_everything_is_paused(rig: Rig) -> None:
    with writing(rig.tick.context.engine) as conn:
        switches.pause_all(conn, now=datetime.now(UTC), who="operator")
    assert await rig.tick.once() == 0


async def test_a_host_gets_no_more_visits_a_minute_than_set(rig: Rig) -> None:
    with writing(rig.tick.context.engine) as conn:
        for number in range(3):
            moment = datetime.now(UTC)
            visits.start(
                conn, f"v{number}", "A5", kind="audit", host="sellercentral.amazon.com", worker="w2", now=moment
            )
    rig.tick.context = with_contexts(rig.tick.context, 9)
    assert await rig.tick.once() == 1


async def test_all_hosts_together_get_no_more_visits_a_minute_than_set(rig: Rig) -> None:
    rig.tick.engine.start = _never_end  # type: ignore[method-assign]  # a visit that runs on
    rig.tick.context = with_contexts(rig.tick.context, 9)
    rig.tick.context.settings.work.visits_per_minute = 2
    assert await rig.tick.once() == 2


async def test_an_account_over_its_daily_cap_waits(rig: Rig) -> None:
    with writing(rig.tick.context.engine) as conn:
        for number in range(5):
            moment = datetime.now(UTC) - timedelta(hours=2)
            visits.start(
                conn, f"v{number}", "A0", kind="audit", host="sellercentral.amazon.com", worker="w2", now=moment
            )
    await rig.tick.once()
    await rig.settle()
    with reading(rig.tick.context.engine) as conn:
        due = accounts.get(conn, "A0").due
    assert "A0" not in rig.seen
    assert due is not None
    assert due > datetime.now(UTC) + timedelta(minutes=50)


async def test_in_quiet_hours_only_what_is_urgent_starts(rig: Rig) -> None:
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    work = rig.tick.context.settings.work.model_copy(update={"quiet_hours": hours})
    rig.tick.context = replace(rig.tick.context, settings=rig.tick.context.settings.model_copy(update={"work": work}))
    assert await rig.tick.once() == 0
    rig.set_due("A5", timedelta(seconds=-1), urgent=True)
    assert await rig.tick.once() == 1
    await rig.settle()
    assert rig.seen == ["A5"]


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (2, True), (6, False)])
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    assert in_quiet_hours("22:00-06:00", datetime(2026, 11, 23, hour, tzinfo=UTC)) is quiet


async def test_many_due_accounts_are_looked_up_once_and_not_one_by_one(rig: Rig) -> None:
    rig.tick.engine.start = _never_end  # type: ignore[method-assign]  # nothing but the tick asks the database
    asked: list[str] = []
    sa.event.listen(rig.tick.context.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert await rig.tick.once() == 1
    at_first = len(asked)
    for ended in ("A0", "A1", "A2"):
        rig.tick.ended(ended)
        assert await rig.tick.once() == 1
    assert (at_first > 0, len(asked) - at_first) == (True, 0)
    rig.tick.ended("A3")
    rig.tick.look_again()
    await rig.tick.once()
    assert len(asked) > at_first


async def test_the_audit_after_an_acceptance_leaves_the_kept_context_to_the_next_invitation(rig: Rig) -> None:
    rig.tick.context = with_contexts(rig.tick.context, 2)
    rig.tick.engine.start = _never_end  # type: ignore[method-assign]  # a visit that runs on
    with writing(rig.tick.context.engine) as conn:
        for account_id in ("A0", "A1"):
            write_account(conn, account_id, authorization=State.AWAITING_PERMISSIONS, urgent=True)
    assert await rig.tick.once() == 1
    with writing(rig.tick.context.engine) as conn:
        write_account(conn, "A5", authorization=State.ACCEPTING, urgent=True)
    rig.tick.look_again()
    assert await rig.tick.once() == 1
    assert set(rig.tick._running) == {"A0", "A5"}
