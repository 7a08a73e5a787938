"""Orders of logins: one register form each, limits of the fleet, secrets that are drawn and sealed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.actions.registration import order_anew, order_login
from agent.domain.login_order import NewOrder, OrderState
from agent.errors import UsageError
from agent.observe.metrics import Metrics
from agent.settings.groups.visits import RegistrationSettings
from agent.store import accounts, journal
from agent.store.database.engine import reading, writing
from agent.store.database.schema import codes, pending_seeds
from agent.store.database.schema import login_orders as orders_table
from agent.store.sign_in import acts, login_orders
from agent.store.vault import drawn_secrets, received_codes
from agent.store.vault.drawn_secrets import Errand
from agent.store.vault.keys import Vault
from agent.store.vault.rotation import rotate
from agent.visits.errors import OrderSpentError, RegistrationsPausedError
from agent.visits.kinds.order_limits import spend_order
from flows.models import Act
from tests.support.stored.registry import NOW, SEED, add_account, add_secrets

ORDER = NewOrder(person_name="First Last", agreed_by="Anna", phone="+12065550100")
VAULT = Vault(b"k" * 32)


@pytest.fixture
def ordered(any_engine: Engine) -> Engine:
    """An account with an order."""
    with writing(any_engine) as conn:
        add_account(conn)
        login_orders.place(conn, "A1", ORDER, now=NOW)
    return any_engine


def test_an_order_is_spent_by_the_first_who_sends_the_form(ordered: Engine) -> None:
    with writing(ordered) as conn:
        assert login_orders.submit(conn, "A1", now=NOW)
    with writing(ordered) as conn:
        assert not login_orders.submit(conn, "A1", now=NOW)
        order = login_orders.get(conn, "A1")
    assert order is not None
    assert (order.state, order.may_submit, order.submitted_at) == (OrderState.SUBMITTED, False, NOW)


def test_a_phone_number_is_typed_once(ordered: Engine) -> None:
    with writing(ordered) as conn:
        assert login_orders.type_phone(conn, "A1", now=NOW) == ORDER.phone
        assert login_orders.type_phone(conn, "A1", now=NOW) is None
        assert login_orders.set_phone(conn, "A1", "+12065550111", now=NOW)
        assert login_orders.type_phone(conn, "A1", now=NOW) == "+12065550111"


def test_one_order_is_one_login(ordered: Engine) -> None:
    with writing(ordered) as conn:
        with pytest.raises(UsageError, match="one order is one login"):
            order_login(conn, "A1", ORDER, now=NOW)
        login_orders.move(conn, "A1", OrderState.ENDED, now=NOW, why="login_exists")
        order_login(conn, "A1", ORDER, now=NOW)
        add_account(conn, "A2")
        add_secrets(conn, VAULT, "A2")
        with pytest.raises(UsageError, match="has secrets"):
            order_login(conn, "A2", ORDER, now=NOW)


def test_an_order_placed_anew_keeps_the_password_that_may_have_reached_the_site(ordered: Engine) -> None:
    drawn, seed = SecretStr("drawn-password"), SecretStr(SEED)
    for is_sent in (False, True):
        with writing(ordered) as conn:
            drawn_secrets.keep_password(conn, VAULT, "A1", drawn)
            if is_sent:
                assert login_orders.submit(conn, "A1", now=NOW)
                drawn_secrets.keep_seed(conn, VAULT, "A1", seed, errand=Errand.REGISTRATION, visit_id="v", now=NOW)
            login_orders.move(conn, "A1", OrderState.ENDED, now=NOW, why="registration_unanswered")
            order_anew(conn, "A1", agreed_by="Berta", now=NOW)
            order = login_orders.get(conn, "A1")
            kept = drawn_secrets.load_password(conn, VAULT, "A1")
            seeds = drawn_secrets.load_pending(conn, VAULT, "A1", errand=Errand.REGISTRATION)
        assert order is not None
        assert (order.may_submit, order.was_submitted, order.agreed_by) == (True, is_sent, "Berta")
        assert (kept, [each.seed for each in seeds]) == ((drawn, [seed]) if is_sent else (None, []))


def test_the_fleet_counts_the_forms_of_a_day_whatever_became_of_the_orders(ordered: Engine) -> None:
    with writing(ordered) as conn:
        acts.intend(conn, "A1", Act.REGISTER, visit_id="v1", now=NOW)
        login_orders.place(conn, "A1", ORDER, now=NOW)
        assert login_orders.submitted_lately(conn, now=NOW + timedelta(hours=23)) == 1
        assert login_orders.submitted_lately(conn, now=NOW + timedelta(hours=25)) == 0


def test_no_order_is_spent_while_logins_are_held_or_enough_were_made_for_a_day(ordered: Engine) -> None:
    limits = RegistrationSettings(per_day=1)
    with writing(ordered) as conn:
        login_orders.pause_all(conn, "unusual activity", now=NOW)
        with pytest.raises(RegistrationsPausedError, match=r"unusual activity.*nothing was sent"):
            spend_order(conn, "A1", limits=limits, now=NOW)
        assert login_orders.resume_all(conn)
        add_account(conn, "A2")
        acts.intend(conn, "A2", Act.REGISTER, visit_id="v1", now=NOW)
        with pytest.raises(RegistrationsPausedError, match="1 register forms within a day"):
            spend_order(conn, "A1", limits=limits, now=NOW + timedelta(hours=23))
        order = login_orders.get(conn, "A1")
        assert order is not None
        assert order.may_submit
        spend_order(conn, "A1", limits=limits, now=NOW + timedelta(hours=25))
        with pytest.raises(OrderSpentError, match="never sent again"):
            spend_order(conn, "A1", limits=RegistrationSettings(per_day=2), now=NOW + timedelta(hours=25))
        accounts.remove(conn, "A1", now=NOW)  # what it sent was sent
        login_orders.place(conn, "A2", ORDER, now=NOW + timedelta(hours=26))
        with pytest.raises(RegistrationsPausedError, match="1 register forms within a day"):
            spend_order(conn, "A2", limits=limits, now=NOW + timedelta(hours=26))


def test_an_order_tells_who_accepted_the_conditions_and_is_counted(ordered: Engine) -> None:
    with writing(ordered) as conn:
        login_orders.pause_all(conn, "unusual activity", now=NOW)
        whys = [entry.why for entry in journal.history(conn, "A1")]
    assert "a login was ordered; Anna accepted Amazon's conditions for it" in whys
    page = Metrics().page(ordered, now=NOW).decode()
    assert 'sc_agent_login_orders{state="ordered"} 1.0' in page
    assert "sc_agent_registrations_paused 1.0" in page


def test_a_drawn_password_is_long_and_of_every_kind() -> None:
    drawn = {drawn_secrets.draw_password().get_secret_value() for _ in range(50)}
    assert len(drawn) == 50
    for each in drawn:
        assert len(each) >= 24
        assert any(char.islower() for char in each)
        assert any(char.isupper() for char in each)
        assert any(char.isdigit() for char in each)
        assert any(not char.isalnum() for char in each)


def test_password_and_seed_are_sealed_and_carried_over_a_rotation_of_the_key(ordered: Engine) -> None:
    seed = SecretStr(SEED)
    with writing(ordered) as conn:
        drawn_secrets.keep_password(conn, VAULT, "A1", SecretStr("drawn-password"))
        kept = drawn_secrets.keep_seed(conn, VAULT, "A1", seed, errand=Errand.REGISTRATION, visit_id="v", now=NOW)
        conn.execute(codes.insert().values(seed_id=kept.seed_id, time_step=7, at=NOW, visit_id="v"))
        received_codes.keep(conn, VAULT, "A1", SecretStr("123456"), purpose="registration", sent_at=NOW, found_at=NOW)
        sealed = [bytes(conn.scalar(sa.select(table.c.sealed)) or b"") for table in (orders_table, pending_seeds)]
    assert all(sealed)
    assert not any(b"drawn-password" in each or SEED.encode() in each for each in sealed)
    newer = Vault(b"n" * 32, old=[b"k" * 32])
    rotate(ordered, newer)
    only_new = Vault(b"n" * 32)
    with reading(ordered) as conn:
        assert drawn_secrets.load_password(conn, only_new, "A1") == SecretStr("drawn-password")
        [again] = drawn_secrets.load_pending(conn, only_new, "A1", errand=Errand.REGISTRATION)
        assert again.seed == seed
        assert conn.scalar(sa.select(codes.c.seed_id)) == again.seed_id == only_new.seed_id(SEED)


def test_a_settled_seed_leaves_no_bytes_behind(ordered: Engine) -> None:
    with writing(ordered) as conn:
        seeds = [
            drawn_secrets.keep_seed(
                conn, VAULT, "A1", SecretStr(SEED), errand=Errand.REGISTRATION, visit_id="v", now=NOW
            )
            for _ in range(2)
        ]
        drawn_secrets.settle_seeds(conn, "A1", errand=Errand.REGISTRATION, in_force=seeds[0].id)
        rows = conn.execute(sa.select(pending_seeds.c.state, pending_seeds.c.sealed).order_by(pending_seeds.c.id)).all()
    assert [tuple(row) for row in rows] == [("in_force", None), ("dropped", None)]


@pytest.mark.parametrize(
    ("sent", "found", "code"),
    [(0, 0, "123456"), (5, 5, "123456"), (-2, 5, None), (5, -1, None), (-86400, 5, None)],
)
def test_a_code_counts_from_the_moment_it_was_asked_for(
    ordered: Engine, sent: float, found: float, code: str | None
) -> None:
    with writing(ordered) as conn:
        received_codes.keep(
            conn,
            VAULT,
            "A1",
            SecretStr("123456"),
            purpose="registration",
            sent_at=NOW + timedelta(seconds=sent),
            found_at=NOW + timedelta(seconds=found),
        )
        taken = received_codes.take(conn, VAULT, "A1", purpose="registration", asked_at=NOW, skew=timedelta(0), now=NOW)
    assert (taken.code.get_secret_value() if taken.code else None) == code


def test_a_code_is_used_once_and_two_different_ones_are_for_a_person(ordered: Engine) -> None:
    def keep(digits: str) -> None:
        with writing(ordered) as conn:
            received_codes.keep(conn, VAULT, "A1", SecretStr(digits), purpose="sign_in", sent_at=NOW, found_at=NOW)

    def take(purpose: str = "sign_in") -> received_codes.ReceivedCode:
        with writing(ordered) as conn:
            return received_codes.take(conn, VAULT, "A1", purpose=purpose, asked_at=NOW, skew=timedelta(0), now=NOW)

    keep("123456")
    assert take("registration").code is None
    assert take().code == SecretStr("123456")
    again = take()
    assert again.code is None
    assert again.problem is not None
    keep("654321")
    assert take().code is None
