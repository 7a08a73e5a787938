"""Numbers of events are given after commit.

Who asks for what comes after N misses nothing.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from agent.domain.published.event_types import PREFIX, EventType
from agent.store.database.engine import reading, writing
from agent.store.outbox.pending import note
from agent.store.outbox.read import ForgottenError, list_events
from agent.store.outbox.revise import settle
from agent.store.outbox.sequence import forget_events, number_events, raise_sequence
from tests.support.stored.registry import NOW, add_account
from tests.support.web.outbox import published

WRITERS, EACH = 20, 15


def write(engine: Engine, text: str, *, days: int = 0) -> None:
    with writing(engine) as conn:
        note(conn, EventType.ALARM_OPENED, now=NOW + timedelta(days=days), data={"key": text})


def test_events_are_numbered_from_1_in_the_order_they_were_written(any_engine: Engine) -> None:
    for text in ("a", "b", "c"):
        write(any_engine, text)
    assert number_events(any_engine) == 3
    assert [(event["sequence"], event["data"]["key"]) for event in published(any_engine)] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
    ]


def test_an_event_is_a_cloud_event(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
    (event,) = published(any_engine)
    assert event["type"] == PREFIX + "account.registered.v1"
    assert (event["specversion"], event["subject"], event["datacontenttype"]) == ("1.0", "A1", "application/json")
    assert event["time"] == "2026-11-23T12:00:00Z"
    assert set(event["data"]) >= {"account", "revision", "status"}


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
def test_twenty_writers_who_commit_in_any_order_leave_no_gap_to_a_reader(any_engine: Engine) -> None:
    seen: list[int] = []
    over = threading.Event()

    def read_along() -> None:
        after, is_last = 0, False
        while not is_last:
            was_over = over.is_set()
            number_events(any_engine)
            with reading(any_engine) as conn:
                page = list_events(conn, after=after, limit=50)
            seen.extend(event["sequence"] for event in page.events)
            after, is_last = page.last, was_over and not page.events

    def write_some(writer: int) -> None:
        for number in range(EACH):
            if number % 5 == 0:  # its row is there early and committed late
                with writing(any_engine) as conn:
                    note(conn, EventType.ALARM_OPENED, now=NOW, data={"key": f"{writer} late {number}"})
                    settle(conn)
                    conn.exec_driver_sql("SELECT pg_sleep(0.02)")
            write(any_engine, f"{writer} {number}")

    reader = threading.Thread(target=read_along)
    reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write_some, range(WRITERS)))
    over.set()
    reader.join(60)
    expected = WRITERS * (EACH + EACH // 5)
    assert seen == list(range(1, expected + 1))


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
def test_several_who_number_at_once_give_each_number_once(any_engine: Engine) -> None:
    for number in range(60):
        write(any_engine, str(number))
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda _: number_events(any_engine), range(6)))
    assert sum(counts) == 60
    assert [event["sequence"] for event in published(any_engine)] == list(range(1, 61))


def test_a_reader_of_some_types_goes_on_after_the_last_number_it_was_told(any_engine: Engine) -> None:
    write(any_engine, "a")
    with writing(any_engine) as conn:
        add_account(conn)
    number_events(any_engine)
    with reading(any_engine) as conn:
        page = list_events(conn, after=0, types=[EventType.ALARM_OPENED])
    assert ([event["sequence"] for event in page.events], page.last) == ([1], 2)


def test_forgotten_events_are_said_to_be_and_where_to_go_on(any_engine: Engine) -> None:
    for days in (0, 1, 40):
        write(any_engine, str(days), days=days)
    number_events(any_engine)
    with writing(any_engine) as conn:
        assert forget_events(conn, before=NOW + timedelta(days=30)) == 2
        assert forget_events(conn, before=NOW + timedelta(days=30)) == 0
    with reading(any_engine) as conn, pytest.raises(ForgottenError) as caught:
        list_events(conn, after=1)
    assert caught.value.forgotten == 2
    with reading(any_engine) as conn:
        assert [event["sequence"] for event in list_events(conn, after=2).events] == [3]
        assert [event["sequence"] for event in list_events(conn).events] == [3]


def test_when_all_is_forgotten_numbers_go_on_above(any_engine: Engine) -> None:
    write(any_engine, "old")
    number_events(any_engine)
    with writing(any_engine) as conn:
        forget_events(conn, before=NOW + timedelta(days=30))
    write(any_engine, "new")
    assert [event["sequence"] for event in published(any_engine)] == [2]


def test_a_restored_database_numbers_above_what_was_published_before(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        raise_sequence(conn, 900)
    write(any_engine, "a")
    assert [event["sequence"] for event in published(any_engine)] == [901]
