"""The contract's table of the API, walked: each answer it names is given, and is one that the description knows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from agent.domain.authorization import Event
from agent.domain.requests import Ending
from agent.settings.groups.operation import WebhookSettings
from agent.store import audits
from agent.store.api.api_keys import Scope
from agent.store.database.engine import writing
from agent.store.outbox.sequence import forget_events, number_events
from agent.store.people import requests
from agent.store.processes import leases
from agent.web.http import calls, door
from tests.support.insights import keep_insights, late_shipments
from tests.support.stored.registry import NOW
from tests.support.web.web_server import API, WebServer, once
from tests.unit.web.api.test_accounts import A1, ACCOUNTS
from tests.unit.web.api.test_openapi import COMMITTED
from tests.unit.web.api.test_operations import LINK, WHY, ask, happen
from tests.unit.web.api.test_reading import VISIT, document, keep

OF_AN_ACCOUNT = "200 404"
TABLE = {  # method and path: every answer of the contract's row, a code beside its status where the row names one
    "POST /accounts": ("201 409:account_exists 409:email_taken 422 "
        "400:idempotency_key_missing 422:idempotency_key_reused 409:in_progress"),
    "GET /accounts": "200",
    "GET /accounts/{account_id}": "200 304 404",
    "PATCH /accounts/{account_id}": "200 404 412 428",
    "DELETE /accounts/{account_id}": "204 404 412 428 409:visit_running",
    "PUT /accounts/{account_id}/api-authorization": "200 404 409:merchant_differs",
    "GET /accounts/{account_id}/status": "200 304 404",
    "PUT /accounts/{account_id}/secret": "204 404 422",
    "POST /accounts/{account_id}/audits": "202 404 409:paused 409:api_authorization_pending 409:needs_person",
    "POST /accounts/{account_id}/invitations": "202 404 409 422:link_refused 422:mail_refused",
    "GET /operations/{operation_id}": "200 404",
    "GET /accounts/{account_id}/timeline": OF_AN_ACCOUNT,
    "GET /accounts/{account_id}/findings": "200 404 410:forgotten",
    "GET /accounts/{account_id}/audits/{name}": "200 404 410:forgotten",
    "GET /accounts/{account_id}/evidence/{name}": "200 404",
    "GET /accounts/{account_id}/insights": "200 404",
    "POST /accounts/{account_id}/pause": OF_AN_ACCOUNT,
    "POST /accounts/{account_id}/resume": OF_AN_ACCOUNT,
    "POST /accounts/{account_id}/release": "200 404 409",
    "PUT /pause": "200",
    "DELETE /pause": "200",
    "GET /tasks": "200",
    "POST /tasks/{task_id}/claim": "200 404 409:claimed_by_other",
    "POST /tasks/{task_id}/unclaim": "200 404 409:claimed_by_other",
    "POST /accounts/{account_id}/codes": "200 404 409:no_open_request 410:request_expired 422",
    "GET /events": "200 410:forgotten",
    "GET /events/stream": "410:forgotten",  # 200 does not end: tests/unit/web/api/test_events.py
    "POST /webhook-endpoints": "201 422:address_refused",
    "GET /webhook-endpoints": "200",
    "PATCH /webhook-endpoints/{endpoint_id}": "200 404",
    "DELETE /webhook-endpoints/{endpoint_id}": "204 404",
    "POST /webhook-endpoints/{endpoint_id}/test": "202 404",
    "POST /webhook-endpoints/{endpoint_id}/rotate-secret": "200 404",
    "GET /webhook-endpoints/{endpoint_id}/deliveries": "200 404",
    "POST /deliveries/{delivery_id}/replay": "202 404",
    "POST /embed-tokens": "201 404 409:secret_shown_once",
}  # fmt: skip
EVERYWHERE = "401:key_refused 403:scope_missing 413:too_large 415:type_refused 429:too_many 503:database_away 503:busy"
PATTERNS = {
    template: re.compile(
        re.escape(API) + re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(template)).replace("ce/[^/]+", "ce/.+")
    )
    for template in COMMITTED["paths"]
}


@dataclass(slots=True)
class Walk:
    """What was answered, by method and path as the description writes it."""

    given: dict[str, set[str]] = field(default_factory=dict)

    async def note(self, answer: httpx.Response) -> None:
        """Keep an answer, and hold it against the description and the rules of every answer."""
        await answer.aread()
        path, method = answer.request.url.path, answer.request.method
        template = next(name for name, pattern in PATTERNS.items() if pattern.fullmatch(path))
        name, status = f"{method} {template}", str(answer.status_code)
        assert status in COMMITTED["paths"][template][method.lower()]["responses"], (name, status)
        assert answer.headers["request-id"]
        found = self.given.setdefault(name, set())
        found.add(status)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            problem = answer.json()
            assert set(problem) == {"type", "title", "status", "detail", "code", "errors"}
            found.add(f"{status}:{problem['code']}")
        if status in ("429", "503"):
            assert int(answer.headers["retry-after"]) >= 1

    def missing(self, table: dict[str, str]) -> dict[str, set[str]]:
        """What the table names and nobody answered."""
        wanted = {name: set(answers.split()) for name, answers in table.items()}
        return {name: lost for name, answers in wanted.items() if (lost := answers - self.given.get(name, set()))}


@pytest.fixture
def walk() -> Walk:
    return Walk()


def client_of(web: WebServer, walk: Walk, *scopes: Scope, name: str = "platform") -> httpx.AsyncClient:
    """A client whose answers are noted."""
    client = web.bare(headers={"Authorization": f"Bearer {web.key(*scopes, name=name)[1]}"})
    client.event_hooks["response"] = [walk.note]
    return client


async def test_every_answer_of_the_table_is_given(web: WebServer, walk: Walk) -> None:
    web.role.parts.settings.webhooks = WebhookSettings(allow_loopback=True)
    async with client_of(web, walk) as client, client_of(web, walk, name="colleague") as other:
        await _unknown(client)
        await _registry(web, client)
        await _work(web, client)
        await _people(web, client, other)
        await _webhooks(client)
        await _readings(web, client)
        await _events(web, client)
        await _removal(web, client)
    assert walk.missing(TABLE) == {}


def test_the_table_is_all_of_the_description_s() -> None:
    described = {f"{method.upper()} {path}" for path, methods in COMMITTED["paths"].items() for method in methods}
    added = {"GET /", "POST /accounts/{account_id}/insights", "GET /webhook-endpoints/{endpoint_id}"}
    assert described == set(TABLE) | added


async def _unknown(client: httpx.AsyncClient) -> None:
    """404 of every path that names something."""
    bodies: dict[str, dict[str, Any]] = {
        "PATCH /accounts/{account_id}": {},
        "PUT /accounts/{account_id}/api-authorization": {"status": "pending"},
        "PUT /accounts/{account_id}/secret": A1["secret"],
        "POST /accounts/{account_id}/invitations": {"link": LINK},
        "POST /accounts/{account_id}/codes": {"code": "471182"},
        "PATCH /webhook-endpoints/{endpoint_id}": {},
    }
    for name, answers in TABLE.items():
        method, _, template = name.partition(" ")
        if "404" not in answers.split() or "{" not in template:
            continue
        place = template.replace("{name}", "1.json").replace("{operation_id}", "0" * 32)
        path = API + re.sub(r"{[a-z_]+}", "77", place)
        body = bodies.get(name, WHY if name.endswith(("/pause", "/resume", "/release")) else None)
        sent = {} if body is None else {"json": body}
        answer = await client.request(method, path, headers=once() | {"If-Match": "*"}, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 404, (name, answer.text)
    token = {"account": "77", "origin": "https://platform.example"}
    assert (await client.post(API + "/embed-tokens", json=token, headers=once())).status_code == 404


async def _registry(web: WebServer, client: httpx.AsyncClient) -> None:
    key = once()
    made = await client.post(ACCOUNTS, json=A1, headers=key)
    assert made.headers["location"] == f"{API}/accounts/A1"
    again = await client.post(ACCOUNTS, json=A1, headers=key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    await client.post(ACCOUNTS, json=A1 | {"id": "A2"}, headers=key)
    await client.post(ACCOUNTS, json=A1)
    await client.post(ACCOUNTS, json=A1, headers=once())
    await client.post(ACCOUNTS, json=A1 | {"id": "A2"}, headers=once())
    await client.post(ACCOUNTS, json=A1 | {"marketplace": "XX"}, headers=once())
    running = once()
    with writing(web.engine) as conn:
        keys = conn.scalars(sa.text("SELECT id FROM api_keys")).all()
    names = {(each, running["Idempotency-Key"]) for each in keys}
    calls._running.update(names)
    try:
        await client.post(ACCOUNTS, json=A1, headers=running)
    finally:
        calls._running.difference_update(names)
    place, etag = f"{ACCOUNTS}/A1", made.headers["etag"]
    await client.get(ACCOUNTS)
    await client.get(place)
    await client.get(place, headers={"If-None-Match": etag})
    await client.get(place + "/status")
    await client.get(place + "/status", headers={"If-None-Match": etag})
    await client.patch(place, json={"merchant_name": "Shop"})
    await client.patch(place, json={"merchant_name": "Shop"}, headers={"If-Match": etag})
    await client.patch(place, json={"merchant_name": "Other"}, headers={"If-Match": etag})
    await client.put(place + "/secret", json=A1["secret"])
    await client.put(place + "/secret", json={"password": "x"})


async def _work(web: WebServer, client: httpx.AsyncClient) -> None:
    place = f"{ACCOUNTS}/A1"
    await client.post(place + "/audits", headers=once())
    await client.put(place + "/api-authorization", json={"status": "complete", "merchant_id": "A1MERCHANT0001"})
    await client.put(place + "/api-authorization", json={"status": "complete", "merchant_id": "A1MERCHANT0002"})
    asked = await client.post(place + "/audits", headers=once())
    assert asked.headers["location"] == f"{API}/operations/{asked.json()['id']}"
    await client.get(asked.headers["location"])
    await client.put(API + "/pause", json=WHY)
    await client.post(place + "/audits", headers=once())
    await client.delete(API + "/pause")
    given = place + "/invitations"
    await client.post(given, json={"link": LINK.replace("https", "http")}, headers=once())
    await client.post(given, json={"mail": "RnJvbTogYUBiLmV4YW1wbGUNCg0KeA0K"}, headers=once())
    await client.post(given, json={"link": LINK.replace("MERCHANT0001", "MERCHANT0002")}, headers=once())
    await client.post(given, json={"link": LINK}, headers=once())
    await client.post(place + "/pause", json=WHY, headers=once())
    await client.post(place + "/release", json=WHY, headers=once())
    await client.post(place + "/resume", json=WHY, headers=once())


async def _people(web: WebServer, client: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    place = f"{ACCOUNTS}/A1"
    happen(web, Event.HUMAN_NEEDED)
    await client.post(place + "/audits", headers=once())
    (task,) = (await client.get(API + "/tasks")).json()["tasks"]
    for who in (client, other):
        for act in ("claim", "unclaim") if who is other else ("claim", "unclaim", "claim"):
            await who.post(f"{API}/tasks/{task['id']}/{act}")
    await client.post(place + "/release", json=WHY, headers=once())
    code = {"code": "471182"}
    await client.post(place + "/codes", json=code, headers=once())
    asked = ask(web)
    await client.post(place + "/codes", json={"code": "zq"}, headers=once())
    await client.post(place + "/codes", json=code, headers=once())
    asked = ask(web)
    with writing(web.engine) as conn:
        requests.close(conn, asked.id, Ending.EXPIRED, now=web.role.parts.clock.now())
    await client.post(place + "/codes", json=code, headers=once())
    key, token = once(), {"account": "A1", "origin": "https://platform.example"}
    for _ in range(2):
        await client.post(API + "/embed-tokens", json=token, headers=key)


async def _webhooks(client: httpx.AsyncClient) -> None:
    place = API + "/webhook-endpoints"
    await client.post(place, json={"url": "https://169.254.169.254/latest"})
    made = (await client.post(place, json={"url": "http://127.0.0.1:9/hook"})).json()
    assert made["secret"].startswith("whsec_")
    listed = (await client.get(place)).json()["endpoints"]
    assert [("secret" in each, each["id"]) for each in listed] == [(False, made["id"])]
    await client.patch(f"{place}/{made['id']}", json={"events": ["ping.v1"]})
    await client.post(f"{place}/{made['id']}/rotate-secret")
    ping = await client.post(f"{place}/{made['id']}/test")
    await client.get(f"{place}/{made['id']}/deliveries")
    await client.post(f"{API}/deliveries/{ping.json()['id']}/replay")
    await client.delete(f"{place}/{made['id']}")


async def _readings(web: WebServer, client: httpx.AsyncClient) -> None:
    place = f"{ACCOUNTS}/A1"
    first, second = keep(web, document()), keep(web, document())
    for kind in ("json", "csv", "sarif", "html", "junit", "ocsf"):
        assert (await client.get(f"{place}/audits/{second}.{kind}")).status_code == 200
    await client.get(f"{place}/findings?against={first}")
    with writing(web.engine) as conn:
        audits.forget_audits(conn, before=NOW.replace(year=2099))
    await client.get(f"{place}/findings?against={first}")
    await client.get(f"{place}/audits/{first}.json")
    await client.get(place + "/timeline")
    keep_insights(web.engine, late_shipments(0.01, now=NOW), at=NOW)
    await client.get(place + "/insights")
    folder = web.role.parts.settings.evidence_root / "A1" / VISIT
    folder.mkdir(parents=True)
    (folder / "story.json").write_text("{}")
    await client.get(f"{place}/evidence/{VISIT}/story.json")


async def _events(web: WebServer, client: httpx.AsyncClient) -> None:
    number_events(web.engine)
    await client.get(API + "/events")
    with writing(web.engine) as conn:
        forget_events(conn, before=datetime(2999, 1, 1, tzinfo=UTC))
    for path in ("/events", "/events/stream"):
        await client.get(API + path, params={"after": 0})


async def _removal(web: WebServer, client: httpx.AsyncClient) -> None:
    place, now = f"{ACCOUNTS}/A1", web.role.parts.clock.now()
    etag = (await client.get(place)).headers["etag"]
    await client.delete(place)
    await client.delete(place, headers={"If-Match": '"1"'})
    with writing(web.engine) as conn:
        length = timedelta(minutes=1)
        lease = leases.acquire(conn, "A1", holder="w", now=leases.shared_now(conn, now), length=length)
        assert lease is not None
    await client.delete(place, headers={"If-Match": etag})
    with writing(web.engine) as conn:
        leases.release(conn, lease)
    await client.delete(place, headers={"If-Match": etag})


async def test_what_may_be_answered_everywhere_is(web: WebServer, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, a small key, a large body, another type, a storm, too many at once, and a database that is away."""
    path = ACCOUNTS
    web.role.parts.rates.per_second = 1000.0
    async with client_of(web, walk) as client, client_of(web, walk, Scope.STATUS_READ) as small:
        await client.post(path, json=A1, headers=once() | {"Authorization": "Bearer x"})
        await small.post(path, json=A1, headers=once())
        await client.post(path, content=json.dumps({"id": "x" * door.LONGEST_BODY}), headers=once())
        await client.post(path, content=b"{}", headers=once() | {"Content-Type": "text/plain"})
        with monkeypatch.context() as patched:
            patched.setattr(door, "_AT_ONCE", 0)
            await client.post(path, json=A1, headers=once())
        web.role.parts.rates.per_second, web.role.parts.rates.burst = 0.1, 0
        await client.post(path, json=A1, headers=once())
        web.role.parts.rates.per_second, web.role.parts.rates.burst = 1000.0, 1000
        with writing(web.engine) as conn:
            conn.execute(sa.text("ALTER TABLE api_keys RENAME TO gone"))
        await client.post(path, json=A1, headers=once())
    assert walk.missing({"POST /accounts": EVERYWHERE}) == {}
