"""The attempt budget: a rejected password never again, two rejected codes, three attempts an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.engine import Connection, Engine

from agent.settings.groups.visits import SignInSettings
from agent.store.database.engine import writing
from agent.store.sign_in import acts
from agent.store.vault.keys import Vault
from agent.visits.errors import (
    BudgetSpentError,
    CodesRejectedTooOftenError,
    PasswordDoubtedError,
    PasswordRejectedBeforeError,
)
from agent.visits.guards import attempt_budget as budget
from flows.models import Act
from tests.support.stored.registry import NOW, add_account, add_secrets

LIMITS = SignInSettings(attempts_per_hour=3)


def attempt(conn: Connection, act: Act, outcome: str | None, *, minutes: int = 0) -> None:
    at = NOW + timedelta(minutes=minutes)
    budget.require(conn, "A1", act, limits=LIMITS, now=at)
    row = acts.intend(conn, "A1", act, visit_id="v", now=at)
    if outcome is not None:
        acts.conclude(conn, row, outcome)


@pytest.fixture
def registered(any_engine: Engine, vault: Vault) -> Engine:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
    return any_engine


def test_a_rejected_password_is_never_allowed_again_until_it_changes(registered: Engine, vault: Vault) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_PASSWORD, "rejected")
        with pytest.raises(PasswordRejectedBeforeError):
            attempt(conn, Act.TYPE_PASSWORD, None, minutes=60 * 24 * 365)
        acts.release(conn, "A1", now=NOW)
        with pytest.raises(PasswordRejectedBeforeError):
            attempt(conn, Act.TYPE_PASSWORD, None)
        add_secrets(conn, vault, password="the right one")
        attempt(conn, Act.TYPE_PASSWORD, "accepted")


def test_giving_the_rejected_password_again_does_not_make_it_another_one(registered: Engine, vault: Vault) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_PASSWORD, "rejected")
        add_secrets(conn, vault, seed="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        add_secrets(conn, vault)
        acts.release(conn, "A1", now=NOW)
        with pytest.raises(PasswordRejectedBeforeError):
            attempt(conn, Act.TYPE_PASSWORD, None)


def test_giving_a_doubted_password_again_is_no_look_at_the_evidence(registered: Engine, vault: Vault) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_PASSWORD, "doubted")
        add_secrets(conn, vault)
        with pytest.raises(PasswordDoubtedError):
            attempt(conn, Act.TYPE_PASSWORD, None)


def test_a_new_seed_has_codes_of_its_own(registered: Engine, vault: Vault) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_CODE, "rejected")
        attempt(conn, Act.TYPE_CODE, "rejected")
        add_secrets(conn, vault, seed="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        attempt(conn, Act.TYPE_CODE, "accepted")


def test_a_password_that_may_have_been_rejected_waits_for_a_person(registered: Engine) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_PASSWORD, "doubted")
        with pytest.raises(PasswordDoubtedError):
            attempt(conn, Act.TYPE_PASSWORD, None, minutes=60 * 24 * 365)
        acts.release(conn, "A1", now=NOW)
        attempt(conn, Act.TYPE_PASSWORD, "accepted")


def test_a_process_that_died_after_typing_costs_one(registered: Engine) -> None:
    with writing(registered) as conn:
        for minute, outcome in enumerate((None, "accepted", None, "accepted", None)):
            attempt(conn, Act.TYPE_PASSWORD, outcome, minutes=minute)
        with pytest.raises(BudgetSpentError):
            attempt(conn, Act.TYPE_PASSWORD, None, minutes=5)


def test_a_second_death_in_a_row_at_the_same_place_is_doubted(registered: Engine) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_PASSWORD, None)
        attempt(conn, Act.TYPE_PASSWORD, None, minutes=61)
        with pytest.raises(PasswordDoubtedError):
            attempt(conn, Act.TYPE_PASSWORD, None, minutes=60 * 24 * 365)
        acts.release(conn, "A1", now=NOW)
        attempt(conn, Act.TYPE_PASSWORD, "accepted")


def test_what_never_left_the_browser_costs_nothing(registered: Engine) -> None:
    with writing(registered) as conn:
        for minute in range(5):
            attempt(conn, Act.TYPE_PASSWORD, "not_sent", minutes=minute)


def test_successful_sign_ins_cost_nothing(registered: Engine) -> None:
    with writing(registered) as conn:
        for minute in range(20):
            attempt(conn, Act.TYPE_PASSWORD, "accepted", minutes=minute)


def test_a_release_opens_a_spent_budget(registered: Engine) -> None:
    with writing(registered) as conn:
        for outcome in (None, "accepted", None, "accepted", None):
            attempt(conn, Act.TYPE_PASSWORD, outcome)
        acts.release(conn, "A1", now=NOW)
        attempt(conn, Act.TYPE_PASSWORD, "accepted")


def test_two_rejected_codes_in_a_row_stop_the_account(registered: Engine) -> None:
    with writing(registered) as conn:
        attempt(conn, Act.TYPE_CODE, "rejected")
        attempt(conn, Act.TYPE_CODE, "accepted")
        attempt(conn, Act.TYPE_CODE, "rejected")
        attempt(conn, Act.TYPE_CODE, "rejected")
        with pytest.raises(CodesRejectedTooOftenError):
            attempt(conn, Act.TYPE_CODE, None)


def test_an_account_s_budget_is_its_own(registered: Engine) -> None:
    with writing(registered) as conn:
        add_account(conn, "A2")
        attempt(conn, Act.TYPE_PASSWORD, "rejected")
        budget.require(conn, "A2", Act.TYPE_PASSWORD, limits=LIMITS, now=NOW)
