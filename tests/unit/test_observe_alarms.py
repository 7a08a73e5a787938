"""Alarms: neither too soon nor too often, repeated until it is over, told once by many processes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.observe.notify import Alarms, MemoryBoard, apprise_sender
from agent.store import accounts
from agent.store.alarms import TableBoard
from agent.store.database import writing
from tests.support.registry import add_account

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Post:
    """Collects what would be sent, from any number of workers."""

    engine: Engine | None = None
    titles: list[str] = field(default_factory=list)
    now: datetime = START
    works: bool = True

    def send(self, title: str, _body: str) -> bool:
        self.titles.append(title)
        return self.works

    def alarms(self) -> Alarms:
        board = MemoryBoard() if self.engine is None else TableBoard(self.engine)
        return Alarms(send=self.send, now=lambda: self.now, after=3, repeat=timedelta(hours=6), board=board)


@pytest.fixture(params=["memory", "table"])
def post(request: pytest.FixtureRequest) -> Post:
    return Post(None if request.param == "memory" else request.getfixturevalue("engine"))


@pytest.fixture
def shared(any_engine: Engine) -> Post:
    return Post(any_engine)


async def test_an_alarm_comes_after_three_in_a_row_and_recovers_once(post: Post) -> None:
    alarms = post.alarms()
    for _ in range(2):
        await alarms.trouble("tick", "no database")
    assert post.titles == []
    for _ in range(5):
        await alarms.trouble("tick", "no database")
    await alarms.fine("tick")
    await alarms.fine("tick")
    assert post.titles == ["Trouble: tick", "Recovered: tick"]


async def test_a_success_in_between_starts_the_count_anew(post: Post) -> None:
    alarms = post.alarms()
    for _ in range(4):
        await alarms.trouble("tick", "no database")
        await alarms.trouble("tick", "no database")
        await alarms.fine("tick")
    assert post.titles == []


async def test_an_alarm_is_repeated_until_it_is_fixed(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    for hours in (1, 6, 7, 13):
        post.now = START + timedelta(hours=hours)
        await alarms.remind()
    assert post.titles == ["Trouble: account A1"] * 3


async def test_what_recovered_before_anybody_was_told_is_not_told(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("tick", "once")
    await alarms.fine("tick")
    assert post.titles == []


async def test_what_could_not_be_sent_is_sent_with_the_next_trouble(post: Post) -> None:
    alarms = post.alarms()
    post.works = False
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    post.works = True
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    assert post.titles == ["Trouble: account A1"] * 2


async def test_a_clock_that_was_set_back_does_not_silence_an_alarm(post: Post) -> None:
    alarms = post.alarms()
    post.now = START + timedelta(days=400)
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    post.now = START
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    assert post.titles == ["Trouble: account A1"] * 2


async def test_news_are_told_at_once_not_repeated_by_themselves_and_never_recover(post: Post) -> None:
    alarms = post.alarms()
    await alarms.news("mail_held", "a mail was held")
    await alarms.news("mail_held", "another one")
    post.now = START + timedelta(hours=7)
    await alarms.remind()
    await alarms.fine("mail_held")
    assert post.titles == ["Trouble: mail_held"]
    await alarms.news("mail_held", "a third one")
    assert post.titles == ["Trouble: mail_held"] * 2


async def test_workers_count_together_and_one_of_them_tells(shared: Post) -> None:
    workers = [shared.alarms() for _ in range(3)]
    await asyncio.gather(*(worker.trouble("account A1", "no answer") for worker in workers))
    await asyncio.gather(*(worker.trouble("account A1", "no answer") for worker in workers))
    assert shared.titles == ["Trouble: account A1"]


async def test_another_worker_s_success_is_the_one_recovered(shared: Post) -> None:
    first, second = shared.alarms(), shared.alarms()
    await first.trouble("account A1", "CAPTCHA", at_once=True)
    await second.fine("account A1")
    shared.now = START + timedelta(hours=7)
    await first.remind()
    assert shared.titles == ["Trouble: account A1", "Recovered: account A1"]


async def test_an_open_alarm_survives_a_restart(shared: Post) -> None:
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    shared.now = START + timedelta(hours=1)
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    assert shared.titles == ["Trouble: account A1"]
    await shared.alarms().fine("account A1")
    assert shared.titles[1:] == ["Recovered: account A1"]


async def test_the_alarms_of_a_removed_account_are_gone(shared: Post) -> None:
    assert shared.engine is not None
    with writing(shared.engine) as conn:
        add_account(conn)
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    with writing(shared.engine) as conn:
        accounts.remove(conn, "A1")
    assert await shared.alarms().list_open("") == set()


async def test_a_database_that_is_away_stops_no_visit(engine: Engine) -> None:
    post = Post(engine)
    alarms = post.alarms()
    with writing(engine) as conn:
        conn.exec_driver_sql("DROP TABLE alarms")
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.fine("account A1")
    assert post.titles == []


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # of the library's own, on Python 3.11
async def test_apprise_delivers_to_an_address(tmp_path: Path, unused_tcp_port: int) -> None:
    received: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
        received.append(await reader.readexactly(size))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", unused_tcp_port):
        send = apprise_sender([SecretStr(f"json://127.0.0.1:{unused_tcp_port}/")])
        assert await asyncio.to_thread(send, "Trouble: account A1", "CAPTCHA")
    assert b"Trouble: account A1" in received[0]
