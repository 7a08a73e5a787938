"""A year in a minute: the clock is passed in, the books are real, and nothing grows but what retention allows."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.authorization import Event
from agent.observe.notify import Alarms
from agent.settings.groups.operation import ObserveSettings
from agent.store import accounts
from agent.store.audits import record_audit
from agent.store.database.engine import open_database, reading, writing
from agent.store.database.schema import audits, codes, journal, messages, metadata, visits
from agent.store.outbox.sequence import number_events
from agent.store.transitions import Facts
from agent.store.vault.keys import Vault
from agent.visits.hooks import hooks_for
from agent.visits.outcome import Conclusion, interrupted
from agent.visits.plan import VisitKind
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.context import WorkerContext
from agent.worker.loops.housekeeping import Housekeeping
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.registry import NOW, add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

KEY = b"k" * 32
DAY = timedelta(days=1)
_HOUSE = 5 * DAY  # in truth every hour
LIMITS = ObserveSettings(journal_days=60, audits_days=60, finished_days=14, evidence_days=30)
DOCUMENT = {
    "verdict": "pass",
    "counts": {"permissions": 60, "as_expected": 60, "findings": 0},
    "findings": [],
    "permissions": [{"scope": "regional", "section": "Orders", "permission": "Manage Orders", "actual": "View"}] * 60,
}


class Year:
    """Accounts that are accepted, audited, sometimes cut off, sometimes invited anew, day after day."""

    def __init__(self, engine: Engine, directory: Path, *, count: int, every: timedelta) -> None:
        self.now, self.began, self.random = NOW, NOW, random.Random(1)
        clock = Clock(now=lambda: self.now, elapsed=lambda: (self.now - self.began).total_seconds())
        context = make_context(engine, Vault(KEY), directory, clock=clock)
        audit = context.settings.audit.model_copy(update={"interval": every.total_seconds()})
        self.context = WorkerContext(
            settings=context.settings.model_copy(update={"audit": audit, "observe": LIMITS}),
            engine=engine,
            vault=context.vault,
            pool=context.pool,
            policy=context.policy,
            redaction=context.redaction,
            worker=context.worker,
            clock=clock,
        )
        alarms = [Alarms(send=lambda _title, _body: True, now=lambda: self.now) for _ in range(2)]
        self.house = Housekeeping(context=self.context, alarms=alarms[0], own=alarms[1])
        self.visits, self.invited = 0, 0
        with writing(engine) as conn:
            for number in range(count):
                add_account(conn, f"A{number}")
                add_secrets(conn, self.context.vault, f"A{number}")
                self.invite(conn, f"A{number}")

    def invite(self, conn: sa.Connection, account_id: str) -> None:
        self.invited += 1
        invite(conn, account_id, number=self.invited, now=self.now)
        conn.execute(
            messages.insert().values(stage="done", size=4000, attempts=0, found_at=self.now, account_id=account_id)
        )

    async def live(self, until: datetime) -> None:
        """Visit what is due, keep house now and then, and go to bed."""
        while self.now < until:
            with reading(self.context.engine) as conn:
                due = accounts.list_due(conn, now=self.now, limit=100_000)
            for account in due:
                await self.visit(account.id)
            number_events(self.context.engine)
            if (self.now - self.began) % _HOUSE == timedelta():
                await self.house.once()
            self.now += DAY

    async def visit(self, account_id: str) -> None:
        self.visits += 1
        plan = await prepare(self.context, account_id)
        hooks = hooks_for(plan, self.context, redactor=Redactor())
        if plan.session is None:
            await hooks.before_act(Act.TYPE_PASSWORD)
            await hooks.outcome(Act.TYPE_PASSWORD, "accepted")
        folder = self.context.evidence_dir(account_id, plan.visit_id)
        if self.random.random() < 0.02:
            folder.mkdir(parents=True)
            (folder / "failure.html").write_text("x")
            os.utime(folder, (self.now.timestamp(),) * 2)
            await finish(self.context, plan, interrupted(self.now))
            return
        if plan.kind is VisitKind.ACCEPT:
            facts = Facts(accepted_at=self.now)
            ended = Conclusion(
                outcome="accepted", event=Event.ACCEPTED, why="x", facts=facts, invitation_state="accepted"
            )
        else:
            facts = Facts(granted_at=self.now, last_complete_read_at=self.now)
            ended = Conclusion(
                outcome="pass", event=Event.PASS, why="x", facts=facts, session={"cookies": [{"n": "v" * 2000}]}
            )
        await finish(self.context, plan, ended)
        if plan.kind is VisitKind.AUDIT:
            with writing(self.context.engine) as conn:
                record_audit(conn, account=account_id, at=self.now, document=DOCUMENT, visit_id=plan.visit_id)  # type: ignore[arg-type]  # in shape only
                if self.random.random() < 0.01:
                    self.invite(conn, account_id)

    def rows(self) -> Counter[str]:
        with reading(self.context.engine) as conn:
            return Counter(
                {t.name: conn.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in metadata.sorted_tables}
            )

    def oldest(self, column: sa.Column[datetime]) -> timedelta:
        with reading(self.context.engine) as conn:
            found = conn.scalar(sa.select(sa.func.min(column)))
        return timedelta() if found is None else self.now - found


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("count", "every"), [(5, 10 * DAY), pytest.param(1000, 7 * DAY, marks=pytest.mark.soak)], ids=["five", "a_thousand"]
)
async def test_a_year_leaves_no_more_than_a_season(tmp_path: Path, count: int, every: timedelta) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'agent.sqlite'}")
    year = Year(engine, tmp_path, count=count, every=every)
    await year.live(NOW + 120 * DAY)
    season, size = year.rows(), (tmp_path / "agent.sqlite").stat().st_size
    await year.live(NOW + 365 * DAY)
    end = year.rows()
    assert year.visits > count * (365 * DAY / every) * 0.8
    assert year.oldest(visits.c.started_at) <= 14 * DAY + _HOUSE
    assert max(year.oldest(messages.c.found_at), year.oldest(audits.c.audited_at)) <= 60 * DAY + _HOUSE
    assert year.oldest(codes.c.at) <= 1 * DAY + _HOUSE
    grown = {name: (season[name], end[name]) for name in end if end[name] > season[name] * 1.35 + 8}
    assert set(grown) <= {"invitations"}  # their rows are what makes a second copy of a mail known
    assert end["invitations"] == year.invited
    assert end["journal"] <= count + (count * (60 * DAY / every) * 2.5) * 1.2
    assert (tmp_path / "agent.sqlite").stat().st_size < size * 1.35 + 200_000
    assert all(
        path.stat().st_mtime >= (year.now - 30 * DAY - _HOUSE).timestamp()
        for path in (tmp_path / "evidence").glob("*/*")
    )
    assert year.oldest(journal.c.at) <= 365 * DAY
    engine.dispose()
