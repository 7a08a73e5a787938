"""Transitions as stored: state, words, due time and journal stand or fall together."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.domain.account import ApiAuthorization
from agent.domain.authorization import Event, State, TransitionError
from agent.domain.schedule import Rhythm
from agent.store import accounts, journal, transitions
from agent.store.accounts import AccountExistsError, UnknownAccountError
from agent.store.database.engine import reading, writing
from agent.store.database.schema import invitations
from agent.store.sign_in import acts
from agent.store.transitions import Facts
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account, add_invitation, invite

EVEN = Rhythm(jitter=0)


def test_an_invitation_makes_the_account_due_at_once(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
        account = accounts.get(conn, "A1")
        due = accounts.list_due(conn, now=NOW, limit=10)
    assert (account.authorization, account.due, account.urgent) == (State.ACCEPTING, NOW, True)
    assert [each.id for each in due] == ["A1"]


def test_while_the_api_is_pending_nothing_is_due_and_the_exact_text_is_shown(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
        invite(conn)
        account = accounts.get(conn, "A1")
        assert accounts.list_due(conn, now=NOW + timedelta(days=30), limit=10) == []
    assert account.authorization is State.API_AUTHORIZATION_REQUIRED
    assert (
        account.message
        == "API Authorization Status must be complete before Seller Central Authorization may be started"
    )


def test_when_the_api_is_complete_the_waiting_invitation_is_accepted(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
        invite(conn)
        account = transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=NOW)
    assert (account.authorization, account.due) == (State.ACCEPTING, NOW)


def test_saying_complete_twice_changes_nothing(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        before = accounts.get(conn, "A1")
        after = transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=NOW)
    assert (after.authorization, after.due, after.next_step) == (before.authorization, before.due, before.next_step)


def test_a_failure_keeps_its_reasons_through_a_pause(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        conn.execute(invitations.update().values(state="failed"))
        facts = Facts(reasons=("The invitation has expired.",), next_step="Send a new one.")
        transitions.apply(conn, "A1", Event.INVITATION_CLOSED, now=NOW, why="expired", facts=facts)
        for event in (Event.PAUSED, Event.RESUMED):
            account = transitions.apply(conn, "A1", event, now=NOW, why="a person")
            assert account.message == "Error: Seller Central Authorization failed. Please update authorization."
            assert (account.reasons, account.next_step) == (("The invitation has expired.",), "Send a new one.")
    assert (account.authorization, account.due) == (State.FAILED, None)


def test_a_human_reason_is_internal(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        facts = Facts(internal_reason="a CAPTCHA was shown", failure_code="challenge")
        account = transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why="challenge", facts=facts)
    assert (account.authorization, account.due, account.reasons) == (State.NEEDS_HUMAN, None, ())
    assert account.internal_reason == "a CAPTCHA was shown"
    assert "CAPTCHA" not in account.message + account.next_step


def test_a_release_starts_counting_afresh(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        acts.intend(conn, "A1", "type_password", visit_id="v", now=NOW)
        transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why="budget")
        account = transitions.apply(conn, "A1", Event.RELEASED, now=NOW, why="released by a person")
        spent = acts.not_taken_since(conn, "A1", "type_password", NOW - timedelta(hours=1))
    assert (account.authorization, account.due, spent) == (State.ACCEPTING, NOW, 0)


def test_back_off_grows_and_has_a_cap(engine: Engine) -> None:
    rhythm = Rhythm(backoff_first=timedelta(minutes=1), backoff_max=timedelta(minutes=5), jitter=0)
    waits = []
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        for _ in range(5):
            account = transitions.apply(conn, "A1", Event.RETRY, now=NOW, why="503", rhythm=rhythm)
            assert account.due is not None
            waits.append((account.due - NOW) // timedelta(minutes=1))
    assert waits == [1, 2, 4, 5, 5]


def test_audits_that_end_together_do_not_start_together_again(engine: Engine) -> None:
    dues = []
    with writing(engine) as conn:
        for number in range(50):
            add_account(conn, f"A{number}")
            write_account(conn, f"A{number}", authorization=State.AUDITING, accepted_at=NOW)
            account = transitions.apply(conn, f"A{number}", Event.PASS, now=NOW, why="pass", rhythm=Rhythm(jitter=0.1))
            assert account.due is not None
            dues.append(account.due - NOW)
    hour = timedelta(hours=1)
    assert 5.4 * hour <= min(dues) < 5.7 * hour
    assert 6.3 * hour < max(dues) <= 6.6 * hour


def test_incomplete_audits_are_counted_until_one_is_complete(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        conn.execute(invitations.update().values(state="accepted"))
        transitions.apply(conn, "A1", Event.ACCEPTED, now=NOW, why="accepted", facts=Facts(accepted_at=NOW))
        for expected in (1, 2):
            transitions.apply(conn, "A1", Event.AUDIT_STARTED, now=NOW, why="audit")
            assert transitions.apply(conn, "A1", Event.INCOMPLETE, now=NOW, why="gaps").incompletes == expected
        account = transitions.apply(conn, "A1", Event.PASS, now=NOW, why="pass", rhythm=EVEN)
    assert (account.incompletes, account.authorization, account.due) == (0, State.COMPLETE, NOW + timedelta(hours=6))


def test_the_confirmation_code_is_shown_until_the_user_is_confirmed(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn)
        conn.execute(invitations.update().values(state="accepted"))
        facts = Facts(confirmation_code="482913", accepted_at=NOW)
        shown = transitions.apply(conn, "A1", Event.CONFIRMATION_ASKED, now=NOW, why="code", facts=facts)
        transitions.apply(conn, "A1", Event.AUDIT_STARTED, now=NOW, why="audit")
        again = transitions.apply(conn, "A1", Event.NOT_OFFERED, now=NOW, why="not yet")
        transitions.apply(conn, "A1", Event.AUDIT_STARTED, now=NOW, why="audit")
        gone = transitions.apply(conn, "A1", Event.NOTHING_GRANTED, now=NOW, why="all None")
    assert "482913" in shown.next_step
    assert (again.authorization, again.confirmation_code) == (State.AWAITING_CONFIRMATION, "482913")
    assert "482913" in again.next_step
    assert (gone.authorization, gone.confirmation_code) == (State.AWAITING_PERMISSIONS, None)


def test_every_transition_is_in_the_journal(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
        transitions.apply(conn, "A1", Event.PAUSED, now=NOW, why="paused by a person", visit_id="v1")
    with reading(any_engine) as conn:
        told = [(entry.from_state, entry.to_state, entry.why) for entry in journal.history(conn, "A1")]
    assert told == [
        (None, State.AWAITING_INVITATION, "registered"),
        (State.AWAITING_INVITATION, State.ACCEPTING, "an invitation arrived"),
        (State.ACCEPTING, State.PAUSED, "paused by a person"),
    ]


def test_an_unlisted_transition_leaves_nothing_behind(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with pytest.raises(TransitionError), writing(any_engine) as conn:
        transitions.apply(conn, "A1", Event.ACCEPTED, now=NOW, why="impossible")
    with reading(any_engine) as conn:
        assert len(journal.history(conn, "A1")) == 1


def test_a_newer_invitation_supersedes_the_open_one(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
        invite(conn, number=1)
        newest = invite(conn, number=2)
        states = {row.id: row.state for row in conn.execute(sa.select(invitations))}
        assert accounts.get(conn, "A1").invitation == newest
    assert [states[key] for key in sorted(states)] == ["superseded", "waiting"]


def test_urgent_accounts_come_first_and_the_number_is_bounded(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        for number in range(6):
            add_account(conn, f"A{number}")
            add_invitation(conn, f"A{number}", number=number)
            transitions.apply(conn, f"A{number}", Event.PAUSED, now=NOW, why="x")
            write_account(conn, f"A{number}", authorization=State.COMPLETE, due=NOW - timedelta(minutes=number))
        write_account(conn, "A0", urgent=True)
        due = [account.id for account in accounts.list_due(conn, now=NOW, limit=3)]
        urgent = [account.id for account in accounts.list_due(conn, now=NOW, limit=3, urgent_only=True)]
    assert (due, urgent) == (["A0", "A5", "A4"], ["A0"])


def test_an_id_and_a_user_email_are_taken_once(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with pytest.raises(AccountExistsError), writing(any_engine) as conn:
        add_account(conn)


def test_removing_an_account_removes_all_of_it(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
        accounts.remove(conn, "A1", now=NOW)
        assert accounts.find_by_email(conn, "A1@USERS.example") is None
        assert conn.scalar(sa.select(sa.func.count()).select_from(invitations)) == 0
        with pytest.raises(UnknownAccountError):
            accounts.get(conn, "A1")
