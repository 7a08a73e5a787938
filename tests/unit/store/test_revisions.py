"""The revision of an account and its events stand or fall with the change that made them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.domain.account import Account, ApiAuthorization
from agent.domain.authorization import Event
from agent.domain.published.event_types import EventType
from agent.store import accounts, transitions
from agent.store.account_columns import AccountColumns
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts as table
from agent.store.database.schema import invitations
from agent.store.processes import switches
from agent.store.status import status_document
from agent.store.transitions import Facts
from agent.store.vault.keys import Vault
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account, add_secrets, invite
from tests.support.web.outbox import waiting

LATER = NOW + timedelta(hours=1)


def revision(engine: Engine, account_id: str = "A1") -> int:
    with reading(engine) as conn:
        return accounts.get(conn, account_id).revision


def test_a_registered_account_begins_at_revision_1_with_one_event(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    (event,) = waiting(any_engine)
    assert (event["type"], event["account"], event["revision"]) == (EventType.ACCOUNT_REGISTERED, "A1", 1)
    assert event["status"]["authorization"] == "awaiting_invitation"


def test_a_step_moves_the_revision_once_and_its_events_carry_the_document_of_its_end(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with writing(any_engine) as conn:
        invite(conn)
        conn.execute(invitations.update().values(state="accepted"))
        transitions.apply(conn, "A1", Event.ACCEPTED, now=LATER, why="", facts=Facts(accepted_at=LATER))
    assert revision(any_engine) == 2
    events = waiting(any_engine)[1:]
    assert [event["type"] for event in events] == [
        EventType.INVITATION_RECEIVED,
        EventType.STATE_CHANGED,
        EventType.INVITATION_ACCEPTED,
        EventType.STATE_CHANGED,
    ]
    assert {event["status"]["revision"] for event in events} == {2}
    assert {event["status"]["changed_at"] for event in events} == {"2026-11-23T13:00:00Z"}


def test_due_times_and_retries_move_nothing(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
    before, told = revision(any_engine), len(waiting(any_engine))
    with writing(any_engine) as conn:
        transitions.apply(conn, "A1", Event.RETRY, now=LATER, why="later", facts=Facts(failure_code="step_timeout"))
    with writing(any_engine) as conn:
        write_account(conn, "A1", due=LATER, urgent=False, deaths=1)
    assert (revision(any_engine), len(waiting(any_engine))) == (before, told)


def test_saying_the_same_again_moves_nothing(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    for _ in range(2):
        with writing(any_engine) as conn:
            transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=LATER)
    assert revision(any_engine) == 1


def test_a_change_of_the_registration_moves_the_revision_and_names_what_changed(
    any_engine: Engine, vault: Vault
) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
    with writing(any_engine) as conn:
        write_account(conn, "A1", merchant_id="M2")
    with writing(any_engine) as conn:
        add_secrets(conn, vault, password="another-one-altogether")
    updates = [event for event in waiting(any_engine) if event["type"] == EventType.ACCOUNT_UPDATED]
    assert [(event["revision"], event["changed"]) for event in updates] == [(2, ["merchant_id"]), (3, ["secret"])]


def test_a_rolled_back_change_leaves_no_event_and_no_revision(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with suppress(InterruptedError), writing(any_engine) as conn:
        invite(conn)
        raise InterruptedError
    assert revision(any_engine) == 1
    assert len(waiting(any_engine)) == 1


def test_a_commit_that_would_lose_events_is_refused(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="writing"), engine.begin() as conn:
        add_account(conn)
    with reading(engine) as conn:
        assert accounts.list_all(conn) == []


def test_the_new_revision_is_known_inside_the_transaction(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
    with writing(any_engine) as conn:
        transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=LATER)
        document = status_document(conn, "A1")
        write_account(conn, "A1", merchant_id="M1")
    assert document["revision"] == 2
    assert revision(any_engine) == 2


def test_a_removed_account_is_told_of_with_the_next_revision_and_no_document(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with writing(any_engine) as conn:
        accounts.remove(conn, "A1", now=NOW)
    event = waiting(any_engine)[-1]
    assert (event["type"], event["account"], event["revision"], event["status"]) == (
        EventType.ACCOUNT_REMOVED,
        "A1",
        2,
        None,
    )


def test_a_condition_keeps_its_time_until_its_status_changes(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    with writing(any_engine) as conn:
        invite(conn, now=LATER)
        document = status_document(conn, "A1")
    since = {each["type"]: each["since"] for each in document["conditions"]}
    assert since["ApiAuthorized"] == "2026-11-23T12:00:00Z"
    assert since["InvitationReceived"] == "2026-11-23T13:00:00Z"


def test_nothing_for_on_call_is_in_an_event(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
        facts = Facts(internal_reason="row 7 of the grid", failure_code="unknown_screen")
        transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why="row 7 of the grid", facts=facts)
    assert "row 7" not in str(waiting(any_engine))
    assert [event["type"] for event in waiting(any_engine)][-1] == EventType.PERSON_NEEDED


def test_pausing_everything_twice_is_one_event(any_engine: Engine) -> None:
    for _ in range(2):
        with writing(any_engine) as conn:
            switches.pause_all(conn, now=NOW, who="somebody")
    with writing(any_engine) as conn:
        switches.resume_all(conn, now=NOW)
    assert [event["paused"] for event in waiting(any_engine)] == [True, False]


def test_accounts_of_an_older_version_have_a_document(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    older = {"fingerprint": None, "condition_times": sa.null(), "changed_at": None}
    with writing(any_engine) as conn:
        conn.execute(table.update().values(older))
        document = status_document(conn, "A1")
    assert document["changed_at"] == "2026-11-23T12:00:00Z"
    assert {each["since"] for each in document["conditions"]} == {"2026-11-23T12:00:00Z"}


def test_every_column_of_an_account_is_known_to_it() -> None:
    stored = {column.name for column in table.columns}
    assert stored - {"deaths"} == {field.name for field in fields(Account)} - {"crashes"}


def test_a_repository_writes_the_columns_that_its_type_names_and_no_others() -> None:
    """Revisions, and the version of the secrets, move by themselves; the rest is set at registration."""
    moved = {"revision", "changed_at", "fingerprint", "condition_times", "secret_version"}
    registered = {"id", "created_at", "answer_mail_codes"}
    stored = {column.name for column in table.columns}
    assert set(AccountColumns.__annotations__) == stored - moved - registered
