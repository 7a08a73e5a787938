"""Which merchant an account belongs to.

Bound once, never changed by a mail, given to another one only on purpose.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.actions.authorization import authorize_api, rebind
from agent.actions.changes import Changes, change
from agent.actions.lifecycle import pause
from agent.actions.registration import Registration, register
from agent.domain.account import Account, ApiAuthorization, MerchantSource, NewAccount
from agent.domain.authorization import Event, State
from agent.errors import UsageError
from agent.store import accounts, transitions
from agent.store.database.engine import writing
from agent.store.database.schema import invitations, messages
from agent.store.merchants import Merchant, MerchantDiffersError
from agent.store.processes import leases
from agent.store.transitions import Facts
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import Vault
from tests.support.stored.registry import MERCHANT, NOW, add_account, add_secrets, invite

OTHER = "A1MERCHANT0002"
COMPLETE, PENDING = ApiAuthorization.COMPLETE, ApiAuthorization.PENDING


def add_unbound(conn: Connection, *, api: ApiAuthorization = PENDING) -> Account:
    new = NewAccount(id="A1", user_email="a1@users.example", marketplace="US", api_authorization=api)
    return accounts.add(conn, new, now=NOW)


def add_held(conn: Connection, reason: str) -> None:
    values = {"size": 1, "sealed": b"x", "stage": "done", "verdict": "held", "reason": reason, "account_id": "A1"}
    conn.execute(messages.insert().values(found_at=NOW, **values))


def test_the_platform_says_with_the_api_authorization_which_merchant_it_is(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn)
        account = authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=MERCHANT, name="Shop"), now=NOW)
    assert (account.merchant_id, account.merchant_name) == (MERCHANT, "Shop")
    assert account.merchant_source is MerchantSource.API_AUTHORIZATION
    assert account.authorization is State.AWAITING_INVITATION


def test_saying_the_same_again_changes_nothing(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn)
        first = authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=MERCHANT), now=NOW)
        later = NOW + timedelta(days=1)
        assert authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=MERCHANT), now=later) == first


@pytest.mark.parametrize("given", [Merchant(merchant_id=OTHER), Merchant(global_account_id=OTHER)])
def test_a_different_merchant_is_refused_and_nothing_changes(any_engine: Engine, given: Merchant) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn)
        known = Merchant(merchant_id=MERCHANT, global_account_id=MERCHANT)
        authorize_api(conn, "A1", COMPLETE, merchant=known, now=NOW)
        before = authorize_api(conn, "A1", PENDING, now=NOW)
        with pytest.raises(MerchantDiffersError) as refused:
            authorize_api(conn, "A1", COMPLETE, merchant=given, now=NOW)
        assert accounts.get(conn, "A1") == before
    assert refused.value.code == "merchant_differs"


def test_what_is_pending_authorises_no_merchant(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn)
    with writing(any_engine) as conn, pytest.raises(UsageError):
        authorize_api(conn, "A1", PENDING, merchant=Merchant(merchant_id=MERCHANT), now=NOW)


def test_mails_that_waited_for_the_merchant_are_judged_again_and_others_are_not(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn)
        add_held(conn, "merchant_unknown")
        add_held(conn, "expired")
        authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=MERCHANT), now=NOW)
        stages = conn.execute(sa.select(messages.c.stage, messages.c.reason).order_by(messages.c.id)).all()
    assert [tuple(row) for row in stages] == [("fetched", None), ("done", "expired")]


def test_an_account_that_was_set_aside_for_want_of_a_merchant_goes_on(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn, api=COMPLETE)
        invite(conn)
        facts = Facts(failure_code="merchant_unknown")
        transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why="nobody knows", facts=facts)
        account = authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=MERCHANT), now=NOW)
    assert account.authorization is State.ACCEPTING


def test_a_stored_invitation_of_somebody_else_is_set_aside_when_the_merchant_is_named(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_unbound(conn, api=COMPLETE)
        invite(conn)
        account = authorize_api(conn, "A1", COMPLETE, merchant=Merchant(merchant_id=OTHER), now=NOW)
        states = list(conn.scalars(sa.select(invitations.c.state)))
    assert (account.authorization, states) == (State.AWAITING_INVITATION, ["superseded"])


def test_another_merchant_on_purpose_lets_everything_begin_again(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        invite(conn)
        transitions.apply(conn, "A1", Event.ACCEPTED, now=NOW, why="test", facts=Facts(accepted_at=NOW, granted_at=NOW))
        add_secrets(conn, vault)
        sessions.save(conn, vault, "A1", {"cookies": []}, now=NOW)
        lease = leases.acquire(conn, "A1", holder="w", now=NOW, length=timedelta(seconds=15))
        account = rebind(conn, "A1", Merchant(merchant_id=OTHER), reason="sold", who="ada", now=NOW)
        assert lease is not None
        assert not leases.renew(conn, lease, now=NOW, length=timedelta(seconds=15))
        assert not sessions.has(conn, "A1")
        assert sign_in_secrets.has(conn, "A1")
        assert list(conn.scalars(sa.select(invitations.c.state))) == ["superseded"]
    assert (account.merchant_id, account.merchant_source) == (OTHER, MerchantSource.REGISTRATION)
    assert (account.authorization, account.accepted_at, account.granted_at) == (State.AWAITING_INVITATION, None, None)


def test_another_merchant_without_a_reason_is_refused(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        asked = Changes(merchant=Merchant(merchant_id=OTHER))
        with pytest.raises(MerchantDiffersError):
            change(conn, "A1", asked, reason=None, who="ada", now=NOW)
        with pytest.raises(UsageError):
            change(conn, "A1", asked, reason=" ", who="ada", now=NOW)


def test_what_is_paused_stays_paused_with_another_merchant(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        pause(conn, "A1", now=NOW)
        assert (
            rebind(conn, "A1", Merchant(merchant_id=OTHER), reason="sold", who="ada", now=NOW).authorization
            is State.PAUSED
        )


def test_another_user_email_drops_secrets_and_session(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        sessions.save(conn, vault, "A1", {"cookies": []}, now=NOW)
        version = accounts.get(conn, "A1").secret_version
        account = change(conn, "A1", Changes(user_email="New@Users.Example"), reason="moved", who="ada", now=NOW)
        assert (account.user_email, account.authorization) == ("new@users.example", State.AWAITING_INVITATION)
        assert account.secret_version > version
        assert not sign_in_secrets.has(conn, "A1")
        assert not sessions.has(conn, "A1")


def test_a_marketplace_of_another_region_forgets_the_merchant(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        assert change(conn, "A1", Changes(marketplace="CA"), reason=None, who="ada", now=NOW).merchant_id == MERCHANT
        with pytest.raises(UsageError):
            change(conn, "A1", Changes(marketplace="DE"), reason=None, who="ada", now=NOW)
        assert change(conn, "A1", Changes(marketplace="DE"), reason="moved", who="ada", now=NOW).merchant_id is None


def test_accounts_are_registered_together_or_not_at_all(any_engine: Engine, vault: Vault) -> None:
    first = NewAccount(id="A1", user_email="a1@users.example", marketplace="US", audit_as="A2", merchant_id=MERCHANT)
    second = NewAccount(id="A2", user_email="a2@users.example", marketplace="US")
    with writing(any_engine) as conn:
        both = [Registration(account=first), Registration(account=second)]
        register(conn, vault, both, now=NOW, window=timedelta(days=14))
        assert accounts.get(conn, "A1").audit_as == "A2"
        assert accounts.get(conn, "A1").merchant_source is MerchantSource.REGISTRATION
        assert accounts.get(conn, "A2").merchant_source is None
