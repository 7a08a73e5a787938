"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from agent.outbox.retries import next_try, parse_retry_after
from agent.store.processes.alarms import TableBoard
from agent.store.webhooks.deliveries import DeliveryState
from agent.store.webhooks.endpoints import EndpointState
from tests.support.servers.receiver import receiving
from tests.support.stored.registry import NOW
from tests.support.web.webhooks import Outlet


def test_ten_tries_reach_over_three_days() -> None:
    total = sum((next_try(attempts, now=NOW, chance=0.5) - NOW for attempts in range(1, 10)), timedelta())
    assert timedelta(days=3) < total < timedelta(days=4)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
def test_the_first_wait_is_five_seconds_a_fifth_either_way(chance: float, seconds: float) -> None:
    assert next_try(1, now=NOW, chance=chance) == NOW + timedelta(seconds=seconds)


def test_a_later_retry_after_is_kept() -> None:
    assert next_try(1, now=NOW, chance=0.5, retry_after=timedelta(minutes=9)) == NOW + timedelta(minutes=9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0), ("0", 0.0), ("999999999999999999999", 3600.0), ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0), ("soon", None), ("", None), ("-5", None), (None, None), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_at_most_an_hour(text: str | None, seconds: float | None) -> None:
    found = parse_retry_after(text, now=NOW)
    assert (None if found is None else found.total_seconds()) == seconds


async def test_a_receiver_that_answers_500_for_a_day_loses_nothing_and_is_not_given_up(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        receiver.answering = lambda _received: 500
        for number in range(24):
            outlet.happen("A1", number)
            await outlet.drain()
            outlet.clock.move(hours=1)
        assert len(receiver.received) < 24  # it is left alone more and more
        receiver.answering, failed = (lambda _received: 204), len(receiver.received)
        outlet.clock.move(hours=14)  # the longest wait between two of these tries
        await outlet.drain()
    events = [each.event["data"]["number"] for each in receiver.received[failed:]]
    assert events == list(range(24))
    assert {each.state for each in outlet.deliveries(made.endpoint.id)} == {DeliveryState.DELIVERED}
    assert outlet.endpoint(made.endpoint.id).state is EndpointState.ACTIVE
    assert TableBoard(engine).list_open() == []
