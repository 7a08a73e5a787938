"""A password that was typed and got no yes.

Doubted whatever the visit ended in, and waited for before a stop.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.actions.lifecycle import release
from agent.clock import Clock
from agent.domain.authorization import State
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.sign_in.password_marks import Mark
from agent.store.vault.keys import Vault
from agent.store.vault.password_memory import mark_of, remember
from agent.visits.errors import PasswordDoubtedError, PasswordRejectedBeforeError, UnexpectedError
from agent.visits.guards import unanswered
from agent.visits.guards.lease_guard import while_leased
from agent.visits.hooks import hooks_for
from agent.visits.outcome import from_error, interrupted
from agent.visits.plan import Plan
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.context import WorkerContext
from flows.errors import BrowserLostError, StepTimeoutError
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.registry import NOW, PASSWORD, add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context


@pytest.fixture
def worker(engine: Engine, vault: Vault, tmp_path: Path) -> WorkerContext:
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        invite(conn)
    return make_context(engine, vault, tmp_path)


async def typed(worker: WorkerContext) -> Plan:
    """A visit that has typed its password."""
    plan = await prepare(worker, "A1")
    await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    return plan


@pytest.mark.parametrize("error", [StepTimeoutError, BrowserLostError, UnexpectedError, None])
async def test_a_password_typed_without_an_answer_is_for_a_person(
    worker: WorkerContext, error: type[StepTimeoutError] | None
) -> None:
    plan, now = await typed(worker), worker.clock.now()
    ended = interrupted(now) if error is None else from_error(error("no answer"), plan, worker.settings, now=now)
    account = await finish(worker, plan, ended)
    assert account is not None
    assert (account.authorization, account.failure_code) == (State.NEEDS_HUMAN, "password_doubted")
    with writing(worker.engine) as conn:
        assert mark_of(conn, worker.vault, account.user_email, SecretStr(PASSWORD)) is Mark.DOUBTED
        release(conn, "A1", now=NOW)
    await typed(worker)


async def test_a_doubted_password_is_not_typed_by_a_later_visit(worker: WorkerContext) -> None:
    plan = await typed(worker)
    await hooks_for(plan, worker, redactor=Redactor()).outcome(Act.TYPE_PASSWORD, "doubted")
    with pytest.raises(PasswordDoubtedError):
        await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)


@pytest.mark.parametrize(
    ("mark", "error"), [(Mark.REJECTED, PasswordRejectedBeforeError), (Mark.DOUBTED, PasswordDoubtedError)]
)
async def test_what_is_remembered_of_a_password_holds_it_back_whatever_this_account_did(
    worker: WorkerContext, mark: Mark, error: type[Exception]
) -> None:
    """Another account of the same login may have typed it since this one was given it."""
    plan = await prepare(worker, "A1")
    with writing(worker.engine) as conn:
        remember(conn, worker.vault, plan.signs_in.user_email, SecretStr(PASSWORD), mark, now=NOW)
    with pytest.raises(error):
        await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)


async def test_a_release_ends_a_doubt_whatever_the_account_waits_for(worker: WorkerContext) -> None:
    plan = await typed(worker)
    await hooks_for(plan, worker, redactor=Redactor()).outcome(Act.TYPE_PASSWORD, "doubted")
    with writing(worker.engine) as conn:
        assert accounts.get(conn, "A1").authorization is State.ACCEPTING
        release(conn, "A1", now=NOW)
    await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    unanswered.end(plan.visit_id)


async def test_a_stop_between_typing_and_answer_waits_for_the_answer(worker: WorkerContext) -> None:
    plan = await prepare(worker, "A1")
    hooks = hooks_for(plan, worker, redactor=Redactor())
    has_typed, answers = asyncio.Event(), asyncio.Event()

    async def visit() -> None:
        await hooks.before_act(Act.TYPE_PASSWORD)
        has_typed.set()
        await answers.wait()
        await hooks.outcome(Act.TYPE_PASSWORD, "accepted")
        await asyncio.Event().wait()  # what comes after the answer may be cut off

    held = asyncio.create_task(
        while_leased(
            visit(),
            plan.leases,
            engine=worker.engine,
            clock=Clock(),
            length=timedelta(seconds=60),
            answered=lambda: unanswered.answered(plan.visit_id, within=30),
        )
    )
    await has_typed.wait()
    held.cancel()
    answers.set()
    with pytest.raises(asyncio.CancelledError):
        await held
    account = await finish(worker, plan, interrupted(worker.clock.now()))
    assert account is not None
    assert account.authorization is State.ACCEPTING
    with reading(worker.engine) as conn:
        assert mark_of(conn, worker.vault, account.user_email, SecretStr(PASSWORD)) is None
