"""What a worker is asked to do, pauses, tasks.

Refused where it cannot be, told how far it is where it can.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import Event
from agent.domain.requests import Ending, RequestKind
from agent.settings.model import Settings
from agent.store import transitions
from agent.store.api import operations
from agent.store.database.engine import reading, writing
from agent.store.database.schema import invitations, messages
from agent.store.people import requests
from agent.store.people.requests import PersonAnswer, PersonRequest
from agent.store.processes import switches
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault
from agent.worker.loops.operations import Operations
from tests.support.stored.registry import NOW, add_account
from tests.support.visits.worker_context import make_context
from tests.support.web.web_server import API, WebServer, once, serving
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

AUDITS, GIVEN = ACCOUNTS + "/A1/audits", ACCOUNTS + "/A1/invitations"
LINK = (
    "https://sellercentral.amazon.com/invitation/accept?merchantId=A1MERCHANT0001"
    "&invitationId=0a1b2c3d-0000-4000-8000-000000000001"
)
WHY = {"reason": "a test"}


def happen(web: WebServer, event: Event) -> None:
    """Let an event happen to A1."""
    with writing(web.engine) as conn:
        transitions.apply(conn, "A1", event, now=NOW, why="a test")


async def test_an_audit_is_queued_and_a_worker_is_told(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client, api_authorization="complete")
        any_web.woken.clear()
        asked = await client.post(AUDITS, headers=once())
        found = await client.get(asked.headers["location"])
    assert asked.status_code == 202
    assert asked.headers["location"] == f"{API}/operations/{asked.json()['id']}"
    assert found.json() == asked.json()
    assert (found.json()["state"], found.json()["kind"], found.json()["account"]) == ("queued", "audit", "A1")
    assert any_web.woken


async def test_a_worker_takes_each_once_and_what_a_dead_one_took_again(any_web: WebServer, tmp_path: Path) -> None:
    vault = any_web.role.parts.vault
    assert vault is not None
    async with any_web.client() as client:
        await registered(client, api_authorization="complete")
        asked = (await client.post(AUDITS, headers=once())).json()["id"]
    first, second = (
        Operations(context=make_context(any_web.engine, vault, tmp_path, worker=name)) for name in ("one", "two")
    )
    taken = first.look()
    assert taken is not None
    assert (taken.id, taken.worker, taken.state) == (asked, "one", operations.OperationState.RUNNING)
    again = second.look()  # "one" never beat: it is taken for dead
    assert again is not None
    assert (again.id, again.worker) == (asked, "two")
    with writing(any_web.engine) as conn:
        operations.finish(conn, asked, outcome="pass", now=NOW)
    assert first.look() is None


@pytest.mark.parametrize(
    ("event", "code"),
    [(Event.PAUSED, "paused"), (Event.API_PENDING, "api_authorization_pending"), (Event.HUMAN_NEEDED, "needs_person")],
)
async def test_an_audit_that_cannot_be_made_is_not_queued(web: WebServer, event: Event, code: str) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        if event is Event.API_PENDING:
            await client.put(ACCOUNTS + "/A1/api-authorization", json={"status": "pending"})
        else:
            happen(web, event)
        assert code_of(await client.post(AUDITS, headers=once())) == (409, code)
    with reading(web.engine) as conn:
        assert not operations.is_any_open(conn)


async def test_while_everything_is_paused_no_audit_is_queued(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        assert (await client.put(API + "/pause", json=WHY)).json()["paused"] is True
        assert code_of(await client.post(AUDITS, headers=once())) == (409, "paused")
        assert (await client.delete(API + "/pause")).json() == {"paused": False, "by": None}
        assert (await client.post(AUDITS, headers=once())).status_code == 202
    with reading(web.engine) as conn:
        assert switches.paused_by(conn) is None


async def test_an_operation_that_is_none_is_not_found(web: WebServer) -> None:
    async with web.client() as client:
        for name in ("x", "0" * 32, "%00"):
            assert code_of(await client.get(f"{API}/operations/{name}")) == (404, "not_found")


async def test_a_link_is_recorded_once_and_its_operation_follows_the_invitation(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client, api_authorization="complete")
        given = await client.post(GIVEN, json={"link": LINK}, headers=once())
        assert given.status_code == 202, given.text
        again = await client.post(GIVEN, json={"link": LINK}, headers=once())
        status = (await client.get(ACCOUNTS + "/A1/status")).json()
        with writing(any_web.engine) as conn:
            assert len(conn.execute(invitations.select()).all()) == 1
            conn.execute(invitations.update().values(state="accepted", accepted_at=NOW))
        done = (await client.get(given.headers["location"])).json()
    assert again.status_code == 202
    assert (given.json()["state"], status["authorization"]) == ("queued", "accepting")
    assert (done["state"], done["outcome"]) == ("done", "accepted")


@pytest.mark.parametrize(
    ("link", "step"),
    [
        (LINK.replace("https", "http"), "link_not_https"),
        (LINK.replace("amazon.com", "amazon.com.attacker.example"), "link_host"),
        (LINK.replace("accept?", "accept/?"), "link_path"),
        ("javascript:zq-canary-zq", "link_not_https"),
        (LINK + "&merchantId=A1MERCHANT0002", "link_parameters"),
    ],
)
async def test_a_link_that_is_none_is_refused_with_the_step(web: WebServer, link: str, step: str) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        answer = await client.post(GIVEN, json={"link": link}, headers=once())
    assert code_of(answer) == (422, "link_refused")
    assert step in answer.json()["detail"]
    assert link not in answer.text
    assert "canary" not in answer.text
    with reading(web.engine) as conn:
        assert conn.execute(invitations.select()).all() == []


async def test_an_invitation_of_another_merchant_is_refused(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        other = LINK.replace("MERCHANT0001", "MERCHANT0002")
        assert code_of(await client.post(GIVEN, json={"link": other}, headers=once())) == (409, "merchant_differs")
        await registered(client, id="A2", user_email="a2@users.example", merchant_id=None, api_authorization="complete")
        unknown = await client.post(GIVEN.replace("A1", "A2"), json={"link": LINK}, headers=once())
        assert code_of(unknown) == (409, "invitation_refused")
        assert "merchant_unknown" in unknown.json()["detail"]


async def test_an_invitation_waits_for_the_api_authorization(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.post(GIVEN, json={"link": LINK}, headers=once())
    assert code_of(answer) == (409, "api_authorization_pending")


async def test_a_mail_that_is_not_genuine_is_refused_with_the_step_and_not_kept(web: WebServer) -> None:
    mail = f"From: a@attacker.example\r\nTo: a1@users.example\r\nSubject: x\r\n\r\n{LINK}\r\n".encode()
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        answer = await client.post(GIVEN, json={"mail": base64.b64encode(mail).decode()}, headers=once())
        assert code_of(answer) == (422, "mail_refused")
        assert "attacker" not in answer.text
        for body in ({}, {"mail": "%"}, {"mail": ""}, {"mail": "IA==", "link": LINK}):
            assert code_of(await client.post(GIVEN, json=body, headers=once())) == (422, "invalid")
    with reading(web.engine) as conn:
        assert conn.execute(messages.select()).all() == []


async def test_one_account_is_paused_resumed_and_released_with_reasons_in_its_history(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client, api_authorization="complete")
        paused = await client.post(ACCOUNTS + "/A1/pause", json=WHY, headers=once())
        held = await client.post(ACCOUNTS + "/A1/release", json=WHY, headers=once())
        resumed = await client.post(ACCOUNTS + "/A1/resume", json=WHY, headers=once())
        happen(any_web, Event.HUMAN_NEEDED)
        late = await client.post(ACCOUNTS + "/A1/release", json=WHY, headers=once() | {"If-Match": '"1"'})
        released = await client.post(ACCOUNTS + "/A1/release", json=WHY, headers=once())
        story = (await client.get(ACCOUNTS + "/A1/timeline")).json()["entries"]
        assert code_of(await client.post(ACCOUNTS + "/A1/pause", json={}, headers=once())) == (422, "invalid")
        assert code_of(await client.post(ACCOUNTS + "/A1/pause", json={"reason": " "}, headers=once())) == (
            422,
            "invalid",
        )
    assert [each.json()["authorization"] for each in (paused, resumed, released)] == [
        "paused",
        "awaiting_invitation",
        "awaiting_invitation",
    ]
    assert code_of(held) == (409, "paused")
    assert code_of(late) == (412, "revision_differs")
    assert "released by api key platform: a test" in [entry.get("why") for entry in story]


async def test_a_story_is_told_page_by_page(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        for number in range(1, 6):  # three of them at the same moment
            with writing(web.engine) as conn:
                moment = NOW.replace(day=max(3, number))
                transitions.apply(conn, "A1", Event.PAUSED, now=moment, why=f"act {number}")
        seen, cursor = [], ""
        while cursor is not None:
            params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(ACCOUNTS + "/A1/timeline", params=params)).json()
            seen += [entry["why"] for entry in page["entries"]]
            cursor = page["next_cursor"]
    assert seen == ["registered", "act 5", "act 4", "act 3", "act 2", "act 1"]


async def test_a_task_is_claimed_by_one_and_goes_when_it_is_done(any_web: WebServer) -> None:
    other_key = any_web.key(name="colleague")[1]
    async with any_web.client() as client, any_web.bare({"Authorization": f"Bearer {other_key}"}) as other:
        await registered(client, api_authorization="complete")
        assert (await client.get(API + "/tasks")).json() == {"tasks": []}
        happen(any_web, Event.HUMAN_NEEDED)
        (task,) = (await client.get(API + "/tasks")).json()["tasks"]
        place = f"{API}/tasks/{task['id']}"
        mine = await client.post(place + "/claim")
        assert code_of(await other.post(place + "/claim")) == (409, "claimed_by_other")
        assert code_of(await other.post(place + "/unclaim")) == (409, "claimed_by_other")
        assert (await client.post(place + "/claim")).status_code == 200
        assert (await client.post(place + "/unclaim")).json()["claimed_by"] is None
        assert (await other.post(place + "/claim")).json()["claimed_by"] == "api key colleague"
        await client.post(ACCOUNTS + "/A1/release", json=WHY, headers=once())
        assert code_of(await client.post(place + "/claim")) == (404, "not_found")
    assert (task["kind"], task["account"], task["claimed_by"]) == ("release", "A1", None)
    assert mine.json()["claimed_by"] == "api key platform"


def ask(web: WebServer, kind: RequestKind = RequestKind.SMS_CODE, *, words: str = "We sent a code") -> PersonRequest:
    """A visit asks for something, for a minute."""
    now = web.role.parts.clock.now()
    with writing(web.engine) as conn:
        until = now + timedelta(minutes=1)
        return requests.open_request(conn, account_id="A1", kind=kind, words=words, now=now, expires_at=until)


async def test_a_code_for_an_open_request_is_sealed_and_taken_once(any_web: WebServer, vault: Vault) -> None:
    async with any_web.client() as client:
        await registered(client)
        asked = ask(any_web, words="We sent <b>a code</b>")
        (task,) = (await client.get(API + "/tasks")).json()["tasks"]
        assert (task["id"], task["kind"], task["reason"]) == (f"request:{asked.id}", "request", "sms_code")
        assert (task["words"], task["deadline"] is None) == ("We sent <b>a code</b>", False)
        key = once()
        wrong = await client.post(ACCOUNTS + "/A1/codes", json={"code": "zq"}, headers=once())
        given = await client.post(ACCOUNTS + "/A1/codes", json={"code": "471 182"}, headers=key)
        again = await client.post(ACCOUNTS + "/A1/codes", json={"code": "471 182"}, headers=key)
        late = await client.post(ACCOUNTS + "/A1/codes", json={"code": "471183"}, headers=once())
        assert (await client.get(API + "/tasks")).json() == {"tasks": []}
    assert code_of(wrong) == (422, "invalid")
    assert "zq" not in wrong.text
    assert (given.status_code, again.headers["Idempotent-Replayed"], again.json()) == (200, "true", given.json())
    assert not any(code in given.text for code in ("471 182", "471182"))  # three digits stand in many an id
    assert code_of(late) == (409, "no_open_request")
    with writing(any_web.engine) as conn:
        taken = requests.take(conn, vault, asked.id, now=utc_now())
    assert isinstance(taken, PersonAnswer)
    assert (taken.text.get_secret_value(), taken.who) == ("471182", "api key platform")


async def test_a_code_that_comes_too_late_is_gone(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        asked = ask(web)
        with writing(web.engine) as conn:
            requests.close(conn, asked.id, Ending.EXPIRED, now=utc_now())
        answer = await client.post(ACCOUNTS + "/A1/codes", json={"code": "471182"}, headers=once())
    assert code_of(answer) == (410, "request_expired")


async def test_where_two_codes_are_waited_for_the_request_is_named(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        ask(web), ask(web, RequestKind.APPROVAL)
        by_mail = ask(web, RequestKind.MAIL_CODE)
        place = ACCOUNTS + "/A1/codes"
        unnamed = await client.post(place, json={"code": "471182"}, headers=once())
        foreign = await client.post(place, json={"code": "471182", "request": "0" * 32}, headers=once())
        named = await client.post(place, json={"code": "471182", "request": by_mail.id}, headers=once())
    assert (code_of(unnamed), unnamed.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/body/request")
    assert code_of(foreign) == (409, "no_open_request")
    assert named.json()["reason"] == "mail_code"


async def test_without_the_vault_key_codes_are_sealed_to_its_public_half(
    engine: Engine, web_settings: Settings, vault: Vault
) -> None:
    sealing = web_settings.model_copy(update={"vault_public_key": sealed_box.public_key(vault)})
    for settings, status in ((web_settings, 503), (sealing, 200)):
        async with serving(engine, settings, None, network=False) as web, web.client() as client:
            if status == 503:
                with writing(engine) as conn:
                    add_account(conn)
                asked = ask(web)
            answer = await client.post(ACCOUNTS + "/A1/codes", json={"code": "471182"}, headers=once())
            assert answer.status_code == status
    with writing(engine) as conn:
        assert isinstance(requests.take(conn, vault, asked.id, now=utc_now()), PersonAnswer)


async def test_a_code_that_nobody_waits_for_is_not_taken(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.post(ACCOUNTS + "/A1/codes", json={"code": "zq-code-zq"}, headers=once())
    assert code_of(answer) == (409, "no_open_request")
    assert "zq-code" not in answer.text
