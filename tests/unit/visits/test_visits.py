"""What is written before and after a visit, and what each way of ending means for the account."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.account import Account, ApiAuthorization
from agent.domain.authorization import Event, State
from agent.store import accounts, transitions
from agent.store.database.engine import open_database, reading, writing
from agent.store.database.schema import invitations, visits
from agent.store.processes import leases, switches
from agent.store.sign_in import acts
from agent.store.transitions import Facts
from agent.store.vault import sessions
from agent.store.vault.keys import Vault
from agent.visits.errors import (
    AcceptanceUnansweredError,
    BudgetSpentError,
    LeaseLostError,
    PasswordDoubtedError,
    PasswordRejectedBeforeError,
    VisitHaltedError,
)
from agent.visits.hooks import hooks_for
from agent.visits.outcome import Conclusion, from_error, interrupted
from agent.visits.plan import NotNowError, Plan, PoisonError, VisitKind
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.context import WorkerContext
from flows.errors import (
    AccountNotOfferedError,
    ChallengeError,
    FlowError,
    InvitationClosedError,
    PartnerLinkError,
    PasswordRejectedError,
    SiteRefusedError,
    StepTimeoutError,
    UnknownScreenError,
    WrongIdentityError,
)
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account, add_secrets, invite
from tests.support.visits.worker_context import make_context

KEY = b"k" * 32


@pytest.fixture
def worker_context(any_engine: Engine, tmp_path: Path) -> WorkerContext:
    """A worker, and one account with an open invitation."""
    worker_context = make_context(any_engine, Vault(KEY), tmp_path)
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, worker_context.vault)
        invite(conn, now=utc_now())
    return worker_context


def stored(worker_context: WorkerContext, account_id: str = "A1") -> Account:
    with reading(worker_context.engine) as conn:
        return accounts.get(conn, account_id)


def accepted(worker_context: WorkerContext) -> Conclusion:
    return Conclusion(
        outcome="accepted",
        event=Event.ACCEPTED,
        why="invitation: accepted",
        facts=Facts(accepted_at=worker_context.clock.now()),
        invitation_state="accepted",
        session={"cookies": [{"name": "at-main"}]},
    )


async def test_a_visit_begins_with_lease_row_and_a_death_that_has_not_happened_yet(
    worker_context: WorkerContext,
) -> None:
    plan = await prepare(worker_context, "A1")
    assert (plan.kind, plan.host, plan.session) == (VisitKind.ACCEPT, "sellercentral.amazon.com", None)
    assert stored(worker_context).crashes == 1
    with pytest.raises(NotNowError, match="being worked on by w1") as caught:
        await prepare(worker_context, "A1")
    assert caught.value.busy


async def test_an_acceptance_is_written_with_all_that_belongs_to_it(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    await finish(worker_context, plan, accepted(worker_context))
    account = stored(worker_context)
    assert (account.authorization, account.crashes, account.urgent) == (State.AWAITING_PERMISSIONS, 0, True)
    with reading(worker_context.engine) as conn:
        assert conn.scalar(sa.select(invitations.c.state)) == "accepted"
        assert sessions.load(conn, worker_context.vault, "A1") == {"cookies": [{"name": "at-main"}]}
        assert leases.holder_of(conn, "A1", now=worker_context.clock.now()) is None
        assert conn.scalar(sa.select(visits.c.outcome)) == "accepted"


async def test_nobody_signs_in_for_another_while_the_own_api_authorization_is_pending(
    worker_context: WorkerContext,
) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    with writing(worker_context.engine) as conn:
        add_account(conn, "A2", api=ApiAuthorization.PENDING)
        add_secrets(conn, worker_context.vault, "A2")
        write_account(conn, "A1", audit_as="A2")
    with pytest.raises(
        NotNowError, match="account A2, which signs in for A1: API Authorization Status must be complete"
    ):
        await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        transitions.set_api_authorization(conn, "A2", ApiAuthorization.COMPLETE, now=worker_context.clock.now())
    plan = await prepare(worker_context, "A1")
    assert plan.signs_in.id == "A2"
    with writing(worker_context.engine) as conn:
        transitions.set_api_authorization(conn, "A2", ApiAuthorization.PENDING, now=worker_context.clock.now())
    with pytest.raises(VisitHaltedError, match="the API authorization of account A2 is pending"):
        await hooks_for(plan, worker_context, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)


async def test_the_next_visit_starts_with_the_stored_session(worker_context: WorkerContext) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    plan = await prepare(worker_context, "A1")
    assert (plan.kind, plan.session) == (VisitKind.AUDIT, {"cookies": [{"name": "at-main"}]})
    assert stored(worker_context).authorization is State.AUDITING


async def test_a_visit_that_was_told_to_stop_counts_as_nothing(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    await finish(worker_context, plan, interrupted(worker_context.clock.now()))
    account = stored(worker_context)
    assert (account.authorization, account.crashes, account.retries, account.urgent) == (State.ACCEPTING, 0, 0, True)
    assert account.due is not None
    assert account.due <= worker_context.clock.now()


async def test_an_audit_that_was_told_to_stop_leaves_the_state_it_came_from(worker_context: WorkerContext) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    await finish(worker_context, await prepare(worker_context, "A1"), interrupted(worker_context.clock.now()))
    assert (stored(worker_context).authorization, stored(worker_context).retries) == (State.AWAITING_PERMISSIONS, 0)


async def test_an_account_whose_visits_die_is_set_aside_and_others_go_on(worker_context: WorkerContext) -> None:
    with writing(worker_context.engine) as conn:
        add_account(conn, "A2")
        add_secrets(conn, worker_context.vault, "A2")
        invite(conn, "A2", number=2)
    for _ in range(3):
        plan = await prepare(worker_context, "A1")
        with writing(worker_context.engine) as conn:
            leases.release(conn, plan.leases[0])  # as if its time had come after a kill
    with pytest.raises(PoisonError):
        await prepare(worker_context, "A1")
    assert (stored(worker_context).authorization, stored(worker_context).failure_code) == (State.NEEDS_HUMAN, "poison")
    assert (await prepare(worker_context, "A2")).account.id == "A2"


async def test_a_release_gives_a_set_aside_account_another_chance(worker_context: WorkerContext) -> None:
    with writing(worker_context.engine) as conn:
        write_account(conn, "A1", deaths=3)
    with pytest.raises(PoisonError):
        await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        transitions.apply(conn, "A1", Event.RELEASED, now=worker_context.clock.now(), why="a person")
    assert (await prepare(worker_context, "A1")).kind is VisitKind.ACCEPT


HOLDS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda conn: transitions.apply(conn, "A1", Event.PAUSED, now=utc_now(), why="x"), "is paused"),
    (lambda conn: transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=utc_now(), why="x"), "accounts release A1"),
    (lambda conn: switches.pause_all(conn, now=utc_now(), who="operator"), "everything is paused by operator"),
    (
        lambda conn: transitions.set_api_authorization(conn, "A1", ApiAuthorization.PENDING, now=utc_now()),
        "API Authorization Status must be complete before Seller Central Authorization may be started",
    ),
]


@pytest.mark.parametrize(("hold", "expected"), HOLDS)
async def test_nothing_starts_while_the_account_is_held(
    worker_context: WorkerContext, hold: Callable[[Any], Any], expected: str
) -> None:
    with writing(worker_context.engine) as conn:
        hold(conn)
    with pytest.raises(NotNowError, match=expected):
        await prepare(worker_context, "A1")
    with reading(worker_context.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(visits)) == 0


async def test_who_lost_the_lease_writes_nothing(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        leases.release(conn, plan.leases[0])
    assert await finish(worker_context, plan, accepted(worker_context)) is None
    assert stored(worker_context).authorization is State.ACCEPTING


async def test_a_lost_lease_is_no_death(worker_context: WorkerContext) -> None:
    for _ in range(4):  # more often than an account may take its worker with it
        plan = await prepare(worker_context, "A1")
        with writing(worker_context.engine) as conn:
            leases.release(conn, plan.leases[0])
        await finish(worker_context, plan, accepted(worker_context))
    assert stored(worker_context).crashes == 0


async def test_a_lost_lease_hides_no_death_of_another_worker_s(worker_context: WorkerContext) -> None:
    lost = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        leases.release(conn, lost.leases[0])
    await prepare(worker_context, "A1")
    await finish(worker_context, lost, accepted(worker_context))
    assert stored(worker_context).crashes == 1


ENDS: list[tuple[FlowError, State, str]] = [
    (InvitationClosedError("x", reason="withdrawn"), State.FAILED, "invitation_closed:withdrawn"),
    (InvitationClosedError("x", reason="expired"), State.FAILED, "invitation_closed:expired"),
    (ChallengeError("x", kind="captcha_image"), State.NEEDS_HUMAN, "challenge"),
    (PasswordRejectedError("x"), State.NEEDS_HUMAN, "password_rejected"),
    (UnknownScreenError("x"), State.NEEDS_HUMAN, "unknown_screen"),
    (PartnerLinkError("x"), State.NEEDS_HUMAN, "partner_link"),
    (WrongIdentityError("x"), State.NEEDS_HUMAN, "wrong_identity"),
    (BudgetSpentError("x"), State.NEEDS_HUMAN, "budget_spent"),
    (SiteRefusedError("x"), State.ACCEPTING, "site_refused"),
    (AccountNotOfferedError("x"), State.ACCEPTING, "account_not_offered"),
]


@pytest.mark.parametrize(("error", "state", "code"), ENDS, ids=[f"{code}" for _, _, code in ENDS])
async def test_an_error_s_disposition_decides_the_state(
    worker_context: WorkerContext, error: FlowError, state: State, code: str
) -> None:
    plan = await prepare(worker_context, "A1")
    await finish(worker_context, plan, from_error(error, plan, worker_context.settings, now=worker_context.clock.now()))
    account = stored(worker_context)
    assert (account.authorization, account.failure_code) == (state, code)
    assert (account.due is None) == (state is not State.ACCEPTING)


async def test_a_withdrawn_invitation_has_the_exact_text_and_the_reason(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    error = InvitationClosedError("the page says it was withdrawn", reason="withdrawn")
    await finish(worker_context, plan, from_error(error, plan, worker_context.settings, now=worker_context.clock.now()))
    account = stored(worker_context)
    assert account.message == "Error: Seller Central Authorization failed. Please update authorization."
    assert account.reasons == ("The invitation was withdrawn.",)
    assert "send a new one" in account.next_step


async def test_after_enough_visits_without_an_answer_a_human_is_needed(worker_context: WorkerContext) -> None:
    for expected in (State.ACCEPTING, State.ACCEPTING, State.NEEDS_HUMAN):
        plan = await prepare(worker_context, "A1")
        await finish(
            worker_context,
            plan,
            from_error(SiteRefusedError("503"), plan, worker_context.settings, now=worker_context.clock.now()),
        )
        assert stored(worker_context).authorization is expected


async def test_an_account_not_offered_before_the_first_grant_is_waited_for_without_end(
    worker_context: WorkerContext,
) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    for _ in range(5):
        plan = await prepare(worker_context, "A1")
        await finish(
            worker_context,
            plan,
            from_error(AccountNotOfferedError("x"), plan, worker_context.settings, now=worker_context.clock.now()),
        )
    assert (stored(worker_context).authorization, stored(worker_context).retries) == (State.AWAITING_PERMISSIONS, 0)


async def test_a_session_of_the_wrong_identity_is_forgotten(worker_context: WorkerContext) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    plan = await prepare(worker_context, "A1")
    await finish(
        worker_context,
        plan,
        from_error(WrongIdentityError("x"), plan, worker_context.settings, now=worker_context.clock.now()),
    )
    with reading(worker_context.engine) as conn:
        assert sessions.load(conn, worker_context.vault, "A1") is None


@pytest.mark.parametrize(
    "error", [SiteRefusedError("x"), StepTimeoutError("x"), UnknownScreenError("x"), ChallengeError("x", kind="y")]
)
async def test_a_page_that_does_not_say_who_is_signed_in_leaves_the_session_alone(
    worker_context: WorkerContext, error: FlowError
) -> None:
    await finish(worker_context, await prepare(worker_context, "A1"), accepted(worker_context))
    plan = await prepare(worker_context, "A1")
    await finish(worker_context, plan, from_error(error, plan, worker_context.settings, now=worker_context.clock.now()))
    with reading(worker_context.engine) as conn:
        assert sessions.load(conn, worker_context.vault, "A1") == {"cookies": [{"name": "at-main"}]}


async def test_an_invitation_that_arrives_in_mid_visit_is_accepted_next(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        newer = invite(conn, number=2, now=worker_context.clock.now())
    await finish(worker_context, plan, accepted(worker_context))
    account = stored(worker_context)
    assert (account.authorization, account.invitation, account.urgent) == (State.ACCEPTING, newer, True)
    assert (await prepare(worker_context, "A1")).invitation is not None


async def test_an_audit_through_another_account_holds_both(worker_context: WorkerContext) -> None:
    with writing(worker_context.engine) as conn:
        add_account(conn, "A2")
        add_secrets(conn, worker_context.vault, "A2", password="the other's")
    plan = await prepare(worker_context, "A1", kind=VisitKind.AUDIT, as_account="A2")
    assert (plan.own, plan.signs_in.id, [lease.account_id for lease in plan.leases]) == (False, "A2", ["A1", "A2"])
    assert plan.secrets.secrets.password.get_secret_value() == "the other's"
    with pytest.raises(NotNowError):
        await prepare(worker_context, "A2", kind=VisitKind.AUDIT)


async def permit(worker_context: WorkerContext, plan: Plan, act: Act) -> None:
    await hooks_for(plan, worker_context, redactor=Redactor()).before_act(act)


async def test_the_intention_is_written_before_the_act_and_the_outcome_after(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    hooks = hooks_for(plan, worker_context, redactor=Redactor())
    await hooks.before_act(Act.TYPE_PASSWORD)
    with reading(worker_context.engine) as conn:
        assert acts.not_taken_since(conn, "A1", Act.TYPE_PASSWORD, plan.account.created_at) == 1
    await hooks.outcome(Act.TYPE_PASSWORD, "rejected")
    with pytest.raises(PasswordRejectedBeforeError):
        await hooks.before_act(Act.TYPE_PASSWORD)


async def test_nothing_is_clicked_without_the_lease(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        leases.release(conn, plan.leases[0])
    with pytest.raises(LeaseLostError):
        await permit(worker_context, plan, Act.ACCEPT_INVITATION)


async def test_nothing_is_clicked_after_the_pause_of_everything(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        switches.pause_all(conn, now=utc_now(), who="operator")
    with pytest.raises(VisitHaltedError):
        await permit(worker_context, plan, Act.ACCEPT_INVITATION)


async def test_a_secret_that_was_replaced_in_mid_visit_is_not_typed(worker_context: WorkerContext) -> None:
    plan = await prepare(worker_context, "A1")
    with writing(worker_context.engine) as conn:
        add_secrets(conn, worker_context.vault, password="the right one")
    for act in (Act.TYPE_PASSWORD, Act.TYPE_CODE):
        with pytest.raises(VisitHaltedError):
            await permit(worker_context, plan, act)


async def test_a_rejection_that_comes_after_the_secret_was_replaced_is_the_old_one_s(
    worker_context: WorkerContext,
) -> None:
    plan = await prepare(worker_context, "A1")
    hooks = hooks_for(plan, worker_context, redactor=Redactor())
    await hooks.before_act(Act.TYPE_PASSWORD)
    with writing(worker_context.engine) as conn:
        add_secrets(conn, worker_context.vault, password="the right one")
    await hooks.outcome(Act.TYPE_PASSWORD, "rejected")
    with reading(worker_context.engine) as conn:
        assert not acts.was_rejected(conn, "A1", Act.TYPE_PASSWORD)


async def clicked(worker_context: WorkerContext, outcome: str | None) -> Plan:
    """Click the offer, end the visit, and begin the next one."""
    plan = await prepare(worker_context, "A1")
    hooks = hooks_for(plan, worker_context, redactor=Redactor())
    await hooks.before_act(Act.ACCEPT_INVITATION)
    if outcome is not None:
        await hooks.outcome(Act.ACCEPT_INVITATION, outcome)
    error = StepTimeoutError("no answer came")
    await finish(worker_context, plan, from_error(error, plan, worker_context.settings, now=worker_context.clock.now()))
    return await prepare(worker_context, "A1")


async def test_an_offer_that_was_clicked_without_an_answer_is_not_clicked_again(worker_context: WorkerContext) -> None:
    plan = await clicked(worker_context, StepTimeoutError.code)
    with pytest.raises(AcceptanceUnansweredError):
        await permit(worker_context, plan, Act.ACCEPT_INVITATION)


async def test_a_person_who_has_looked_allows_one_more_click(worker_context: WorkerContext) -> None:
    plan = await clicked(worker_context, StepTimeoutError.code)
    with writing(worker_context.engine) as conn:
        acts.release(conn, "A1", now=worker_context.clock.now())
    await permit(worker_context, plan, Act.ACCEPT_INVITATION)


async def test_a_newer_invitation_has_a_click_of_its_own(worker_context: WorkerContext) -> None:
    plan = await clicked(worker_context, StepTimeoutError.code)
    await finish(worker_context, plan, interrupted(worker_context.clock.now()))
    with writing(worker_context.engine) as conn:
        invite(conn, number=2, now=utc_now())
    await permit(worker_context, await prepare(worker_context, "A1"), Act.ACCEPT_INVITATION)


@pytest.mark.parametrize("outcome", [None, SiteRefusedError.code], ids=["cut off before it", "refused by the site"])
async def test_an_offer_that_still_stands_after_a_click_that_was_not_taken_is_clicked(
    worker_context: WorkerContext, outcome: str | None
) -> None:
    await permit(worker_context, await clicked(worker_context, outcome), Act.ACCEPT_INVITATION)


def test_a_second_kill_in_a_row_between_typing_and_answer_is_for_a_person(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url)
    worker_context = make_context(engine, Vault(KEY), tmp_path)
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, worker_context.vault)
        invite(conn, now=utc_now())
    browser_context = multiprocessing.get_context("spawn")
    for _ in range(2):
        process = browser_context.Process(target=_type_and_die, args=(sqlite_url, str(tmp_path)))
        process.start()
        process.join(90)
        assert process.exitcode == -signal.SIGKILL
        with writing(engine) as conn:
            leases.drop_of(conn, "victim")
            write_account(conn, "A1", deaths=0)
    plan = asyncio.run(prepare(worker_context, "A1"))
    with pytest.raises(PasswordDoubtedError):
        asyncio.run(permit(worker_context, plan, Act.TYPE_PASSWORD))
    engine.dispose()


def _type_and_die(url: str, directory: str) -> None:
    async def visit() -> None:
        worker_context = make_context(open_database(url), Vault(KEY), Path(directory), worker="victim")
        await permit(worker_context, await prepare(worker_context, "A1"), Act.TYPE_PASSWORD)
        os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(visit())
