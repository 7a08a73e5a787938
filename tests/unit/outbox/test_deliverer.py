"""Deliveries: in order for each account, tried again, set aside, disabled, replayed, and never lost."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.domain.published.event_types import EventType
from agent.observe.redaction import Redaction
from agent.settings.groups.operation import WebhookSettings
from agent.settings.model import Settings
from agent.store.database.engine import reading, writing
from agent.store.database.schema import webhook_deliveries
from agent.store.outbox.sequence import number_events
from agent.store.processes import leases
from agent.store.processes.alarms import TableBoard
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import DeliveryState
from agent.store.webhooks.endpoints import EndpointState
from agent.store.webhooks.take_up import collapse, take_up
from tests.support.servers.certificates import ServerCertificate, issue
from tests.support.servers.receiver import Answering, Received, receiving
from tests.support.web.outbox import published
from tests.support.web.webhooks import LOOPBACK, Outlet, running


def failing(*numbers: int, status: int = 500, times: int = 10**9) -> Answering:
    """Answer these events badly, so many times each."""
    seen: dict[int, int] = defaultdict(int)

    def answer(received: Received) -> int:
        number = received.event["data"].get("number")
        seen[number] += 1
        return status if number in numbers and seen[number] <= times else 204

    return answer


def numbers_of(events: list[dict[str, object]], account: str = "A1") -> list[object]:
    return [event["data"]["number"] for event in events if event.get("subject") == account]  # type: ignore[index]


async def test_an_endpoint_is_active_only_after_its_ping_was_answered(any_engine: Engine) -> None:
    outlet = Outlet(engine=any_engine)
    async with receiving(lambda _received: 500) as receiver:
        made = await outlet.active(receiver.url)
        outlet.happen("A1", 1)
        await outlet.drain()
        assert outlet.endpoint(made.endpoint.id).state is EndpointState.PENDING
        receiver.answering = lambda _received: 200
        outlet.clock.move(seconds=10)
        await outlet.drain()
    assert outlet.endpoint(made.endpoint.id).state is EndpointState.ACTIVE
    assert numbers_of(receiver.taken) == [1]  # what happened since it was registered is not lost


async def test_only_the_types_it_asked_for_come(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        await outlet.active(receiver.url, [EventType.PAUSE_CHANGED])
        outlet.happen("A1", 1)
        await outlet.drain()
    assert receiver.taken == []


async def test_a_line_waits_on_its_head_and_the_others_go_on(any_engine: Engine) -> None:
    outlet = Outlet(engine=any_engine)
    async with receiving(failing(1, times=1)) as receiver:
        await outlet.active(receiver.url)
        for number in (1, 2, 3):
            outlet.happen("A1", number)
        outlet.happen("A2", 7)
        await outlet.drain()
        assert (numbers_of(receiver.taken), numbers_of(receiver.taken, "A2")) == ([1], [7])
        outlet.clock.move(seconds=10)
        await outlet.drain()
    assert numbers_of(receiver.taken) == [1, 1, 2, 3]
    first, again = [each for each in receiver.received if each.event["data"].get("number") == 1]
    assert first.id == again.id


async def test_a_head_is_set_aside_after_three_days_and_its_line_goes_on(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving(failing(1)) as receiver:
        made = await outlet.active(receiver.url)
        outlet.happen("A1", 1)
        outlet.happen("A1", 2)
        for _ in range(16):
            await outlet.drain()
            outlet.clock.move(hours=6)
    states = [each.state for each in outlet.deliveries(made.endpoint.id)[1:]]
    assert states == [DeliveryState.SET_ASIDE, DeliveryState.DELIVERED]
    assert numbers_of(receiver.taken)[-1] == 2
    assert outlet.endpoint(made.endpoint.id).state is EndpointState.ACTIVE


async def test_after_five_days_of_failures_the_endpoint_is_disabled_with_an_alarm_and_an_event_for_others(
    any_engine: Engine,
) -> None:
    outlet = Outlet(engine=any_engine)
    async with receiving() as bad, receiving() as other:
        broken = await outlet.active(bad.url)
        await outlet.active(other.url, [EventType.ENDPOINT_DISABLED])
        bad.answering = lambda _received: 500
        for day in range(6):
            outlet.happen(f"A{day}", day)
            await outlet.drain()
            outlet.clock.move(days=1, hours=1)
        await outlet.drain()
        assert outlet.endpoint(broken.endpoint.id).state is EndpointState.DISABLED
        await outlet.drain()
        (told,) = other.taken
        assert told["data"]["endpoint"] == broken.endpoint.id
        assert [alarm.key for alarm in TableBoard(any_engine).list_open("webhook ")] == [
            f"webhook {broken.endpoint.id}"
        ]
        bad.answering = lambda _received: 200
        with writing(any_engine) as conn:
            deliveries.ping(conn, broken.endpoint.id, now=outlet.clock.now())
        await outlet.drain()
    assert outlet.endpoint(broken.endpoint.id).state is EndpointState.ACTIVE
    assert TableBoard(any_engine).list_open("webhook ") == []


async def test_410_disables_at_once(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = lambda _received: 410
        outlet.happen("A1", 1)
        outlet.happen("A2", 1)
        await outlet.drain()
        asked = len(receiver.received)
        outlet.clock.move(days=1)
        await outlet.drain()
        assert len(receiver.received) == asked
    endpoint = outlet.endpoint(made.endpoint.id)
    assert (endpoint.state, endpoint.reason) == (EndpointState.DISABLED, "the receiver answered 410")


async def test_retry_after_is_honoured_for_the_whole_endpoint(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    busy = web.Response(status=429, headers={"Retry-After": "600"})
    async with receiving() as receiver:
        await outlet.active(receiver.url)
        receiver.answering = lambda _received: busy
        outlet.happen("A1", 1)
        await outlet.drain()
        receiver.answering = lambda _received: 200
        outlet.happen("A2", 1)
        outlet.clock.move(minutes=9)
        await outlet.drain()
        assert len(receiver.taken) == 1
        outlet.clock.move(minutes=2)
        await outlet.drain()
    assert len(receiver.taken) == 3


async def test_a_redirect_is_a_failure_and_is_not_followed(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as elsewhere, receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = lambda _received: web.Response(status=307, headers={"Location": elsewhere.url})
        outlet.happen("A1", 1)
        await outlet.drain()
        assert elsewhere.received == []
    delivery = outlet.deliveries(made.endpoint.id)[-1]
    assert (delivery.state, delivery.status) == (DeliveryState.WAITING, 307)


async def test_a_gigabyte_of_an_answer_is_cut_off_after_a_kilobyte(engine: Engine) -> None:
    outlet = Outlet(engine=engine)

    async def flood(_received: Received) -> web.StreamResponse:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(1_000_000):
                yield b"x" * 1024

        return web.Response(status=200, body=chunks())

    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = flood
        outlet.happen("A1", 1)
        await outlet.drain()
    delivery = outlet.deliveries(made.endpoint.id)[-1]
    assert (delivery.state, delivery.answer) == (DeliveryState.DELIVERED, "x" * 1024)


async def test_a_receiver_that_hangs_is_left(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.outbox.sender._WITHIN", 0.3)
    outlet = Outlet(engine=engine)
    over = asyncio.Event()

    async def hang(_received: Received) -> int:
        await over.wait()
        return 200

    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = hang
        outlet.happen("A1", 1)
        await outlet.drain()
        over.set()
    assert "no answer" in (outlet.deliveries(made.endpoint.id)[-1].error or "")


async def test_the_log_keeps_the_answer_without_what_is_secret(engine: Engine) -> None:
    redaction = Redaction([SecretStr("hunter2-and-more")])
    outlet = Outlet(engine=engine, redaction=redaction)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = lambda _received: web.Response(status=500, text="cannot use hunter2-and-more here")
        outlet.happen("A1", 1)
        await outlet.drain()
    answer = outlet.deliveries(made.endpoint.id)[-1].answer or ""
    assert "cannot use" in answer
    assert "hunter2" not in answer


async def test_a_replay_keeps_the_id_has_one_try_and_says_nothing_of_health(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        outlet.happen("A1", 1)
        await outlet.drain()
        sent = receiver.received[-1]
        receiver.answering = lambda _received: 500
        with writing(engine) as conn:
            again = deliveries.replay(conn, outlet.deliveries(made.endpoint.id)[-1].id, now=outlet.clock.now())
        await outlet.drain()
        outlet.clock.move(days=1)
        await outlet.drain()
    assert [each.id for each in receiver.received].count(sent.id) == 2
    assert receiver.received[-1].body == sent.body
    with reading(engine) as conn:
        assert deliveries.get(conn, again).state is DeliveryState.FAILED
    assert outlet.endpoint(made.endpoint.id).failing_since is None


async def test_where_too_many_wait_the_newest_of_each_account_is_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.store.webhooks.take_up.AT_MOST", 20)
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        for number in range(30):
            outlet.happen(f"A{number % 3}", number)
        published(engine)
        with writing(engine) as conn:
            take_up(conn, made.endpoint.id, now=outlet.clock.now())
            assert collapse(conn, made.endpoint.id, now=outlet.clock.now()) == 27
        await outlet.drain()
    assert sorted(event["data"]["number"] for event in receiver.taken) == [27, 28, 29]


async def test_an_endpoint_that_is_removed_meanwhile_stops_nothing(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)

        def forget(_received: Received) -> int:
            with writing(engine) as conn:
                endpoints.remove(conn, made.endpoint.id)
            return 200

        receiver.answering = forget
        outlet.happen("A1", 1)
        await outlet.drain()
    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(webhook_deliveries)) == 0


async def test_when_the_process_that_delivered_is_dead_another_takes_over(any_engine: Engine) -> None:
    outlet = Outlet(engine=any_engine)
    length = timedelta(seconds=1)
    async with receiving() as receiver:
        await outlet.active(receiver.url)
        with writing(any_engine) as conn:
            now = leases.shared_now(conn, utc_now())
            assert leases.acquire(conn, "webhooks:", holder="dead", now=now, length=length) is not None
        living = outlet.deliverer()
        living.clock, living.lease_length = Clock(), length
        outlet.happen("A1", 1)
        async with running(living):
            number_events(any_engine)
            await receiver.wait_for(2)
    assert numbers_of(receiver.taken) == [1]


@pytest.fixture
def receiver_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name receiver.example leads to this machine."""

    async def getaddrinfo(_self: object, _host: str, port: int, **_rest: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)


def trusting(certificate: ServerCertificate) -> Settings:
    return LOOPBACK.model_copy(update={"webhooks": WebhookSettings(allow_loopback=True, ca_file=certificate.ca_file)})


@pytest.mark.usefixtures("receiver_example")
async def test_over_tls_the_certificate_must_bear_the_name_and_the_name_is_sent(engine: Engine, tmp_path: Path) -> None:
    certificate = issue(tmp_path, "receiver.example")
    outlet = Outlet(engine=engine, settings=trusting(certificate))
    async with receiving(certificate=certificate) as receiver:
        made = await outlet.active(receiver.url)
    assert outlet.endpoint(made.endpoint.id).state is EndpointState.ACTIVE
    assert receiver.received[0].headers["host"].startswith("receiver.example:")


@pytest.mark.usefixtures("receiver_example")
@pytest.mark.parametrize(("name", "expired"), [("other.example", False), ("receiver.example", True)])
async def test_a_receiver_with_a_wrong_certificate_gets_nothing(
    engine: Engine, tmp_path: Path, name: str, expired: bool
) -> None:
    certificate = issue(tmp_path, name, expired=expired)
    outlet = Outlet(engine=engine, settings=trusting(certificate))
    async with receiving(certificate=certificate) as receiver:
        made = await outlet.active(receiver.url)
        assert receiver.received == []
    assert "certificate" in (outlet.deliveries(made.endpoint.id)[-1].error or "").lower()


@pytest.mark.usefixtures("receiver_example")
async def test_no_proxy_of_the_environment_sees_an_event(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    certificate = issue(tmp_path, "receiver.example")
    outlet = Outlet(engine=engine, settings=trusting(certificate))
    async with receiving(certificate=certificate) as receiver:
        await outlet.active(receiver.url)
    assert len(receiver.received) == 1
