"""What the daemon counts and tells of a visit that was made.

Only the browser is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.domain.account import ApiAuthorization
from agent.domain.authorization import Event, State
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.store.database.engine import reading, writing
from agent.store.database.schema import visits
from agent.store.transitions import Facts
from agent.store.vault.keys import Vault
from agent.visits import run as visitor
from agent.visits.kept.pictured import Pictured
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from agent.worker.running import RunningVisits
from flows.errors import ChallengeError
from flows.redaction.redact import Redactor
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

Browse = Callable[[WorkerContext, Plan, Redactor, Pictured], Awaitable[Conclusion]]


@dataclass
class Rig:
    """The visits that run, on one account that was invited 25 minutes ago."""

    running: RunningVisits
    titles: list[str]
    ended: list[str]

    def page(self) -> list[str]:
        return self.running.metrics.page(self.running.context.engine, now=utc_now()).decode().splitlines()


@pytest.fixture
def rig(engine: Engine, vault: Vault, tmp_path: Path) -> Rig:
    context, titles, ended = make_context(engine, vault, tmp_path), list[str](), list[str]()
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        invite(conn, now=utc_now() - timedelta(minutes=25))

    def send(title: str, _body: str) -> bool:
        titles.append(title)
        return True

    alarms = Alarms(send=send, now=utc_now)
    return Rig(RunningVisits(context=context, metrics=Metrics(), alarms=alarms, ended=ended.append), titles, ended)


async def _accepted(_context: WorkerContext, _plan: Plan, _redactor: Redactor, _pictured: Pictured) -> Conclusion:
    facts = Facts(accepted_at=utc_now())
    return Conclusion(outcome="accepted", event=Event.ACCEPTED, why="taken", facts=facts, invitation_state="accepted")


async def _challenged(_context: WorkerContext, _plan: Plan, _redactor: Redactor, _pictured: Pictured) -> Conclusion:
    raise ChallengeError("the site asks for a person", kind="captcha_image")


async def test_an_acceptance_is_held_against_the_promise_of_an_hour(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "browse", _accepted)
    assert await rig.running.handle("A1") == "accepted"
    page = rig.page()
    assert 'sc_agent_invitation_accepted_seconds_bucket{le="1200.0"} 0.0' in page
    assert 'sc_agent_invitation_accepted_seconds_bucket{le="1800.0"} 1.0' in page
    assert 'sc_agent_visits_total{kind="accept",outcome="accepted"} 1.0' in page
    assert (rig.ended, rig.titles) == (["A1"], [])


async def test_a_visit_that_is_drawn_holds_no_context_but_where_as_many_are_drawn_already(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = asyncio.Event()

    async def draw(*_: Any, **__: Any) -> None:
        await drawn.wait()

    monkeypatch.setattr(visitor, "browse", _accepted)
    monkeypatch.setattr(Pictured, "draw", draw)
    context = rig.running.context
    settings = context.settings.model_copy(
        update={"browser": context.settings.browser.model_copy(update={"contexts": 1})}
    )
    rig.running.context = replace(context, settings=settings)
    with writing(context.engine) as conn:
        add_account(conn, "A2")
        add_secrets(conn, context.vault, "A2")
        invite(conn, "A2", number=2, now=utc_now())
    first = asyncio.create_task(rig.running.handle("A1"))
    await _until(lambda: rig.ended == ["A1"])
    second = asyncio.create_task(rig.running.handle("A2"))
    await _until(lambda: _outcome(context, "A2") is not None)
    assert (rig.ended, first.done(), second.done()) == (["A1"], False, False)
    drawn.set()
    assert [await first, await second] == ["accepted", "accepted"]
    assert rig.ended == ["A1", "A2"]


async def _until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not await asyncio.to_thread(look):
            await Clock().sleep(0.01)


def _outcome(context: WorkerContext, account: str) -> str | None:
    """How the account's visit ended, once that is written."""
    with reading(context.engine) as conn:
        return conn.scalar(sa.select(visits.c.outcome).where(visits.c.account_id == account))


async def test_what_needs_a_person_is_told_after_one_visit(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "browse", _challenged)
    assert await rig.running.handle("A1") == "challenge"
    await rig.running.alarms.tell()
    assert rig.titles == ["Trouble: account A1"]
    assert 'sc_agent_accounts{state="needs_human"} 1.0' in rig.page()


async def test_a_visit_that_was_handed_over_twice_is_made_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "browse", _challenged)
    assert [await rig.running.handle("A1") for _ in range(2)] == ["challenge", "not_now"]


async def test_an_audit_that_waits_for_the_account_that_signs_in_for_it_is_told_of(rig: Rig) -> None:
    with writing(rig.running.context.engine) as conn:
        add_account(conn, "A2", api=ApiAuthorization.PENDING)
        write_account(conn, "A1", authorization=State.COMPLETE, audit_as="A2")
    for _ in range(3):
        with writing(rig.running.context.engine) as conn:
            write_account(conn, "A1", due=utc_now())
        assert await rig.running.handle("A1") == "not_now"
    await rig.running.alarms.tell()
    assert rig.titles == ["Trouble: account A1"]


async def test_after_the_end_of_the_worker_no_visit_begins(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "browse", _accepted)
    assert await rig.running.end(within=1) == 0
    assert await rig.running.handle("A1") == "stopping"
