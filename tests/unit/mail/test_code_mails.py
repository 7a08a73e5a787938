"""Codes that come by mail: the right one is used once, and of everything else no digit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.domain.invitation import MailVerdict
from agent.domain.login_order import NewOrder
from agent.mail.codes.keep import keep_code
from agent.mail.trust.examine import Examination, TrustPolicy, examine
from agent.mail.trust.sandbox_wire import SandboxAnswer, answer_from_json, answer_to_json
from agent.store.database.engine import open_database, writing
from agent.store.sign_in import login_orders
from agent.store.vault import received_codes
from agent.store.vault.keys import Vault
from agent.store.vault.received_codes import ReceivedCode
from tests.second_mails.letters import MAILBOX, Letter, letter, part, trap
from tests.support.mail.code_mails import ACCOUNT_DATA, REGISTRATION, SENDER, SIGN_IN, code_letter, others
from tests.support.stored.registry import add_account
from tests.unit.mail.trust.test_second_mails import resolver_of

TO = "a1@users.example"
VAULT = Vault(b"k" * 32)
NOW = datetime.now(UTC).replace(microsecond=0)
LOOK = resolver_of(trap("", b""))


def examined(raw: bytes) -> Examination:
    """What the judging process brings back: over the wire, as the intake gets it."""
    found = examine(raw, policy=TrustPolicy(own_addresses=(MAILBOX,)), resolver=LOOK, now=NOW, arrived_at=NOW)
    back = answer_from_json(answer_to_json(SandboxAnswer(examination=found)), arrived_at=NOW).examination
    assert back is not None
    return back


def ordered(engine: Engine) -> Engine:
    with writing(engine) as conn:
        add_account(conn)
        login_orders.place(conn, "A1", NewOrder(person_name="First Last", agreed_by="Anna"), now=NOW)
    return engine


def receive(engine: Engine, raw: bytes, *, found_at: datetime = NOW) -> None:
    """As the intake keeps it."""
    found = examined(raw)
    if found.mailed is not None and found.recipient is not None:
        with writing(engine) as conn:
            keep_code(conn, VAULT, found.mailed, recipient=found.recipient, found_at=found_at, now=NOW)


def take(engine: Engine, purpose: str, *, asked_at: datetime) -> ReceivedCode:
    with writing(engine) as conn:
        return received_codes.take(conn, VAULT, "A1", purpose=purpose, asked_at=asked_at, skew=timedelta(0), now=NOW)


@pytest.mark.parametrize("purpose", [REGISTRATION, SIGN_IN, ACCOUNT_DATA])
@pytest.mark.parametrize("html", [True, False])
def test_the_code_of_each_purpose_is_read_and_no_mail_of_it_invites(purpose: str, html: bool) -> None:
    found = examined(code_letter(purpose, "493817", to=TO, at=NOW, html=html).raw())
    assert found.mailed is not None
    assert (found.mailed.purpose, found.mailed.code, found.mailed.problem) == (purpose, "493817", None)
    assert found.ruling is not None
    assert (found.ruling.verdict, found.ruling.reason) == (MailVerdict.REJECTED, "code_mail")
    assert "493817" not in repr(found.steps) + repr(found.ruling) + repr(found.mailed)


@pytest.mark.parametrize(
    "made",
    [
        letter(part("Hola. 493817", kind="text/plain"), sender=SENDER, subject="amazon.es: Intento de inicio de sesión",
            to=TO),
        letter(part("your verification code is: 493817.", kind="text/plain"), sender=SENDER,
            subject="amazon.co.uk: Sign-in attempt", to=TO),
        letter(part("<p>is</p><style>.x{color:#102030}</style><b>493817</b>"), sender=SENDER,
            subject="amazon.com: Sign-in  attempt", to=TO),
    ],
)  # fmt: skip
def test_other_wordings_of_the_facts_are_read(made: Letter) -> None:
    found = examined(made.raw()).mailed
    assert found is not None
    assert (found.purpose, found.code) == (SIGN_IN, "493817")


@pytest.mark.slow
def test_no_wrong_code_is_given_among_five_hundred_other_mails(tmp_path: Path) -> None:
    engine = ordered(open_database(f"sqlite:///{tmp_path / 'codes.sqlite'}"))
    for mail in others(to=TO, asked_at=NOW, purpose=REGISTRATION, seed=1, count=500):
        receive(engine, mail.raw)
        if mail.name.startswith(("two_numbers", "no_number")):
            assert take(engine, REGISTRATION, asked_at=NOW).code is None
            with writing(engine) as conn:
                conn.exec_driver_sql("DELETE FROM mail_codes WHERE problem IS NOT NULL AND purpose = 'registration'")
        assert take(engine, REGISTRATION, asked_at=NOW).code is None, mail.name
    receive(engine, code_letter(REGISTRATION, "493817", to=TO, at=NOW + timedelta(seconds=2)).raw())
    assert take(engine, REGISTRATION, asked_at=NOW).code == SecretStr("493817")
    assert take(engine, REGISTRATION, asked_at=NOW).code is None
    engine.dispose()


def test_a_doubtful_mail_of_the_purpose_is_for_a_person(engine: Engine) -> None:
    ordered(engine)
    receive(engine, code_letter(REGISTRATION, "111111 or 222222", to=TO, at=NOW).raw())
    answer = take(engine, REGISTRATION, asked_at=NOW)
    assert (answer.code, answer.problem) == (None, "the mail with the code holds 2 numbers")


def test_a_mail_in_a_strange_language_is_told_and_never_used(engine: Engine) -> None:
    ordered(engine)
    strange = letter(part("Koodi: 493817", kind="text/plain"), sender=SENDER, subject="Vahvista tilisi", to=TO)
    receive(engine, strange.raw())
    assert take(engine, REGISTRATION, asked_at=NOW).code is None
    with writing(engine) as conn:
        assert "language" in str(received_codes.unclear_since(conn, "A1", asked_at=NOW))


def test_without_an_order_nothing_is_kept(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn)
    receive(engine, code_letter(SIGN_IN, "493817", to=TO, at=NOW).raw())
    assert take(engine, SIGN_IN, asked_at=NOW).code is None
