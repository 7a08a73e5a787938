"""Each type of the contract's events is written on its occasion, and says what its type adds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from agent.domain.account import ApiAuthorization
from agent.domain.authorization import Event
from agent.domain.invitation import MailVerdict
from agent.domain.published.event_types import OPERATOR_TYPES, PREFIX, EventType
from agent.domain.requests import RequestKind
from agent.store import accounts, audits, transitions
from agent.store.database.engine import writing
from agent.store.inbox import found_messages, messages
from agent.store.inbox.found_messages import FoundMessage
from agent.store.people import requests
from agent.store.processes import switches
from agent.store.processes.alarms import AlarmPolicy, TableBoard
from agent.store.transitions import Facts
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault
from agent.store.webhooks import endpoints
from tests.support.insights import keep_insights, late_shipments
from tests.support.servers.receiver import receiving
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account, invite
from tests.support.web.outbox import published
from tests.support.web.webhooks import Outlet
from tests.unit.web.api.test_reading import VISIT, document

LATER = NOW + timedelta(hours=1)
Occasion = Callable[[Engine], object]


def step(event: Event, **facts: Any) -> Occasion:
    """A step of A1, whose invitation is being accepted."""

    def happen(engine: Engine) -> None:
        with writing(engine) as conn:
            transitions.apply(conn, "A1", event, now=LATER, why="for on-call", facts=Facts(**facts))

    return happen


def invited(engine: Engine) -> None:
    with writing(engine) as conn:
        invite(conn)


def removed(engine: Engine) -> None:
    with writing(engine) as conn:
        accounts.remove(conn, "A1", now=LATER)


def renamed(engine: Engine) -> None:
    with writing(engine) as conn:
        write_account(conn, "A1", merchant_name="Shop")


def switched(engine: Engine) -> None:
    with writing(engine) as conn:
        transitions.set_api_authorization(conn, "A1", ApiAuthorization.PENDING, now=LATER)


def audited(engine: Engine) -> None:
    with writing(engine) as conn:
        audits.record_audit(conn, account="A1", at=NOW, document=document(), visit_id=VISIT)


def held(engine: Engine) -> None:
    with writing(engine) as conn:
        found = FoundMessage(
            folder_id=None, uidvalidity=None, uid=None, message_id=None, sha256=None, internaldate=None, size=1,
            sealed=None, key_id=None,
        )  # fmt: skip
        number = found_messages.insert(conn, found, now=NOW)
        assert number is not None
        reason = "merchant_unknown"
        messages.decide(conn, number, verdict=MailVerdict.HELD, reason=reason, evidence={}, account_id="A1", now=NOW)


def asked(engine: Engine) -> None:
    vault = Vault(os.urandom(32))
    with writing(engine) as conn:
        opened = requests.open_request(
            conn, account_id="A1", kind=RequestKind.SMS_CODE, words="", visit_id=VISIT, now=NOW, expires_at=LATER
        )
        requests.answer(conn, opened.id, sealing=sealed_box.public_key(vault), text="4711", who="ada", now=NOW)


def released(engine: Engine) -> None:
    step(Event.HUMAN_NEEDED, failure_code="captcha")(engine)
    step(Event.RELEASED)(engine)


def alarmed(engine: Engine) -> None:
    board = TableBoard(engine)
    board.note("mailbox", "it does not answer", now=NOW, times=3)
    board.take(AlarmPolicy(), now=NOW)
    board.take(AlarmPolicy(), now=NOW)  # told of once
    board.clear("mailbox")
    board.take(AlarmPolicy(), now=LATER)


def paused(engine: Engine) -> None:
    with writing(engine) as conn:
        switches.pause_all(conn, now=NOW, who="somebody")


def disabled(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    made = outlet.add("http://127.0.0.1:9/hook").endpoint
    with writing(engine) as conn:
        endpoints.disable(conn, endpoints.get(conn, made.id), reason="gone", now=NOW)


E = EventType
# type: the occasion, and what its data says beside account, revision and status (None: anything)
OCCASIONS: Mapping[EventType, tuple[Occasion, Mapping[str, object]]] = {
    E.ACCOUNT_REGISTERED: (lambda _engine: None, {}),
    E.ACCOUNT_UPDATED: (renamed, {"changed": ["merchant_name"]}),
    E.ACCOUNT_REMOVED: (removed, {}),
    E.STATE_CHANGED: (switched, {"from": "accepting", "to": "api_authorization_required", "why": "api_pending"}),
    E.INVITATION_RECEIVED: (lambda _engine: None, {}),
    E.INVITATION_ACCEPTED: (step(Event.ACCEPTED), {}),
    E.INVITATION_CLOSED: (step(Event.INVITATION_CLOSED, failure_code="invitation_closed:expired"),
        {"reason": "expired"}),
    E.INVITATION_REFUSED: (held, {"mail": 1, "verdict": "held", "reason": "merchant_unknown"}),
    E.CONFIRMATION_REQUIRED: (step(Event.CONFIRMATION_ASKED, confirmation_code="587607"), {}),
    E.PERMISSIONS_CHANGED: (audited, {"audit": 1, "verdict": "fail", "new": 1, "changed": 0, "resolved": 0}),
    E.AUDIT_COMPLETED: (audited, {"audit": 1, "verdict": "fail", "rows": 1, "findings": 1}),
    E.INSIGHTS_READ: (
        lambda engine: keep_insights(engine, late_shipments(0.01, now=NOW), at=NOW),
        {"insights": 1, "marketplace_id": "ATVPDKIKX0DER", "complete": None, "missing": None},
    ),
    E.PERSON_NEEDED: (asked, {"kind": "sms_code", "deadline": "2026-11-23T13:00:00Z", "request": None}),
    E.PERSON_ANSWERED: (asked, {"kind": "sms_code", "outcome": "answered", "request": None}),
    E.ALARM_OPENED: (alarmed, {"key": "mailbox", "text": "it does not answer"}),
    E.ALARM_CLOSED: (alarmed, {"key": "mailbox", "text": "it does not answer"}),
    E.PAUSE_CHANGED: (paused, {"paused": True}),
    E.ENDPOINT_DISABLED: (disabled, {"endpoint": None, "host": "127.0.0.1", "reason": "gone"}),
}  # fmt: skip
OF_NO_ACCOUNT = {E.ALARM_OPENED, E.ALARM_CLOSED, E.PAUSE_CHANGED, E.ENDPOINT_DISABLED}


def happened(engine: Engine, kind: EventType, occasion: Occasion) -> dict[str, Any]:
    """The one event of this type that an occasion publishes."""
    with writing(engine) as conn:
        add_account(conn)
    invited(engine)
    occasion(engine)
    (event,) = [each for each in published(engine) if each["type"] == PREFIX + kind]
    return event


def test_every_type_of_the_contract_has_its_occasion() -> None:
    assert set(OCCASIONS) | {E.PING} == set(EventType)


@pytest.mark.parametrize(("kind", "occasion", "adds"), [(kind, *each) for kind, each in OCCASIONS.items()])
def test_its_occasion_publishes_it_once_with_what_it_adds(
    engine: Engine, kind: EventType, occasion: Occasion, adds: Mapping[str, object]
) -> None:
    event = happened(engine, kind, occasion) if kind is not E.STATE_CHANGED else _last(engine, occasion)
    data = event["data"]
    assert set(data) == {"account", "revision", "status", *adds}
    assert {name: data[name] for name, value in adds.items() if value is not None} == {
        name: value for name, value in adds.items() if value is not None
    }
    assert data["account"] == event.get("subject") == (None if kind in OF_NO_ACCOUNT else "A1")
    assert (data["revision"] is None) == (kind in OF_NO_ACCOUNT)
    assert (data["status"] is None) == (kind in OF_NO_ACCOUNT | {E.ACCOUNT_REMOVED})
    if data["status"] is not None:
        assert data["status"]["revision"] == data["revision"]
    assert "for on-call" not in str(event)


def _last(engine: Engine, occasion: Occasion) -> dict[str, Any]:
    """An account changes its state when it is invited, too: the change that came last."""
    with writing(engine) as conn:
        add_account(conn)
    invited(engine)
    occasion(engine)
    return [each for each in published(engine) if each["type"] == PREFIX + E.STATE_CHANGED][-1]


def test_a_confirmation_carries_its_code_in_the_document(engine: Engine) -> None:
    event = happened(engine, E.CONFIRMATION_REQUIRED, OCCASIONS[E.CONFIRMATION_REQUIRED][0])
    assert event["data"]["status"]["confirmation_code"] == "587607"


def test_who_is_released_was_answered(engine: Engine) -> None:
    assert happened(engine, E.PERSON_ANSWERED, released)["data"]["kind"] == "captcha"


async def test_a_ping_says_which_endpoint_it_is_for(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        (ping,) = receiver.received
    assert ping.event["type"] == PREFIX + E.PING
    assert ping.event["data"] == {"account": None, "revision": None, "status": None, "endpoint": made.endpoint.id}
    assert "sequence" not in ping.event


def test_what_is_for_operators_alone_is_what_the_page_says() -> None:
    assert OF_NO_ACCOUNT < OPERATOR_TYPES
    assert {E.INVITATION_REFUSED, E.PERSON_NEEDED, E.PERSON_ANSWERED} | OF_NO_ACCOUNT == OPERATOR_TYPES
