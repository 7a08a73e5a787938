"""Insights by the clock: complete accounts alone, not while anything holds them, and not where it is switched off."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.authorization import State
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.settings.groups.visits import InsightsSettings, WorkSettings
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.processes import switches
from agent.store.vault.keys import Vault
from agent.visits.plan import NotNowError, VisitKind
from agent.worker.loops import insights as schedule_module
from agent.worker.loops.insights import InsightsSchedule
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account
from tests.support.visits.worker_context import make_context

DAY = 86_400.0


class Worker:
    """A schedule with a clock that is moved by hand; its visits only say that they are not possible now."""

    def __init__(self, engine: Engine, vault: Vault, directory: Path, *, interval: float = DAY, **work: Any) -> None:
        self.engine, self.now = engine, NOW
        self.asked: list[tuple[str, Any, datetime]] = []
        context = make_context(engine, vault, directory, clock=Clock(now=lambda: self.now))
        updates = {"insights": InsightsSettings(interval=interval), "work": WorkSettings(**work)}
        object.__setattr__(context, "settings", context.settings.model_copy(update=updates))
        alarms = Alarms(send=lambda _title, _body: True, now=lambda: self.now)
        self.schedule = InsightsSchedule(context=context, metrics=Metrics(), alarms=alarms)

    async def visit(self, _context: Any, account_id: str, *, kind: VisitKind, due_by: datetime) -> None:
        self.asked.append((account_id, kind, due_by))
        raise NotNowError("a test")

    async def later(self, **by: float) -> bool:
        self.now += timedelta(**by)
        return await self.schedule.once()


@pytest.fixture
def complete(engine: Engine) -> Engine:
    with writing(engine) as conn:
        add_account(conn)
        write_account(conn, "A1", authorization=State.COMPLETE)
    return engine


@pytest.fixture
def worker(complete: Engine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker(complete, vault, tmp_path)
    monkeypatch.setattr(schedule_module, "make_visit", made.visit)
    return made


async def test_the_first_reading_comes_soon_after_complete_and_one_that_cannot_be_made_later(worker: Worker) -> None:
    assert not await worker.later()
    assert not await worker.later(minutes=9)
    assert await worker.later(minutes=1)
    assert worker.asked == [("A1", VisitKind.INSIGHTS, worker.now)]
    assert not await worker.later(minutes=4)
    assert await worker.later(minutes=1)


@pytest.mark.parametrize("state", [State.FAILED, State.PAUSED, State.NEEDS_HUMAN, State.AWAITING_PERMISSIONS])
async def test_an_account_that_is_not_complete_is_not_read(worker: Worker, state: State) -> None:
    with writing(worker.engine) as conn:
        write_account(conn, "A1", authorization=state, insights_due=NOW)
    assert not await worker.later(days=2)


async def test_nothing_is_read_while_the_api_authorization_is_pending_or_everything_is_paused(worker: Worker) -> None:
    with writing(worker.engine) as conn:
        write_account(conn, "A1", api_authorization="pending", insights_due=NOW)
    assert not await worker.later(days=2)
    with writing(worker.engine) as conn:
        write_account(conn, "A1", api_authorization="complete")
        switches.pause_all(conn, now=NOW, who="tester")
    assert not await worker.later(days=2)
    with writing(worker.engine) as conn:
        switches.resume_all(conn, now=worker.now)
    assert await worker.later()


@pytest.mark.parametrize("setting", [{"interval": 0}, {"quiet_hours": "00:00-23:59"}])
async def test_an_interval_of_nought_and_quiet_hours_stop_it(
    complete: Engine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, Any]
) -> None:
    worker = Worker(complete, vault, tmp_path, **setting)
    monkeypatch.setattr(schedule_module, "make_visit", worker.visit)
    with writing(complete) as conn:
        write_account(conn, "A1", insights_due=NOW)
    assert not await worker.later(days=2)
    with reading(complete) as conn:
        assert accounts.get(conn, "A1").insights_due == NOW
