"""Housekeeping: what is old goes, what is stale is told, and a clock that jumped destroys nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.authorization import State
from agent.observe.notify import Alarms
from agent.settings.groups.operation import ObserveSettings
from agent.store import journal, visits
from agent.store.database.engine import reading, writing
from agent.store.database.retention import forget_old
from agent.store.database.schema import acts as acts_table
from agent.store.database.schema import audits, codes, insights, leases, messages, metadata
from agent.store.database.schema import journal as journal_table
from agent.store.database.schema import visits as visits_table
from agent.store.sign_in import acts
from agent.store.vault.keys import Vault
from agent.worker.loops.housekeeping import Housekeeping
from flows.models import Act
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account
from tests.support.visits.worker_context import make_context

DAY = timedelta(days=1)


@dataclass
class House:
    """Housekeeping with a clock that is moved by hand, and what it told."""

    engine: Engine
    house: Housekeeping = field(init=False)
    now: datetime = NOW
    elapsed: float = 0.0
    titles: list[str] = field(default_factory=list)
    alarms: list[Alarms] = field(init=False)

    async def once(self) -> None:
        """One round, and what people are told of it."""
        await self.house.once()
        for each in self.alarms:
            await each.tell()

    def later(self, by: timedelta) -> None:
        self.now += by
        self.elapsed += by.total_seconds()

    def told(self, title: str, _body: str) -> bool:
        self.titles.append(title)
        return True


@pytest.fixture
def house(engine: Engine, vault: Vault, tmp_path: Path) -> House:
    house = House(engine)
    clock = Clock(now=lambda: house.now, elapsed=lambda: house.elapsed)
    context = make_context(engine, vault, tmp_path, clock=clock)
    alarms = [Alarms(send=house.told, now=lambda: house.now) for _ in range(2)]
    house.house, house.alarms = Housekeeping(context=context, alarms=alarms[0], own=alarms[1]), alarms
    with writing(engine) as conn:
        add_account(conn)
    return house


def read_completely(house: House, when: datetime) -> None:
    with writing(house.engine) as conn:
        write_account(conn, "A1", authorization=State.COMPLETE, last_complete_read_at=when)


def count(engine: Engine, table: sa.Table) -> int:
    with reading(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_an_account_not_read_completely_for_a_week_is_an_alarm_until_it_is(house: House) -> None:
    read_completely(house, NOW - 6 * DAY)
    await house.once()
    assert house.titles == []
    house.later(2 * DAY)
    await house.once()
    await house.once()
    assert house.titles == ["Trouble: freshness A1"]
    read_completely(house, house.now)
    await house.once()
    assert house.titles == ["Trouble: freshness A1", "Recovered: freshness A1"]


async def test_an_account_that_waits_for_its_seller_is_not_stale(house: House) -> None:
    with writing(house.engine) as conn:
        write_account(conn, "A1", authorization=State.AWAITING_PERMISSIONS, accepted_at=NOW - 90 * DAY)
    await house.once()
    assert house.titles == []


async def test_a_clock_that_jumps_ahead_makes_nothing_old(house: House) -> None:
    with writing(house.engine) as conn:
        visits.start(conn, "v1", "A1", kind="audit", host="h", worker="w1", now=NOW)
    await house.once()
    house.now += 3650 * DAY  # the clock, not the time
    house.elapsed += 3600
    await house.once()
    assert (count(house.engine, visits_table), house.titles) == (1, ["Trouble: clock"])
    house.now -= 3650 * DAY
    house.later(timedelta(hours=1))
    await house.once()
    house.later(timedelta(hours=1))
    await house.once()
    assert (count(house.engine, visits_table), house.titles[-1]) == (1, "Recovered: clock")


async def test_a_computer_that_slept_is_no_jump(house: House) -> None:
    await house.once()
    house.later(30 * DAY)
    await house.once()
    assert house.titles == []


def keep_evidence(house: House, name: str, when: datetime, size: int = 600_000) -> None:
    folder = house.house.context.evidence_dir("A1", name)
    (folder / "recording").mkdir(parents=True)
    (folder / "recording" / "recording.json").write_bytes(b"x" * size)
    os.utime(folder, (when.timestamp(),) * 2)


def evidence(house: House) -> set[str]:
    return {folder.name for folder in (house.house.context.settings.data_dir / "evidence" / "A1").iterdir()}


async def test_evidence_goes_when_it_is_old(house: House) -> None:
    keep_evidence(house, "old", NOW - 31 * DAY)
    keep_evidence(house, "new", NOW - 29 * DAY)
    await house.once()
    assert evidence(house) == {"new"}


@pytest.mark.parametrize(
    ("newest", "left"), [(300_000, {"v5", "v4"}), (5_000_000, {"v5"})], ids=["small", "larger than the share"]
)
async def test_an_account_keeps_the_newest_evidence_within_its_share_of_the_disk(
    house: House, newest: int, left: set[str]
) -> None:
    limits = ObserveSettings(evidence_mb=1)
    context = house.house.context
    house.house.context = replace(context, settings=context.settings.model_copy(update={"observe": limits}))
    for number in range(5):
        keep_evidence(house, f"v{number}", NOW - DAY + timedelta(minutes=number))
    keep_evidence(house, "v5", NOW, newest)
    await house.once()
    assert evidence(house) == left


def fill(engine: Engine, when: datetime) -> None:
    """One old row of every kind that has a limit."""
    with writing(engine) as conn:
        for number in range(2):
            journal.append(conn, "A1", at=when, from_state=None, to_state=State.COMPLETE, why=str(number))
            row = {"audited_at": when, "verdict": "pass", "document": {}, "visit_id": f"v{number}"}
            conn.execute(audits.insert().values(account_id="A1", **row))
            conn.execute(messages.insert().values(stage="done", size=1, attempts=0, found_at=when))
        acts.intend(conn, "A1", Act.TYPE_CODE, visit_id="v1", now=when)
        visits.start(conn, "v1", "A1", kind="audit", host="h", worker="w1", now=when)
        conn.execute(codes.insert().values(seed_id="s", time_step=1, at=when, visit_id="v1"))
        conn.execute(leases.insert().values(account_id="gone", holder="w9", token="t", until=when))


@pytest.mark.parametrize(
    ("table", "limit", "left"),
    [
        (journal_table, timedelta(days=400), 1),  # an account's newest line is kept
        (audits, timedelta(days=90), 1),  # and its newest audit
        (messages, timedelta(days=400), 0),
        (acts_table, timedelta(days=400), 0),
        (visits_table, timedelta(days=14), 0),
        (codes, timedelta(days=1), 0),
        (leases, timedelta(days=1), 0),
    ],
    ids=lambda value: value.name if isinstance(value, sa.Table) else None,
)
def test_each_kind_of_row_goes_after_its_own_limit(
    engine: Engine, table: sa.Table, limit: timedelta, left: int
) -> None:
    with writing(engine) as conn:
        add_account(conn)
    fill(engine, NOW)
    before = count(engine, table)
    forget_old(engine, ObserveSettings(), now=NOW + limit - timedelta(minutes=1))
    assert count(engine, table) == before
    forget_old(engine, ObserveSettings(), now=NOW + limit + timedelta(days=1, minutes=1))
    assert count(engine, table) == left


def test_a_rejection_of_the_password_in_force_is_never_forgotten(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id="v1", now=NOW)
        acts.conclude_last(conn, "A1", Act.TYPE_PASSWORD, "rejected", visit_id="v1")
    forget_old(engine, ObserveSettings(), now=NOW + 4000 * DAY)
    with reading(engine) as conn:
        assert acts.was_rejected(conn, "A1", Act.TYPE_PASSWORD)


def test_every_table_has_a_limit_or_a_reason_to_have_none() -> None:
    bounded_by_accounts = {
        "accounts",
        "secrets",
        "sessions",
        "alarms",
        "login_orders",
        "pending_seeds",
        "secret_refs",
        "old_authenticators",
    }
    of_takeovers = {"takeovers", "takeover_tickets"}  # forgotten with the visits; a ticket after half a minute
    small_or_needed = {
        "switches",
        "folders",
        "webhook_endpoints",
        "outbox",  # emptied as soon as its events are numbered
        "invitations",
        "password_marks",  # a rejected password is never forgotten
        "sealed_keys",
    }  # an invitation's row is what makes a second copy of its mail known
    limited = {
        "erasures",
        "journal",
        "mail_codes",
        "audits",
        "insights",
        "messages",
        "acts",
        "visits",
        "codes",
        "leases",
        "workers",
        "events",
        "webhook_deliveries",
    }
    of_the_api = {"api_keys", "handed_in", "idempotency", "operations", "requests", "task_claims"}
    of_the_console = {"people", "console_tickets", "console_sessions"}  # few, or ended after twelve hours
    shown = {"drafts", "adopted", "lost_rows"}  # few: what people showed, adopted, or said is gone
    never = {"operator_log"}  # a chain: taking an entry out would break it
    known = of_takeovers | bounded_by_accounts | small_or_needed | limited | of_the_api | of_the_console | shown | never
    assert set(metadata.tables) == known


def test_old_insights_go_and_the_newest_of_an_account_stays(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        for number in range(3):
            row = {"account_id": "A1", "marketplace_id": "M", "complete": True, "document": {}, "visit_id": "v"}
            conn.execute(insights.insert().values(captured_at=NOW + number * DAY, **row))
    forget_old(engine, ObserveSettings(), now=NOW + 4000 * DAY)
    with reading(engine) as conn:
        assert conn.scalars(sa.select(insights.c.captured_at)).all() == [NOW + 2 * DAY]
