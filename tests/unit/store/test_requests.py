"""What is asked of a person: answered once, taken once, sealed between, and told as events."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.domain.published.event_types import EventType
from agent.domain.requests import Ending, NotAnAnswerError, RequestKind, parse_answer
from agent.store.database.engine import reading, writing
from agent.store.database.schema import outbox
from agent.store.database.schema import requests as table
from agent.store.people import requests
from agent.store.people.requests import (
    NoOpenRequestError,
    PersonAnswer,
    PersonRequest,
    RequestExpiredError,
    RequestState,
)
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault, VaultError
from tests.support.stored.registry import NOW, add_account

MINUTE = timedelta(minutes=1)


def ask(engine: Engine, *, kind: RequestKind = RequestKind.SMS_CODE, words: str = "We sent a code") -> PersonRequest:
    """Open a request that lives for a minute."""
    with writing(engine) as conn:
        return requests.open_request(
            conn, account_id="A1", kind=kind, words=words, visit_id="v1", now=NOW, expires_at=NOW + MINUTE
        )


def give(
    engine: Engine, vault: Vault, asked: PersonRequest, text: str = "4711", *, after: timedelta = timedelta()
) -> None:
    """Answer it as ada."""
    with writing(engine) as conn:
        sealing = sealed_box.public_key(vault)
        requests.answer(conn, asked.id, sealing=sealing, text=text, who="ada", now=NOW + after)


def take(engine: Engine, vault: Vault, asked: PersonRequest) -> PersonAnswer | Ending | None:
    """Take it as the visit does."""
    with writing(engine) as conn:
        return requests.take(conn, vault, asked.id, now=NOW)


def told(engine: Engine, kind: EventType) -> list[dict[str, object]]:
    """What events of this type say beside the account."""
    with reading(engine) as conn:
        rows = conn.scalars(sa.select(outbox.c.data).where(outbox.c.type == str(kind)).order_by(outbox.c.id)).all()
    return [{name: row.get(name) for name in ("kind", "deadline", "outcome") if name in row} for row in rows]


@pytest.fixture(autouse=True)
def registered(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)


def test_an_answer_is_taken_once_and_nothing_of_it_is_kept(any_engine: Engine, vault: Vault) -> None:
    asked = ask(any_engine)
    assert take(any_engine, vault, asked) is None
    give(any_engine, vault, asked, "471182")
    with reading(any_engine) as conn:
        assert b"471182" not in bytes(conn.execute(sa.select(table.c.sealed)).scalar_one())
    taken = take(any_engine, vault, asked)
    assert isinstance(taken, PersonAnswer)
    assert (taken.text.get_secret_value(), taken.who) == ("471182", "ada")
    assert take(any_engine, vault, asked) is Ending.ANSWERED
    with reading(any_engine) as conn:
        row = conn.execute(sa.select(table)).mappings().one()
    assert (row["sealed"], row["state"]) == (None, RequestState.TAKEN)


def test_both_ends_of_a_request_are_events(any_engine: Engine, vault: Vault) -> None:
    give(any_engine, vault, ask(any_engine))
    assert told(any_engine, EventType.PERSON_NEEDED) == [{"kind": "sms_code", "deadline": "2026-11-23T12:01:00Z"}]
    assert told(any_engine, EventType.PERSON_ANSWERED) == [{"kind": "sms_code", "outcome": "answered"}]


def test_a_second_answer_and_one_that_is_late_are_refused(any_engine: Engine, vault: Vault) -> None:
    first, late = ask(any_engine), ask(any_engine, kind=RequestKind.MAIL_CODE)
    give(any_engine, vault, first)
    with pytest.raises(NoOpenRequestError):
        give(any_engine, vault, first)
    with pytest.raises(RequestExpiredError):
        give(any_engine, vault, late, after=MINUTE)


def test_asking_the_same_again_ends_the_older_request(any_engine: Engine, vault: Vault) -> None:
    older, newer = ask(any_engine), ask(any_engine)
    with reading(any_engine) as conn:
        assert [each.id for each in requests.open_of(conn, "A1", now=NOW)] == [newer.id]
    assert take(any_engine, vault, older) is Ending.SUPERSEDED


def test_a_code_that_was_typed_is_not_given_out_again(any_engine: Engine, vault: Vault) -> None:
    for expected in ("PersonAnswer", "Ending"):
        asked = ask(any_engine)
        give(any_engine, vault, asked)
        assert type(take(any_engine, vault, asked)).__name__ == expected


def test_approvals_may_repeat(any_engine: Engine, vault: Vault) -> None:
    for _ in range(2):
        asked = ask(any_engine, kind=RequestKind.APPROVAL)
        give(any_engine, vault, asked, "")
        assert isinstance(take(any_engine, vault, asked), PersonAnswer)


def test_what_was_sealed_for_another_vault_does_not_open(any_engine: Engine, vault: Vault) -> None:
    asked = ask(any_engine)
    give(any_engine, Vault(os.urandom(32)), asked)
    with pytest.raises(VaultError, match="PUBLIC_KEY"):
        take(any_engine, vault, asked)


def test_an_answer_opens_after_a_rotation_and_for_its_own_request_only(any_engine: Engine) -> None:
    old, new = os.urandom(32), os.urandom(32)
    with writing(any_engine) as conn:
        add_account(conn, "A2")
    asked, other = ask(any_engine), ask(any_engine, kind=RequestKind.MAIL_CODE)
    give(any_engine, Vault(old), asked)
    give(any_engine, Vault(old), other, "0815")
    with writing(any_engine) as conn:
        stolen = conn.execute(sa.select(table.c.sealed).where(table.c.id == other.id)).scalar_one()
        conn.execute(table.update().where(table.c.id == asked.id).values(sealed=stolen))
    rotated = Vault(new, old=[old])
    with pytest.raises(VaultError, match="altered"):
        take(any_engine, rotated, asked)
    assert isinstance(take(any_engine, rotated, other), PersonAnswer)


def test_what_nobody_answered_expires_and_is_forgotten_later(any_engine: Engine, vault: Vault) -> None:
    asked, answered = ask(any_engine), ask(any_engine, kind=RequestKind.MAIL_CODE)
    give(any_engine, vault, answered)
    with writing(any_engine) as conn:
        assert requests.expire_old(conn, now=NOW) == 0
        assert requests.expire_old(conn, now=NOW + MINUTE) == 2
        assert requests.expire_old(conn, now=NOW + MINUTE) == 0
        assert conn.scalar(sa.select(sa.func.count()).where(table.c.sealed.is_not(None))) == 0
    assert take(any_engine, vault, asked) is Ending.EXPIRED
    assert told(any_engine, EventType.PERSON_ANSWERED)[1:] == [{"kind": "sms_code", "outcome": "expired"}]
    with writing(any_engine) as conn:
        assert requests.forget(conn, before=NOW + MINUTE) == 2


def test_a_page_s_words_are_one_short_line_without_control_characters(any_engine: Engine) -> None:
    words = ask(any_engine, words="We\nsent\x1b[31m " + "x" * 400).words
    assert "\n" not in words
    assert "\x1b" not in words
    assert len(words) == 300


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        (RequestKind.SMS_CODE, " 123 456 ", "123456"),
        (RequestKind.MAIL_CODE, "AB12-CD", "AB12CD"),
        (RequestKind.PHONE, "+1 (425) 555-0100", "+14255550100"),
        (RequestKind.PUZZLE, " x7kq ", "x7kq"),
        (RequestKind.APPROVAL, "", ""),
        (RequestKind.TERMS, " ", ""),
    ],
)
def test_an_answer_is_read_as_it_will_be_typed(kind: RequestKind, given: str, read: str) -> None:
    assert parse_answer(kind, given) == read


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (RequestKind.SMS_CODE, ""),
        (RequestKind.SMS_CODE, "123"),
        (RequestKind.SMS_CODE, "12345678901"),
        (RequestKind.SMS_CODE, "１２３４５６"),
        (RequestKind.MAIL_CODE, "12<script>"),
        (RequestKind.PHONE, "0425 555 0100"),
        (RequestKind.PUZZLE, " "),
        (RequestKind.PUZZLE, "a\x00b"),
        (RequestKind.APPROVAL, "yes"),
        (RequestKind.WHEEL, "zq"),
    ],
)
def test_what_is_no_answer_is_refused_and_not_repeated(kind: RequestKind, given: str) -> None:
    with pytest.raises(NotAnAnswerError) as caught:
        parse_answer(kind, given)
    assert not given.strip() or given not in str(caught.value)
