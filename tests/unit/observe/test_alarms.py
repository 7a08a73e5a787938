"""Alarms: neither too soon nor too often, in one notice what happens at once, repeated until it is over, told once by
many processes.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.errors import ConfigurationError
from agent.observe.alarm_pages import page_of, path_of
from agent.observe.memory_board import MemoryBoard
from agent.observe.notify import Alarms, apprise_sender
from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.settings.web_address import note_address
from agent.store import accounts
from agent.store.database.engine import writing
from agent.store.processes.alarms import AlarmPolicy, TableBoard
from tests.support.stored.registry import add_account

START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = AlarmPolicy(after=3, repeat=timedelta(hours=6), pause=timedelta(minutes=5))


@dataclass
class Post:
    """Collects what would be sent, from any number of workers."""

    engine: Engine | None = None
    titles: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    now: datetime = START
    works: bool = True

    def send(self, title: str, body: str) -> bool:
        self.titles.append(title)
        self.bodies.append(body)
        return self.works

    def alarms(self) -> Alarms:
        board = MemoryBoard() if self.engine is None else TableBoard(self.engine)
        return Alarms(send=self.send, now=lambda: self.now, policy=PATIENCE, board=board)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


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
        await alarms.tell()
    assert post.titles == []
    for _ in range(5):
        await alarms.trouble("tick", "no database")
        await alarms.tell()
    await alarms.fine("tick")
    await alarms.fine("tick")
    post.later(minutes=6)
    await alarms.tell()
    await alarms.tell()
    assert post.titles == ["Trouble: tick", "Recovered: tick"]


async def test_a_success_in_between_starts_the_count_anew(post: Post) -> None:
    alarms = post.alarms()
    for _ in range(4):
        await alarms.trouble("tick", "no database")
        await alarms.trouble("tick", "no database")
        await alarms.fine("tick")
        await alarms.tell()
    assert post.titles == []


async def test_what_happens_at_once_is_one_notice_with_how_many_and_the_first_few(post: Post) -> None:
    alarms = post.alarms()
    for number in range(200):
        await alarms.trouble(f"account A{number:03}", "CAPTCHA", at_once=True)
    await alarms.tell()
    await alarms.tell()
    assert post.titles == ["Trouble: 200 at once: account A000, account A001, account A002, ..."]
    lines = post.bodies[0].splitlines()
    assert lines[0] == "account A000: CAPTCHA (since 2026-01-01 00:00 UTC)"
    others = ", ".join(f"account A{number:03}" for number in range(10, 110))
    assert lines[10:] == [f"... and 190 more: {others}, ...; 'sc-agent alarms list' tells of each"]
    for number in range(200):
        await alarms.fine(f"account A{number:03}")
    post.later(minutes=6)
    await alarms.tell()
    assert post.titles[1:] == ["Recovered: 200 at once: account A000, account A001, account A002, ..."]


async def test_what_follows_a_notice_is_gathered_until_the_pause_is_over(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.tell()
    for minute in range(1, 5):
        post.later(minutes=1)
        await alarms.trouble(f"account B{minute}", "CAPTCHA", at_once=True)
        await alarms.tell()
    assert post.titles == ["Trouble: account A1"]
    post.later(minutes=2)
    await alarms.tell()
    assert post.titles[1:] == ["Trouble: 4 at once: account B1, account B2, account B3, ..."]


async def test_trouble_that_comes_back_before_anybody_heard_of_its_end_is_still_the_same(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.tell()
    await alarms.fine("account A1")
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    post.later(minutes=6)
    await alarms.tell()
    assert (post.titles, await alarms.list_open("account ")) == (["Trouble: account A1"], {"account A1"})


async def test_an_alarm_is_repeated_until_it_is_fixed(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    for hours in (0, 1, 6, 7, 13):
        post.now = START + timedelta(hours=hours)
        await alarms.tell()
    assert post.titles == ["Trouble: account A1"] * 3


async def test_what_recovered_before_anybody_was_told_is_not_told(post: Post) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.fine("account A1")
    await alarms.tell()
    assert post.titles == []


@pytest.mark.parametrize("is_over", [False, True], ids=["trouble", "recovered"])
async def test_what_could_not_be_sent_is_sent_later_though_nothing_more_happens(post: Post, is_over: bool) -> None:
    alarms = post.alarms()
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    if is_over:
        await alarms.tell()
        await alarms.fine("account A1")
        post.later(minutes=6)
    post.titles.clear()
    post.works = False
    await alarms.tell()
    post.works = True
    post.later(minutes=6)
    await alarms.tell()
    await alarms.tell()
    assert post.titles == ["Recovered: account A1" if is_over else "Trouble: account A1"] * 2


async def test_a_clock_that_was_set_back_does_not_silence_an_alarm(post: Post) -> None:
    alarms = post.alarms()
    post.now = START + timedelta(days=400)
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.tell()
    post.now = START
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.tell()
    assert post.titles == ["Trouble: account A1"] * 2


async def test_news_are_told_once_not_repeated_by_themselves_and_never_recover(post: Post) -> None:
    alarms = post.alarms()
    post.works = False
    await alarms.news("mail_held", "a mail was held")
    await alarms.tell()
    post.works = True
    await alarms.tell()
    await alarms.news("mail_held", "another one")
    await alarms.tell()
    post.later(hours=7)
    await alarms.tell()
    await alarms.fine("mail_held")
    await alarms.tell()
    assert post.titles == ["Trouble: mail_held"] * 2
    await alarms.news("mail_held", "a third one")
    await alarms.tell()
    assert post.titles[2:] == ["Trouble: mail_held"]


async def test_workers_count_together_and_one_of_them_tells(shared: Post) -> None:
    workers = [shared.alarms() for _ in range(3)]
    for _ in range(2):
        await asyncio.gather(*(worker.trouble("account A1", "no answer") for worker in workers))
        await asyncio.gather(*(worker.tell() for worker in workers))
    assert shared.titles == ["Trouble: account A1"]


async def test_one_worker_tells_of_what_another_one_s_accounts_met(shared: Post) -> None:
    first, second = shared.alarms(), shared.alarms()
    await first.trouble("account A1", "CAPTCHA", at_once=True)
    await second.trouble("account A2", "CAPTCHA", at_once=True)
    await first.tell()
    await second.fine("account A1")
    shared.later(hours=7)
    await second.tell()
    await first.tell()
    assert shared.titles == [
        "Trouble: 2 at once: account A1, account A2",
        "Trouble: account A2",
        "Recovered: account A1",
    ]


async def test_an_open_alarm_survives_a_restart(shared: Post) -> None:
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    await shared.alarms().tell()
    shared.later(hours=1)
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    await shared.alarms().tell()
    assert shared.titles == ["Trouble: account A1"]
    await shared.alarms().fine("account A1")
    await shared.alarms().tell()
    assert shared.titles[1:] == ["Recovered: account A1"]


async def test_the_alarms_of_a_removed_account_are_gone(shared: Post) -> None:
    assert shared.engine is not None
    with writing(shared.engine) as conn:
        add_account(conn)
    await shared.alarms().trouble("account A1", "CAPTCHA", at_once=True)
    with writing(shared.engine) as conn:
        accounts.remove(conn, "A1", now=shared.now)
    assert await shared.alarms().list_open("") == set()


async def test_a_database_that_is_away_stops_no_visit_and_no_news(engine: Engine) -> None:
    post = Post(engine)
    alarms = post.alarms()
    with writing(engine) as conn:
        conn.exec_driver_sql("DROP TABLE alarms")
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.fine("account A1")
    await alarms.news("mail_held", "a mail was held")
    await alarms.tell()
    assert post.titles == ["Trouble: mail_held"]


async def test_a_sender_that_breaks_is_one_that_did_not_send() -> None:
    post = Post()
    alarms = post.alarms()

    def broken(_title: str, _body: str) -> bool:
        raise KeyError("of a plug-in")

    alarms.send = broken
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    await alarms.tell()
    alarms.send = post.send
    await alarms.tell()
    assert post.titles == ["Trouble: account A1"]


async def test_people_are_told_without_being_asked_for_it_and_then_left_in_peace_for_a_while() -> None:
    post, slept = Post(), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:  # the pause after the first notice
            post.later(seconds=seconds)
            await alarms.trouble("account A2", "CAPTCHA", at_once=True)

    alarms = post.alarms()
    alarms.sleep = sleep
    telling = asyncio.create_task(alarms.run())
    await alarms.trouble("account A1", "CAPTCHA", at_once=True)
    async with asyncio.timeout(90):
        while len(post.titles) < 2:  # noqa: ASYNC110 - a sender tells nobody
            await asyncio.sleep(0.01)
    telling.cancel()
    assert post.titles == ["Trouble: account A1", "Trouble: account A2"]
    assert slept[:3] == [5, 300, 5]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # of the library's own, on Python 3.11
async def test_apprise_delivers_to_an_address(tmp_path: Path, unused_tcp_port: int) -> None:
    received: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(
            int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")
        )
        received.append(await reader.readexactly(size))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", unused_tcp_port):
        send = apprise_sender([SecretStr(f"json://127.0.0.1:{unused_tcp_port}/")])
        for title in ("Trouble: account A1", "Recovered: account A1"):
            assert await asyncio.to_thread(send, title, "CAPTCHA")
    assert b"Trouble: account A1" in received[0]
    assert [json.loads(body)["type"] for body in received] == ["failure", "success"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # of the library's own, on Python 3.11
def test_an_address_that_apprise_does_not_know_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigurationError, match="address 2 of 2") as caught:
        apprise_sender([SecretStr("json://127.0.0.1/"), SecretStr("slakc://a-secret-token")])
    assert "a-secret-token" not in str(caught.value)


async def test_a_notice_carries_the_address_of_the_page_that_explains_it(post: Post) -> None:
    alarms = post.alarms()
    alarms.page_of = lambda key: "https://agent.example" + path_of(key)
    await alarms.trouble("account A 1/x", "rejected", at_once=True)
    await alarms.tell()
    assert post.bodies[0].endswith(" https://agent.example/accounts/A%201%2Fx")
    post.later(minutes=6)
    await alarms.fine("account A 1/x")
    await alarms.tell()
    assert "https://" not in post.bodies[1]


@pytest.mark.parametrize(
    ("key", "path"),
    [("freshness A1", "/accounts/A1"), ("webhook ep1", "/webhooks"), ("tick", "/health"), ("mailbox x@y", "/health")],
)
def test_each_alarm_has_a_page(tmp_path: Path, key: str, path: str) -> None:
    settings = Settings(data_dir=tmp_path)
    assert page_of(settings, key) is None
    note_address(settings, "127.0.0.1:8480")
    assert page_of(settings, key) == "http://127.0.0.1:8480" + path
    public = settings.model_copy(update={"web": WebSettings(public_url="https://agent.example/")})
    assert page_of(public, key) == "https://agent.example" + path
