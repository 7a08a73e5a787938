"""The platform's switch and the status document.

One text everywhere, waiting for a change.
"""

from __future__ import annotations

import asyncio
import time
from html import escape

import pytest

from agent.cli.registry.status import describe
from agent.clock import utc_now
from agent.domain.authorization import FIXED_TEXT, FixedText, State
from agent.domain.published.event_types import EventType
from agent.domain.published.status_document import status_document
from agent.store import accounts
from agent.store.api.api_keys import Scope
from agent.store.database.engine import reading, writing
from agent.store.outbox.pending import note
from agent.store.outbox.read import list_events
from agent.store.outbox.sequence import number_events
from agent.web import waiting as waits
from tests.support.stored.accounts import write_account
from tests.support.web.console import signed_in
from tests.support.web.web_server import API, WebServer, once
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

STATUS = ACCOUNTS + "/A1/status"
SWITCH = ACCOUNTS + "/A1/api-authorization"


async def test_the_document_is_the_one_of_every_surface_with_the_customer_s_text(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client)
        answer = await client.get(STATUS)
    with reading(any_web.engine) as conn:
        expected = status_document(accounts.get(conn, "A1"))
    assert answer.json() == {**expected}
    assert answer.json()["message"] == FIXED_TEXT[FixedText.API]


@pytest.mark.parametrize("state", list(State))
async def test_every_state_says_the_same_text_on_every_surface(web: WebServer, state: State) -> None:
    """API, panel, console, command and the body of a webhook."""
    origin = "https://platform.example"
    async with web.client() as client, signed_in(web) as admin:
        await registered(client, api_authorization="complete")
        with writing(web.engine) as conn:
            told = {
                "reasons": ["Orders > Manage Orders is None"],
                "next_step": "Grant it.",
                "confirmation_code": "48291",
            }
            write_account(
                conn, "A1", authorization=state, internal_reason="zq-for-on-call", failure_code="stuck", **told
            )
            moved = {"from": "x", "to": str(state), "why": "a test"}
            note(conn, EventType.STATE_CHANGED, account_id="A1", now=utc_now(), data=moved)
        number_events(web.engine)
        by_api = (await client.get(STATUS)).json()
        wish = {"account": "A1", "origin": origin}
        token = (await client.post(API + "/embed-tokens", json=wish, headers=once())).json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        async with web.bare(headers) as panel:
            by_panel = (await panel.get("/embed/A1/status")).json()
        page = (await admin.get("/accounts/A1")).text
        with reading(web.engine) as conn:
            by_command = describe(conn, accounts.get(conn, "A1"))
            event = list_events(conn, types=(EventType.STATE_CHANGED,)).events[-1]
    by_webhook = event["data"]["status"]
    assert by_api == by_webhook == by_panel
    assert {name: by_command[name] for name in by_api if name in by_command} == {
        name: by_api[name] for name in by_api if name in by_command
    }
    assert by_command["message"] == by_api["message"]
    shown = page.partition('id="customer"')[2].partition("</section>")[0]
    for text in (by_api["message"], *by_api["reasons"], by_api["next_step"]):
        assert escape(text) in shown
    for document in (by_api, by_panel, by_webhook):
        assert "zq-for-on-call" not in str(document)


async def test_the_switch_answers_with_the_new_document_and_again_with_the_same(any_web: WebServer) -> None:
    async with any_web.client() as client:
        before = await registered(client)
        first = await client.put(SWITCH, json={"status": "complete"})
        again = await client.put(SWITCH, json={"status": "complete"})
        found = await client.get(STATUS)
        back = await client.put(SWITCH, json={"status": "pending"})
    assert first.json()["authorization"] == "awaiting_invitation"
    assert first.json()["revision"] == before.json()["revision"] + 1
    assert first.json() == again.json() == found.json()
    assert first.headers["etag"] == again.headers["etag"] == found.headers["etag"]
    assert back.json()["message"] == FIXED_TEXT[FixedText.API]


async def test_the_switch_binds_the_merchant_and_never_another(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client, merchant_id=None)
        bound = await client.put(SWITCH, json={"status": "complete", "merchant_id": "A1MERCHANT0001"})
        other = await client.put(SWITCH, json={"status": "complete", "merchant_id": "A1MERCHANT0002"})
        account = (await client.get(ACCOUNTS + "/A1")).json()
    assert bound.status_code == 200
    assert code_of(other) == (409, "merchant_differs")
    assert (account["merchant_id"], account["merchant_source"]) == ("A1MERCHANT0001", "api_authorization")


@pytest.mark.parametrize(
    "body",
    [{}, {"status": "done"}, {"status": "pending", "merchant_id": "A1MERCHANT0001"}, {"status": "complete", "x": 1}],
)
async def test_a_switch_that_says_nothing_clear_is_refused(web: WebServer, body: dict[str, str]) -> None:
    async with web.client() as client:
        await registered(client)
        assert code_of(await client.put(SWITCH, json=body)) == (422, "invalid")


async def test_a_reader_waits_for_a_change_and_gets_it(any_web: WebServer) -> None:
    async with any_web.client() as client, any_web.client(Scope.STATUS_READ) as reader:
        etag = (await registered(client)).headers["etag"]
        wish = {"If-None-Match": etag, "Prefer": "wait=25"}
        waiting = asyncio.create_task(reader.get(STATUS, headers=wish))
        await until_waiting(any_web, 1)
        await client.put(SWITCH, json={"status": "complete"})
        async with asyncio.timeout(90):
            answer = await waiting
    assert (answer.status_code, answer.json()["authorization"]) == (200, "awaiting_invitation")
    assert answer.headers["preference-applied"] == "wait=25"
    assert answer.headers["etag"] != etag


async def test_without_a_change_the_wait_ends_with_304_and_without_a_wish_at_once(web: WebServer) -> None:
    async with web.client() as client:
        etag = (await registered(client)).headers["etag"]
        began = time.monotonic()
        waited = await client.get(STATUS, headers={"If-None-Match": etag, "Prefer": "wait=1"})
        took = time.monotonic() - began
        at_once = await client.get(STATUS, headers={"If-None-Match": f'W/{etag}, "0"'})
        other = await client.get(STATUS, headers={"If-None-Match": '"0"', "Prefer": "wait=25"})
    assert (waited.status_code, at_once.status_code, other.status_code) == (304, 304, 200)
    assert waited.headers["etag"] == etag
    assert took >= 0.9
    assert "preference-applied" not in at_once.headers


async def test_an_account_that_goes_while_somebody_waits_is_not_found(web: WebServer) -> None:
    async with web.client() as client:
        etag = (await registered(client)).headers["etag"]
        waiting = asyncio.create_task(client.get(STATUS, headers={"If-None-Match": etag, "Prefer": "wait=25"}))
        await until_waiting(web, 1)
        async with asyncio.timeout(90):
            await client.delete(ACCOUNTS + "/A1", headers={"If-Match": etag})
            assert code_of(await waiting) == (404, "not_found")


async def test_who_waits_is_let_go_when_the_role_ends_and_does_not_count_as_busy(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web.client() as client:
        etag = (await registered(client)).headers["etag"]
        wish = {"If-None-Match": etag, "Prefer": "wait=25"}
        waiting = [asyncio.create_task(client.get(STATUS, headers=wish)) for _ in range(3)]
        await until_waiting(web, 3)
        async with asyncio.timeout(90):
            monkeypatch.setattr("agent.web.http.door._AT_ONCE", 1)
            assert (await client.get(API + "/")).status_code == 200
            monkeypatch.setattr(waits, "_MOST_WAITING", 3)
            assert code_of(await client.get(STATUS, headers=wish)) == (503, "busy")
            web.role.parts.stopping.set()
            assert {(await each).status_code for each in waiting} == {304}


async def until_waiting(web: WebServer, many: int) -> None:
    """Return when so many wait."""
    async with asyncio.timeout(90):
        while web.role.parts.changes.waiting < many:  # noqa: ASYNC110 - nobody is told when somebody begins to wait
            await asyncio.sleep(0.01)
