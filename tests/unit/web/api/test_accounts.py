"""Accounts by the API: registered once, read, changed by who knows the revision, forgotten."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from agent.settings.model import Settings
from agent.store import journal
from agent.store.api.api_keys import Scope
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts, metadata
from agent.store.processes import leases
from agent.store.sign_in import login_orders, secret_refs
from agent.store.vault import handed_in, sealed_box, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.web.http import calls
from tests.support.stored.registry import PASSWORD, SEED
from tests.support.web.web_server import API, WebServer, once, serving
from tests.unit.web.test_door import code_of

ACCOUNTS = API + "/accounts"
A1: dict[str, Any] = {
    "id": "A1",
    "user_email": "A1@users.example",
    "marketplace": "US",
    "merchant_id": "A1MERCHANT0001",
    "secret": {"password": PASSWORD, "totp_secret": SEED},
}


async def registered(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """Register A1, or another account."""
    answer = await client.post(ACCOUNTS, json={**A1, **fields}, headers=once())
    assert answer.status_code == 201, answer.text
    return answer


def everything(web: WebServer) -> str:
    """All rows of all tables."""
    with reading(web.engine) as conn:
        return json.dumps([[str(row) for row in conn.execute(table.select())] for table in metadata.sorted_tables])


async def test_an_account_is_registered_with_its_place_and_revision(any_web: WebServer) -> None:
    async with any_web.client() as client:
        answer = await registered(client)
        document = answer.json()
        found = await client.get(answer.headers["location"])
    assert answer.headers["location"] == "/api/v1/accounts/A1"
    assert answer.headers["etag"] == found.headers["etag"] == f'"{document["revision"]}"'
    assert document == found.json()
    assert (document["id"], document["user_email"], document["has_secrets"]) == ("A1", "a1@users.example", True)
    assert document["authorization"] == "api_authorization_required"
    assert PASSWORD not in answer.text + everything(any_web)
    assert any_web.woken


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing(any_web: WebServer) -> None:
    key = once()
    async with any_web.client() as client:
        first = await client.post(ACCOUNTS, json=A1, headers=key)
        await client.put(ACCOUNTS + "/A1/api-authorization", json={"status": "complete"})
        again = await client.post(
            ACCOUNTS, content=json.dumps(A1, indent=3), headers=key | {"Content-Type": "application/json"}
        )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert {name: again.headers[name] for name in ("location", "etag")} == {
        name: first.headers[name] for name in ("location", "etag")
    }


async def test_an_idempotency_key_is_for_one_request_of_one_caller(web: WebServer) -> None:
    key = once()
    async with web.client() as client, web.client() as other:
        for body in (A1, {}, {"id": 5}):  # before it matters what it says
            assert code_of(await client.post(ACCOUNTS, json=body)) == (400, "idempotency_key_missing")
        assert (await client.post(ACCOUNTS, json=A1, headers=key)).status_code == 201
        changed = A1 | {"id": "A2"}
        assert code_of(await client.post(ACCOUNTS, json=changed, headers=key)) == (422, "idempotency_key_reused")
        why = {"reason": "a test"}
        paused = await client.post(ACCOUNTS + "/A1/pause", json=why, headers=key)
        assert code_of(paused) == (422, "idempotency_key_reused")
        second = A1 | {"id": "A2", "user_email": "a2@users.example"}
        assert (await other.post(ACCOUNTS, json=second, headers=key)).status_code == 201


async def test_after_an_error_the_same_key_may_be_used_again(web: WebServer) -> None:
    key = once()
    async with web.client() as client:
        assert (await client.post(ACCOUNTS, json=A1 | {"marketplace": "XX"}, headers=key)).status_code == 422
        assert (await client.post(ACCOUNTS, json=A1, headers=key)).status_code == 201


async def test_two_at_once_under_one_key_register_one_account(any_web: WebServer) -> None:
    key = once()
    async with any_web.client() as client:
        answers = await asyncio.gather(*(client.post(ACCOUNTS, json=A1, headers=key) for _ in range(5)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes.count(201) >= 1
    assert set(codes) <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_progress"}
    with reading(any_web.engine) as conn:
        assert len(conn.execute(accounts.select()).all()) == 1


async def test_while_the_first_runs_the_second_is_told_so(web: WebServer) -> None:
    key = once()
    async with web.client() as client:
        made = await client.post(ACCOUNTS, json=A1, headers=once())
        assert made.status_code == 201, made.text
        keys = [row[0] for row in _rows(web, "SELECT id FROM api_keys")]
        calls._running.update((each, key["Idempotency-Key"]) for each in keys)
        try:
            answer = await client.post(ACCOUNTS + "/A1/pause", json={"reason": "a test"}, headers=key)
        finally:
            calls._running.clear()
    assert code_of(answer) == (409, "in_progress")


def _rows(web: WebServer, query: str) -> list[Any]:
    with reading(web.engine) as conn:
        return list(conn.execute(text(query)))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "account_exists"),
        ({"user_email": "other@users.example"}, "account_exists"),
        ({"id": "A2"}, "email_taken"),
        ({"id": "A2", "user_email": "a1@USERS.example"}, "email_taken"),
    ],
)
async def test_an_account_is_not_registered_twice(any_web: WebServer, fields: dict[str, str], code: str) -> None:
    async with any_web.client() as client:
        await registered(client)
        assert code_of(await client.post(ACCOUNTS, json=A1 | fields, headers=once())) == (409, code)
        assert len((await client.get(ACCOUNTS)).json()["accounts"]) == 1


CANARY = "zq-canary-zq"


@pytest.mark.parametrize(
    "fields",
    [
        {"id": f"../{CANARY}"},
        {"user_email": CANARY},
        {"marketplace": CANARY},
        {"merchant_id": CANARY},
        {CANARY: 1},
        {"api_authorization": CANARY},
        {"secret": {"password": CANARY, "totp_secret": CANARY}},
        {"secret": {"password": CANARY}},
        {"secret": {"password": CANARY, "totp_secret": SEED, "more": CANARY}},
        {"secret": CANARY},
        {"merchant_name": CANARY + "\x00"},
        {"merchant_name": [CANARY]},
        {"secret_ref": f"vault://{CANARY}"},
        {"create_login": {"person_name": "First Last", "agreed_by": CANARY, "phone": CANARY}, "secret": None},
        {"create_login": {"person_name": f"{CANARY}@x", "agreed_by": CANARY}, "secret": None},
        {"id": None},
    ],
)
async def test_what_is_malformed_is_refused_without_an_echo(web: WebServer, fields: dict[str, Any]) -> None:
    async with web.client() as client:
        answer = await client.post(ACCOUNTS, json=A1 | fields, headers=once())
    assert code_of(answer) == (422, "invalid")
    shown = json.dumps([{"detail": each["detail"]} for each in answer.json()["errors"]]) + answer.json()["detail"]
    assert CANARY not in shown
    assert CANARY not in everything(web)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"A1"', '{"id": "\ud800"}', "[" * 30_000])
async def test_what_is_no_object_is_refused(web: WebServer, body: str) -> None:
    async with web.client() as client:
        content = body.encode("utf-8", "surrogatepass")
        headers = once() | {"Content-Type": "application/json"}
        assert code_of(await client.post(ACCOUNTS, content=content, headers=headers)) == (422, "invalid")


async def test_logins_are_created_by_who_may(web: WebServer) -> None:
    wish = {"create_login": {"person_name": "First Last", "agreed_by": "Anna"}}
    async with web.client(Scope.ACCOUNTS_WRITE) as client:
        assert code_of(await client.post(ACCOUNTS, json=A1 | wish, headers=once())) == (403, "scope_missing")
    async with web.client(Scope.ACCOUNTS_WRITE, Scope.LOGINS_CREATE) as client:
        await registered(client, secret=None, **wish)
    with reading(web.engine) as conn:
        order, told = login_orders.get(conn, "A1"), journal.history(conn, "A1")
    assert order is not None
    assert (order.person_name, order.agreed_by, order.state) == ("First Last", "Anna", "ordered")
    assert any("Anna accepted Amazon's conditions" in line.why for line in told)


async def test_a_login_that_is_to_be_created_has_no_secret(web: WebServer) -> None:
    wish = {"create_login": {"person_name": "First Last", "agreed_by": "Anna"}}
    async with web.client() as client:
        assert code_of(await client.post(ACCOUNTS, json=A1 | wish, headers=once())) == (422, "invalid")


async def test_a_list_goes_on_where_it_ended_and_takes_no_other_cursor(any_web: WebServer) -> None:
    async with any_web.client() as client:
        for number in range(5):
            await registered(client, id=f"A{number}", user_email=f"a{number}@users.example")
        first = (await client.get(ACCOUNTS, params={"limit": 2})).json()
        rest, cursor = [], first["next_cursor"]
        while cursor:
            page = (await client.get(ACCOUNTS, params={"limit": 2, "cursor": cursor})).json()
            rest += [each["id"] for each in page["accounts"]]
            cursor = page["next_cursor"]
        assert [each["id"] for each in first["accounts"]] + rest == ["A0", "A1", "A2", "A3", "A4"]
        for wrong in ("x", "", "0" * 40, first["next_cursor"][:-2], first["next_cursor"] + "AA", "é"):
            assert code_of(await client.get(ACCOUNTS, params={"cursor": wrong})) == (422, "invalid")
        for limit in ("0", "201", "x"):
            assert code_of(await client.get(ACCOUNTS, params={"limit": limit})) == (422, "invalid")


async def test_a_list_is_filtered(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client)
        first = await registered(client, id="B_2", user_email="b2@users.example", api_authorization="complete")

        async def ids(**filters: str) -> list[str]:
            return [each["id"] for each in (await client.get(ACCOUNTS, params=filters)).json()["accounts"]]

        assert await ids(state="awaiting_invitation") == ["B_2"]
        assert await ids(q="USERS.example") == ["A1", "B_2"]
        assert await ids(q="_") == ["B_2"]
        assert await ids(q="%") == []
        assert await ids(needs_person="true") == []
        assert await ids(needs_person="false") == ["A1", "B_2"]
        assert await ids(changed_after="2000-01-01T00:00:00Z") == ["A1", "B_2"]
        assert await ids(changed_after="2999-01-01T00:00:00Z") == []
        assert code_of(await client.get(ACCOUNTS, params={"state": "happy"})) == (422, "invalid")
        assert code_of(await client.get(ACCOUNTS, params={"changed_after": "yesterday"})) == (422, "invalid")
    assert first.status_code == 201


async def test_what_on_call_reads_is_for_operators(web: WebServer) -> None:
    async with web.client() as client, web.client(Scope.ACCOUNTS_READ) as reader:
        await registered(client)
        inside, outside = (await client.get(ACCOUNTS + "/A1")).json(), (await reader.get(ACCOUNTS + "/A1")).json()
    assert set(inside) - set(outside) == {"internal_reason", "failure_code", "due"}


async def test_an_unchanged_account_is_not_sent_again(web: WebServer) -> None:
    async with web.client() as client:
        etag = (await registered(client)).headers["etag"]
        same = await client.get(ACCOUNTS + "/A1", headers={"If-None-Match": etag})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)


async def test_a_change_needs_the_revision_that_was_read(any_web: WebServer) -> None:
    async with any_web.client() as client:
        etag = (await registered(client)).headers["etag"]
        change = {"merchant_name": "Shop"}
        for body in (change, {"marketplace": 5}):
            assert code_of(await client.patch(ACCOUNTS + "/A1", json=body)) == (428, "precondition_missing")
        changed = await client.patch(ACCOUNTS + "/A1", json=change, headers={"If-Match": etag})
        assert (changed.status_code, changed.json()["merchant_name"]) == (200, "Shop")
        assert changed.headers["etag"] != etag
        late = await client.patch(ACCOUNTS + "/A1", json={"merchant_name": "Other"}, headers={"If-Match": etag})
        assert code_of(late) == (412, "revision_differs")
        assert (await client.get(ACCOUNTS + "/A1")).json()["merchant_name"] == "Shop"
        assert code_of(await client.delete(ACCOUNTS + "/A1", headers={"If-Match": etag})) == (412, "revision_differs")


async def test_no_account_reads_its_own_rows_as_itself(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        changed = await client.patch(ACCOUNTS + "/A1", json={"audit_as": "A1"}, headers={"If-Match": "*"})
        assert (code_of(changed), changed.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/body/audit_as")


async def test_more_marketplaces_are_of_one_region_and_never_the_own_one(any_web: WebServer) -> None:
    async with any_web.client() as client:
        made = await registered(client, also_marketplaces=["mx", "CA", "CA"])
        assert made.json()["also_marketplaces"] == ["CA", "MX"]
        any_revision = {"If-Match": "*"}
        for wrong in (["US"], ["DE"], ["XX"], ["CA", "DE"]):
            answer = await client.patch(ACCOUNTS + "/A1", json={"also_marketplaces": wrong}, headers=any_revision)
            assert code_of(answer) == (422, "invalid")
            assert answer.json()["errors"][0]["pointer"] == "/body/also_marketplaces"
        moved = await client.patch(ACCOUNTS + "/A1", json={"marketplace": "CA"}, headers=any_revision)
        assert (moved.json()["marketplace"], moved.json()["also_marketplaces"]) == ("CA", ["MX"])
        none = await client.patch(ACCOUNTS + "/A1", json={"also_marketplaces": []}, headers=any_revision)
        assert none.json()["also_marketplaces"] == []
        assert none.headers["etag"] != moved.headers["etag"]


async def test_another_merchant_needs_a_reason(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        other, any_revision = {"merchant_id": "A1MERCHANT0002"}, {"If-Match": "*"}
        refused = await client.patch(ACCOUNTS + "/A1", json=other, headers=any_revision)
        assert code_of(refused) == (409, "merchant_differs")
        named = await client.patch(ACCOUNTS + "/A1", json=other | {"reason": "sold"}, headers=any_revision)
        assert (named.status_code, named.json()["merchant_id"]) == (200, "A1MERCHANT0002")
        email = await client.patch(ACCOUNTS + "/A1", json={"user_email": "new@users.example"}, headers=any_revision)
        assert code_of(email) == (422, "invalid")


async def test_an_account_is_forgotten_but_not_while_it_is_visited(any_web: WebServer) -> None:
    async with any_web.client() as client:
        headers = {"If-Match": (await registered(client)).headers["etag"]}
        now = any_web.role.parts.clock.now()
        with writing(any_web.engine) as conn:
            lease = leases.acquire(
                conn, "A1", holder="w", now=leases.shared_now(conn, now), length=timedelta(minutes=1)
            )
        assert code_of(await client.delete(ACCOUNTS + "/A1", headers=headers)) == (409, "visit_running")
        assert code_of(await client.delete(ACCOUNTS + "/A1")) == (428, "precondition_missing")
        assert lease is not None
        with writing(any_web.engine) as conn:
            leases.release(conn, lease)
        gone = await client.delete(ACCOUNTS + "/A1", headers=headers)
        assert (gone.status_code, gone.content) == (204, b"")
        assert code_of(await client.get(ACCOUNTS + "/A1")) == (404, "not_found")


@pytest.mark.parametrize("name", ["A9", "%00", "a%2Fb", "..%2F", "x" * 300, "%F0%9F%98%80"])
async def test_an_account_that_is_none_is_not_found(web: WebServer, name: str) -> None:
    async with web.client() as client:
        for path in ("", "/status", "/timeline", "/findings"):
            assert code_of(await client.get(f"{ACCOUNTS}/{name}{path}")) == (404, "not_found")


async def test_new_secrets_are_taken_and_never_given(any_web: WebServer) -> None:
    new = {"password": "another-horse", "totp_secret": SEED}
    async with any_web.client() as client:
        await registered(client)
        answer = await client.put(ACCOUNTS + "/A1/secret", json=new)
        assert (answer.status_code, answer.content) == (204, b"")
        vault = any_web.role.parts.vault
        assert vault is not None
        with reading(any_web.engine) as conn:
            kept = sign_in_secrets.load(conn, vault, "A1")
        assert kept.secrets.password.get_secret_value() == "another-horse"
        assert "another-horse" not in everything(any_web) + (await client.get(ACCOUNTS + "/A1")).text
        code = await client.put(ACCOUNTS + "/A1/secret", json=new | {"totp_secret": "123456"})
        assert code_of(code) == (422, "invalid")
        assert "123456" not in code.text
        new_one = A1 | {"id": "A2", "user_email": "a2@users.example", "secret": new | {"totp_secret": "123456"}}
        nested = await client.post(ACCOUNTS, json=new_one, headers=once())
    pointers = [answer.json()["errors"][0]["pointer"] for answer in (code, nested)]
    assert pointers == ["/body/totp_secret", "/body/secret/totp_secret"]


SCOPES = [
    ("GET", "/accounts", Scope.ACCOUNTS_READ),
    ("POST", "/accounts", Scope.ACCOUNTS_WRITE),
    ("GET", "/accounts/A1", Scope.ACCOUNTS_READ),
    ("PATCH", "/accounts/A1", Scope.ACCOUNTS_WRITE),
    ("DELETE", "/accounts/A1", Scope.ACCOUNTS_WRITE),
    ("PUT", "/accounts/A1/api-authorization", Scope.ACCOUNTS_WRITE),
    ("PUT", "/accounts/A1/secret", Scope.ACCOUNTS_WRITE),
    ("GET", "/accounts/A1/status", Scope.STATUS_READ),
    ("POST", "/accounts/A1/audits", Scope.AUDITS_WRITE),
    ("POST", "/accounts/A1/invitations", Scope.ACCOUNTS_WRITE),
    ("GET", "/operations/" + "0" * 32, Scope.ACCOUNTS_READ),
    ("GET", "/accounts/A1/timeline", Scope.OPERATOR_READ),
    ("GET", "/accounts/A1/findings", Scope.ACCOUNTS_READ),
    ("GET", "/accounts/A1/audits/1.json", Scope.ACCOUNTS_READ),
    ("GET", "/accounts/A1/evidence/x", Scope.EVIDENCE_READ),
    ("GET", "/accounts/A1/insights", Scope.ACCOUNTS_READ),
    ("POST", "/accounts/A1/pause", Scope.OPERATOR_WRITE),
    ("POST", "/accounts/A1/resume", Scope.OPERATOR_WRITE),
    ("POST", "/accounts/A1/release", Scope.OPERATOR_WRITE),
    ("PUT", "/pause", Scope.OPERATOR_WRITE),
    ("DELETE", "/pause", Scope.OPERATOR_WRITE),
    ("GET", "/tasks", Scope.OPERATOR_WRITE),
    ("POST", "/tasks/x/claim", Scope.OPERATOR_WRITE),
    ("POST", "/tasks/x/unclaim", Scope.OPERATOR_WRITE),
    ("POST", "/accounts/A1/codes", Scope.OPERATOR_WRITE),
    ("POST", "/accounts/A1/insights", Scope.AUDITS_WRITE),
    ("GET", "/events", Scope.EVENTS_READ),
    ("GET", "/webhook-endpoints", Scope.WEBHOOKS_WRITE),
    ("POST", "/webhook-endpoints", Scope.WEBHOOKS_WRITE),
    ("PATCH", "/webhook-endpoints/x", Scope.WEBHOOKS_WRITE),
    ("DELETE", "/webhook-endpoints/x", Scope.WEBHOOKS_WRITE),
    ("POST", "/webhook-endpoints/x/test", Scope.WEBHOOKS_WRITE),
    ("POST", "/webhook-endpoints/x/rotate-secret", Scope.WEBHOOKS_WRITE),
    ("GET", "/webhook-endpoints/x/deliveries", Scope.WEBHOOKS_WRITE),
    ("POST", "/deliveries/1/replay", Scope.WEBHOOKS_WRITE),
    ("POST", "/embed-tokens", Scope.EMBED_WRITE),
]
BODIES: dict[str, dict[str, Any]] = {
    "/accounts": A1,
    "api-authorization": {"status": "pending"},
    "secret": A1["secret"],
    "invitations": {"link": "x"},
    "codes": {"code": "123456"},
}


@pytest.mark.parametrize(("method", "path", "scope"), SCOPES)
async def test_each_path_asks_for_its_scope_and_no_other_will_do(
    web: WebServer, method: str, path: str, scope: Scope
) -> None:
    body = next((body for end, body in BODIES.items() if path.endswith(end)), {"reason": "a test"})
    if method == "PATCH":
        body = {}
    sent = {"json": body} if method in ("POST", "PUT", "PATCH") else {}
    async with web.client(*(set(Scope) - {scope})) as others, web.bare() as nobody, web.client(scope) as client:
        refused = await others.request(method, API + path, headers=once(), **sent)  # type: ignore[arg-type]
        assert code_of(refused) == (403, "scope_missing")
        assert scope in refused.json()["detail"]
        unknown = await nobody.request(method, API + path, headers=once(), **sent)  # type: ignore[arg-type]
        assert code_of(unknown) == (401, "key_refused")
        if sent:  # who asks comes before what is asked
            wrong = {"content": b"{", "headers": {"Content-Type": "application/json"}}
            assert code_of(await others.request(method, API + path, **wrong)) == (403, "scope_missing")  # type: ignore[arg-type]
            assert code_of(await nobody.request(method, API + path, **wrong)) == (401, "key_refused")  # type: ignore[arg-type]
        assert unknown.headers["www-authenticate"].startswith("Bearer")
        allowed = await client.request(method, API + path, headers=once(), **sent)  # type: ignore[arg-type]
        assert allowed.status_code not in (401, 403, 405, 500)


async def test_without_the_vault_key_secrets_are_sealed_to_its_public_half(
    engine: Engine, web_settings: Settings, vault: Vault
) -> None:
    sealing = web_settings.model_copy(update={"vault_public_key": sealed_box.public_key(vault)})
    async with serving(engine, sealing, None, network=False) as web, web.client() as client:
        await registered(client)
        assert (await client.put(ACCOUNTS + "/A1/secret", json=A1["secret"])).status_code == 204
        assert PASSWORD not in everything(web)
    with reading(engine) as conn:
        assert len(handed_in.waiting(conn, "A1")) == 1
    async with serving(engine, web_settings, None, network=False) as web, web.client() as client:
        refused = await client.put(ACCOUNTS + "/A1/secret", json=A1["secret"])
    assert code_of(refused) == (503, "secrets_not_taken")


async def test_a_reference_is_taken_only_where_the_settings_allow_it_for_this_account(web: WebServer) -> None:
    web.role.parts.settings.secrets.allowed_refs = ["vault://secret/{account}"]
    async with web.client() as client:
        other = await client.post(
            ACCOUNTS, json=A1 | {"secret": None, "secret_ref": "vault://secret/A2"}, headers=once()
        )
        assert code_of(other) == (422, "invalid")
        made = await client.post(
            ACCOUNTS, json=A1 | {"secret": None, "secret_ref": "vault://secret/A1"}, headers=once()
        )
        assert made.status_code == 201, made.text
        put = await client.put(f"{ACCOUNTS}/A1/secret", json={"ref": "vault://secret/A1"})
        assert put.status_code == 204
        both = {"ref": "vault://secret/A1", "password": "x", "totp_secret": SEED}
        assert code_of(await client.put(f"{ACCOUNTS}/A1/secret", json=both)) == (422, "invalid")
    with reading(web.engine) as conn:
        known = secret_refs.get(conn, "A1")
    assert known is not None
    assert known.ref == "vault://secret/A1"
