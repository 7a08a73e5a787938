"""Webhook endpoints by the API.

The secret once, addresses judged, deliveries listed and sent again.
"""

from __future__ import annotations

from typing import Any

import pytest

from agent.settings.groups.operation import WebhookSettings
from agent.store.api.api_keys import Scope
from tests.support.web.web_server import API, WebServer
from tests.unit.web.api.test_accounts import everything
from tests.unit.web.test_door import code_of

ENDPOINTS = API + "/webhook-endpoints"
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def receiving(web: WebServer) -> WebServer:
    """As in rehearsal: loopback receivers are taken."""
    web.role.parts.settings.webhooks = WebhookSettings(allow_loopback=True)
    return web


async def test_the_secret_is_in_the_first_answer_only(receiving: WebServer) -> None:
    async with receiving.client(Scope.WEBHOOKS_WRITE) as client:
        made = await client.post(ENDPOINTS, json={"url": URL, "events": ["ping.v1"]})
        listed = await client.get(ENDPOINTS)
        one = await client.get(made.headers["location"])
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert (made.json()["state"], made.json()["events"]) == ("pending", ["com.channeladvisor.secondary_user.ping.v1"])
    assert listed.json()["endpoints"] == [one.json()]
    assert "secret" not in one.json()
    assert made.json()["secret"] not in everything(receiving)


async def test_an_endpoint_is_changed_rotated_and_forgotten(receiving: WebServer) -> None:
    async with receiving.client() as client:
        made = (await client.post(ENDPOINTS, json={"url": URL})).json()
        place = f"{ENDPOINTS}/{made['id']}"
        changed = await client.patch(place, json={"events": ["account.state_changed.v1"]})
        rotated = await client.post(place + "/rotate-secret")
        keys = (await client.get("/.well-known/webhook-keys.json")).json()["keys"]
        gone = await client.delete(place)
        for method, path in (
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("POST", "/test"),
            ("POST", "/rotate-secret"),
            ("GET", "/deliveries"),
        ):
            sent: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
            assert code_of(await client.request(method, place + path, **sent)) == (404, "not_found")
    assert changed.json()["events"] == ["com.channeladvisor.secondary_user.account.state_changed.v1"]
    assert rotated.json()["secret"] not in (made["secret"], None)
    assert [key["crv"] for key in keys] == ["Ed25519", "Ed25519"]
    assert {key["public_key"] for key in keys} == {made["public_key"], rotated.json()["public_key"]}
    assert gone.status_code == 204


async def test_a_ping_and_a_replay_are_queued_and_listed(receiving: WebServer) -> None:
    async with receiving.client() as client:
        made = (await client.post(ENDPOINTS, json={"url": URL})).json()
        place = f"{ENDPOINTS}/{made['id']}"
        ping = await client.post(place + "/test")
        again = await client.post(f"{API}/deliveries/{ping.json()['id']}/replay")
        first = (await client.get(place + "/deliveries", params={"limit": 2})).json()
        rest = (await client.get(place + "/deliveries", params={"cursor": first["next_cursor"]})).json()
        for name in ("0", "x", "9" * 30, "-1"):
            assert code_of(await client.post(f"{API}/deliveries/{name}/replay")) == (404, "not_found")
        assert code_of(await client.get(place + "/deliveries", params={"cursor": "x"})) == (422, "invalid")
    assert (ping.status_code, again.status_code) == (202, 202)
    assert again.json()["event"] == ping.json()["event"]
    assert [each["id"] for each in first["deliveries"] + rest["deliveries"]] == [
        again.json()["id"],
        ping.json()["id"],
        ping.json()["id"] - 1,
    ]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "url",
    [
        "http://platform.example/x",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://u:p@platform.example/",
        "ftp://x/",
        "x",
        "https://[::1]/",
        "https://localhost/",
    ],
)
async def test_an_address_that_may_not_be_reached_is_refused_without_an_echo(web: WebServer, url: str) -> None:
    async with web.client() as client:
        answer = await client.post(ENDPOINTS, json={"url": url})
        assert code_of(answer) == (422, "address_refused")
        assert url not in answer.text or url == "x"
        assert (await client.get(ENDPOINTS)).json() == {"endpoints": []}


async def test_types_that_are_none_and_keys_that_may_not_are_refused(web: WebServer) -> None:
    async with web.client() as client, web.client(*(set(Scope) - {Scope.WEBHOOKS_WRITE})) as other:
        assert code_of(await client.post(ENDPOINTS, json={"url": URL, "events": ["happy"]})) == (422, "invalid")
        for method, path in (("GET", ""), ("POST", ""), ("GET", "/x"), ("POST", "/x/test"), ("GET", "/x/deliveries")):
            sent: dict[str, Any] = {"json": {"url": URL}} if (method, path) == ("POST", "") else {}
            refused = await other.request(method, ENDPOINTS + path, **sent)
            assert code_of(refused) == (403, "scope_missing")
