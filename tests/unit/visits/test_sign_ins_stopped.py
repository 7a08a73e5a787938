"""A simulated fleet: the site changes, a few accounts pay for it, and the others' passwords are not typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.domain.authorization import State
from agent.domain.sign_in_breaker import BreakerLimits, Position
from agent.store import visits
from agent.store.database.engine import reading, writing
from agent.store.database.schema import acts as acts_table
from agent.store.processes.alarms import TableBoard
from agent.store.sign_in import acts, sign_in_breaker
from agent.store.vault.keys import Vault
from agent.visits.errors import SignInsStoppedError
from agent.visits.hooks import hooks_for
from agent.visits.outcome import from_error
from agent.visits.prepare import prepare
from agent.visits.record import finish
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = BreakerLimits()
FLEET = [f"A{number}" for number in range(40)]


def one_visit(conn: Connection, account: str, word: str, *, now: datetime, outcome: str = "accepted") -> bool:
    """A visit that signs in, if it may; whether the password was typed."""
    visit = f"{account}@{now.isoformat()}"
    visits.start(conn, visit, account, kind="audit", host="sellercentral.amazon.com", worker="w", now=now)
    admitted = sign_in_breaker.admit(conn, account, now=now, limits=LIMITS)
    if admitted:
        acts.conclude(conn, acts.intend(conn, account, Act.TYPE_PASSWORD, visit_id=visit, now=now), word)
    ended = outcome if admitted else "sign_ins_stopped"
    visits.end(conn, visit, outcome=ended, now=now)
    sign_in_breaker.observe(conn, account, visit, outcome=ended, now=now, limits=LIMITS)
    return admitted


def fleet(conn: Connection) -> None:
    for account in FLEET:
        add_account(conn, account)


def test_when_the_site_changes_five_accounts_are_asked_and_no_other(any_engine: Engine) -> None:
    engine = any_engine
    with writing(engine) as conn:
        fleet(conn)
        typed = [
            account
            for number, account in enumerate(FLEET)
            if one_visit(conn, account, acts.DOUBTED, now=NOW + timedelta(seconds=number), outcome="stuck")
        ]
    assert typed == FLEET[:5]
    told = TableBoard(engine).list_open()
    assert [(alarm.key, alarm.times >= 3) for alarm in told] == [(sign_in_breaker.ALARM, True)]
    assert "5 of 5 accounts" in told[0].text


def test_single_wrong_passwords_in_a_large_fleet_stop_nobody(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        typed = [
            one_visit(conn, account, acts.REJECTED if number % 4 == 0 else acts.ACCEPTED, now=NOW)
            for number, account in enumerate(FLEET)
        ]
        assert all(typed)
        assert sign_in_breaker.read(conn).position is Position.CLOSED


def test_one_account_that_fails_again_and_again_stops_nobody_else(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        for minute in range(20):
            one_visit(conn, "A1", acts.DOUBTED, now=NOW + timedelta(minutes=minute))
        assert one_visit(conn, "A2", acts.ACCEPTED, now=NOW + timedelta(minutes=21))


def test_unknown_screens_count_although_no_password_was_typed(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        for account in FLEET[:5]:
            visit = f"v-{account}"
            visits.start(conn, visit, account, kind="audit", host="h", worker="w", now=NOW)
            visits.end(conn, visit, outcome="unknown_screen", now=NOW)
            sign_in_breaker.observe(
                conn, account, visit, outcome="unknown_screen", now=NOW + timedelta(seconds=1), limits=LIMITS
            )
        assert sign_in_breaker.read(conn).position is Position.OPEN


def test_after_the_rest_three_accounts_decide_and_then_all_go_on_and_people_are_told(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        for account in FLEET[:6]:
            one_visit(conn, account, acts.REJECTED, now=NOW)
        assert not one_visit(conn, "A10", acts.ACCEPTED, now=NOW + timedelta(minutes=14))
        for minute, account in enumerate(("A10", "A11", "A12"), start=16):
            assert sign_in_breaker.read(conn).position is not Position.CLOSED
            assert one_visit(conn, account, acts.ACCEPTED, now=NOW + timedelta(minutes=minute))
        assert sign_in_breaker.read(conn).position is Position.CLOSED
        assert one_visit(conn, "A13", acts.REJECTED, now=NOW + timedelta(minutes=20))
        assert sign_in_breaker.read(conn).position is Position.CLOSED  # what was before counts no more
    assert TableBoard(engine).list_open() == []


def test_a_person_lets_all_go_on_at_once(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        for account in FLEET[:6]:
            one_visit(conn, account, acts.REJECTED, now=NOW)
        assert sign_in_breaker.close(conn, now=NOW + timedelta(minutes=1))
        assert one_visit(conn, "A20", acts.ACCEPTED, now=NOW + timedelta(minutes=2))
        assert not sign_in_breaker.close(conn, now=NOW + timedelta(minutes=3))


async def test_a_visit_types_nothing_and_its_account_waits_without_a_person(
    engine: Engine, vault: Vault, tmp_path: Path
) -> None:
    with writing(engine) as conn:
        fleet(conn)
        add_secrets(conn, vault)
        invite(conn)
        for other in FLEET[5:11]:
            one_visit(conn, other, acts.REJECTED, now=datetime.now(UTC))
    worker = make_context(engine, vault, tmp_path)
    plan = await prepare(worker, "A1")
    with pytest.raises(SignInsStoppedError, match="resume --sign-ins") as stopped:
        await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    now = worker.clock.now()
    account = await finish(worker, plan, from_error(stopped.value, plan, worker.settings, now=now))
    assert account is not None
    assert (account.authorization, account.retries) == (State.ACCEPTING, 0)
    assert account.due is not None
    assert account.due > now + timedelta(minutes=1)
    with reading(engine) as conn:
        typed = sa.select(sa.func.count()).select_from(acts_table).where(acts_table.c.account_id == "A1")
        assert conn.scalar(typed) == 0


def test_nothing_is_written_while_all_goes_well(engine: Engine) -> None:
    with writing(engine) as conn:
        fleet(conn)
        one_visit(conn, "A1", acts.ACCEPTED, now=NOW)
    with reading(engine) as conn:
        assert sign_in_breaker.read(conn).since is None
