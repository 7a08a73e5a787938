"""What never gets past the door, and what every answer has."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.store.api import api_keys
from agent.store.api.api_keys import ApiKey, Scope
from agent.store.database.engine import writing
from agent.web import role
from agent.web.http import door
from tests.support.web.web_server import API, WebServer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, whose form is looked at, too."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert set(document) == {"type", "title", "status", "detail", "code", "errors"}
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"]


async def test_every_answer_has_a_request_id_and_keeps_a_given_one(served: WebServer) -> None:
    async with served.bare() as client:
        first, second = [(await client.get(API + "/")).headers["request-id"] for _ in range(2)]
        kept = await client.get("/nowhere", headers={"Request-Id": "platform-7"})
        made = await client.get("/nowhere", headers={"Request-Id": "two words <b>"})
    assert first != second
    assert kept.headers["request-id"] == "platform-7"
    assert re.fullmatch(r"[0-9a-f]{32}", made.headers["request-id"])


async def test_alive_and_ready_need_no_key_and_metrics_do(web: WebServer) -> None:
    async with web.bare() as client, web.client(Scope.OPERATOR_READ) as operator, web.client() as _:
        assert [(await client.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
        assert code_of(await client.get("/metrics")) == (401, "key_refused")
        assert (await operator.get("/metrics")).text.startswith("sc_agent_")
        web.ready = False
        assert (await client.get("/readyz")).status_code == 503


async def test_metrics_refuse_a_key_without_the_scope(web: WebServer) -> None:
    async with web.client(Scope.STATUS_READ) as client:
        assert code_of(await client.get("/metrics")) == (403, "scope_missing")


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1", "localhost.attacker.example", ""])
async def test_another_host_name_is_refused(served: WebServer, host: str) -> None:
    async with served.bare() as client:
        assert code_of(await client.get(API + "/", headers={"Host": host})) == (400, "host_refused")


async def test_probes_may_ask_by_any_name(web: WebServer) -> None:
    async with web.bare() as client:
        assert (await client.get("/healthz", headers={"Host": "10.0.0.7:8480"})).status_code == 200


@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1"])
async def test_a_page_of_another_origin_changes_nothing(web: WebServer, origin: str) -> None:
    async with web.client() as client:
        answer = await client.post(API + "/", json={}, headers={"Origin": origin})
    assert code_of(answer) == (403, "origin_refused")


async def test_a_page_of_ours_may_ask(served: WebServer) -> None:
    async with served.client() as client:
        answer = await client.post(API + "/", json={}, headers={"Origin": served.url})
    assert code_of(answer) == (405, "method_not_allowed")


async def test_a_method_that_a_path_has_not_is_told_all_that_it_has(web: WebServer) -> None:
    expected = {"/accounts/A1": "DELETE, GET, PATCH", "/accounts": "GET, POST", "/pause": "DELETE, PUT"}
    async with web.client() as client:
        told = {path: (await client.request("TRACE", API + path)).headers["allow"] for path in expected}
    assert told == expected


async def test_a_body_over_64_kb_is_refused_told_or_not(served: WebServer) -> None:
    big = b"x" * (door.LONGEST_BODY + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield big[:1000]
        yield big[1000:]

    async with served.client() as client:
        assert code_of(await client.post(API + "/", content=big)) == (413, "too_large")
        assert code_of(await client.post(API + "/", content=in_pieces())) == (413, "too_large")


async def test_a_body_that_does_not_come_is_not_waited_for(served: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_BODY_WITHIN", 0.1)
    host, _, port = served.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST {API}/ HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 5\r\n\r\n12".encode())
    async with asyncio.timeout(90):
        answer = await reader.read(200)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_another_type_than_json_is_refused(web: WebServer, kind: str) -> None:
    async with web.client() as client:
        answer = await client.post(API + "/", content=b"{}", headers={"Content-Type": kind})
    assert code_of(answer) == (415, "type_refused")


async def test_too_many_at_once_are_told_to_come_again(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_AT_ONCE", 0)
    async with web.bare() as client:
        answer = await client.get(API + "/")
    assert code_of(answer) == (503, "busy")
    assert answer.headers["retry-after"] == "1"


async def test_a_storm_that_fills_the_api_leaves_visits_their_threads_and_connections(
    served: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, waiting, go_on = api_keys.find_presented, list[None](), threading.Event()

    def held(*arguments: Any, **more: Any) -> ApiKey | None:
        waiting.append(None)
        assert go_on.wait(60)
        return find(*arguments, **more)

    def of_a_visit() -> Any:
        with writing(served.engine) as conn:
            return conn.scalar(sa.text("SELECT 1"))

    monkeypatch.setattr(api_keys, "find_presented", held)
    async with served.client() as client, asyncio.timeout(60):
        storm = [asyncio.create_task(client.get(API + "/accounts")) for _ in range(60)]
        try:
            while len(waiting) < role._THREADS:  # noqa: ASYNC110 - a thread tells nobody
                await asyncio.sleep(0.01)
            assert await asyncio.gather(*(asyncio.to_thread(of_a_visit) for _ in range(4))) == [1] * 4
            assert len(waiting) == role._THREADS  # not one request more came between
        finally:
            go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(*storm)} <= {200, 429}


async def test_without_its_database_it_says_so(web: WebServer, engine: Engine) -> None:
    async with web.client() as client:
        with writing(engine) as conn:
            conn.execute(sa.text("ALTER TABLE api_keys RENAME TO gone"))
        answer = await client.get("/metrics")
    assert code_of(answer) == (503, "database_away")
    assert "retry-after" in answer.headers
