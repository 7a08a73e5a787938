"""Events by the API: a list after a number, the same as a stream that ends with its key and its role."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import Engine

from agent.domain.published.event_types import PREFIX
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.database.engine import writing
from agent.store.outbox.sequence import forget_events, number_events
from agent.store.processes import switches
from agent.web.api.delivery import events as resource
from tests.support.stored.registry import NOW
from tests.support.web.web_server import API, WebServer
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

EVENTS, STREAM = API + "/events", API + "/events/stream"


async def number(engine: Engine) -> None:
    """What the publisher does."""
    await asyncio.to_thread(number_events, engine)


async def frames(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream."""
    found: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        elif "data" in found:
            yield {**json.loads(found["data"]), "id": int(found["id"])}
            found = {}


async def test_events_are_read_page_by_page_and_none_is_missed(any_web: WebServer) -> None:
    async with any_web.client() as client:
        for name in ("A1", "A2", "A3"):
            await registered(client, id=name, user_email=f"{name}@users.example")
        await number(any_web.engine)
        everything = (await client.get(EVENTS)).json()
        first = (await client.get(EVENTS, params={"limit": 2})).json()
        rest = (await client.get(EVENTS, params={"after": first["last"]})).json()
        later = (await client.get(EVENTS, params={"after": everything["last"]})).json()
    numbers = [event["sequence"] for event in everything["events"]]
    assert numbers == sorted(set(numbers))
    assert first["events"] + rest["events"] == everything["events"]
    assert later == {"events": [], "last": everything["last"]}
    event = everything["events"][0]
    assert event["type"] == PREFIX + "account.registered.v1"
    assert event["data"]["status"]["account"] == event["subject"] == "A1"


async def test_types_are_chosen_and_some_are_for_operators(web: WebServer) -> None:
    async with web.client() as client, web.client(Scope.EVENTS_READ) as reader:
        await registered(client)
        await client.put(ACCOUNTS + "/A1/api-authorization", json={"status": "complete"})
        with writing(web.engine) as conn:
            switches.pause_all(conn, now=NOW, who="a test")
        await number(web.engine)

        async def types(who: httpx.AsyncClient, **asked: str | list[str]) -> set[str]:
            found = (await who.get(EVENTS, params=asked)).json()["events"]
            return {event["type"].removeprefix(PREFIX) for event in found}

        assert await types(reader) == {"account.registered.v1", "account.updated.v1", "account.state_changed.v1"}
        assert await types(client) == await types(reader) | {"pause.changed.v1"}
        assert await types(reader, types=f"{PREFIX}account.registered.v1") == {"account.registered.v1"}
        two = ["account.registered.v1", "account.updated.v1"]
        assert await types(reader, types=",".join(two)) == await types(reader, types=two) == set(two)
        assert code_of(await reader.get(EVENTS, params={"types": "pause.changed.v1"})) == (403, "scope_missing")
        for wrong in ({"types": "happy.v1"}, {"after": "-1"}, {"after": "x"}, {"limit": "201"}, {"after": "9" * 30}):
            assert code_of(await reader.get(EVENTS, params=wrong)) == (422, "invalid")


async def test_who_asks_for_forgotten_events_is_told_how_to_begin_again(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client)
        await number(web.engine)
        last = (await client.get(EVENTS)).json()["last"]
        with writing(web.engine) as conn:
            forget_events(conn, before=datetime(2999, 1, 1, tzinfo=UTC))
        for path in (EVENTS, STREAM):
            answer = await client.get(path, params={"after": 0})
            assert code_of(answer) == (410, "forgotten")
            assert f"after {last}" in answer.json()["detail"]


async def test_a_stream_brings_what_comes_and_goes_on_where_it_ended(served: WebServer) -> None:
    async with served.client() as client:
        await registered(client)
        await number(served.engine)
        async with asyncio.timeout(90), client.stream("GET", STREAM, params={"after": 0}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            stream = frames(answer)
            first = await anext(stream)
            await client.put(ACCOUNTS + "/A1/api-authorization", json={"status": "complete"})
            await number(served.engine)
            second = await anext(stream)
        again = {"Last-Event-ID": str(first["id"])}
        async with asyncio.timeout(90), client.stream("GET", STREAM, headers=again) as answer:
            assert answer.status_code == 200, await answer.aread()
            same = await anext(frames(answer))
    assert (first["type"], second["type"]) == (PREFIX + "account.registered.v1", PREFIX + "account.state_changed.v1")
    assert first["id"] < second["id"]
    assert same == second


async def test_a_stream_ends_with_its_key(served: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "_QUIET", 0.05)
    made, key = served.key(Scope.EVENTS_READ)
    async with (
        served.bare({"Authorization": f"Bearer {key}"}) as client,
        asyncio.timeout(90),
        client.stream("GET", STREAM) as answer,
    ):
        lines = answer.aiter_lines()
        while await anext(lines) != ": still here":
            pass
        with writing(served.engine) as conn:
            api_keys.revoke(conn, made.id, now=datetime.now(UTC))
        async for _ in lines:
            pass


async def test_a_stream_ends_with_the_role(served: WebServer) -> None:
    async with served.client() as client, asyncio.timeout(90), client.stream("GET", STREAM) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        served.role.parts.stopping.set()
        async for _ in lines:
            pass


async def test_a_stream_takes_no_senseless_number(web: WebServer) -> None:
    async with web.client() as client:
        for wrong in ("x", "-1", "1" * 30):
            assert code_of(await client.get(STREAM, headers={"Last-Event-ID": wrong})) == (422, "invalid")
