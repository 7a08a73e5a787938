"""A browser that is answered from a recording alone.

Hops, cookies, turns, time, and nothing from outside.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, TimeoutError

from fixtures.player.recording import Recording, load_recording
from fixtures.player.server import Player
from tests.support.sites.player_rig import HOST, browser_on, exchange, html, sign_in_rows, write

pytestmark = pytest.mark.asyncio(loop_scope="session")
Rig = tuple[Player, Browser]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[Rig]:
    """One player, and a browser pointed at it."""
    async with Player() as player, browser_on(player) as browser:
        yield player, browser


@asynccontextmanager
async def playing(rig: Rig, recording: Recording) -> AsyncIterator[tuple[Player, Page]]:
    player, browser = rig
    context = await browser.new_context(service_workers="block")
    try:
        player.load(recording)
        await player.freeze(context)
        yield player, await context.new_page()
    finally:
        await context.close()


def mini(tmp_path: Path, rows: list[dict[str, Any]] | None = None) -> Recording:
    return load_recording(write(tmp_path / "mini/case", rows if rows is not None else sign_in_rows()))


async def sign_in(page: Page, *, code: str = "918273") -> None:
    await page.goto(f"{HOST}/home")
    await page.fill("[name=email]", "acme@users.example")
    await page.fill("[name=password]", "example-pw")
    await page.fill("[name=otpCode]", code)
    await page.click("#go")
    await page.wait_for_url(f"{HOST}/home")


async def test_a_sign_in_with_another_code_replays_with_hops_cookies_and_the_time_standing_still(
    rig: Rig,
    tmp_path: Path,
) -> None:
    async with playing(rig, mini(tmp_path)) as (player, page):
        await sign_in(page)
        await page.get_by_text("7", exact=True).wait_for()
        names = {cookie["name"] for cookie in await page.context.cookies()}
        titles = []
        for _ in range(2):
            await page.goto(f"{HOST}/users")
            titles.append(await page.title())
        await page.go_back()
        report = player.finish()
    assert names == {"hop0", "hop1", "session"}
    assert titles == ["First", "Second"]
    assert report.unused == ()


async def test_the_clock_of_the_page_stands_at_the_recording(rig: Rig, tmp_path: Path) -> None:
    async with playing(rig, mini(tmp_path)) as (player, page):
        await sign_in(page)
        assert await page.text_content("#when") == "2026-01-05T10:00:00.000Z"
        assert await page.evaluate("new Promise(done => setTimeout(() => done('timers run'), 1))") == "timers run"
        order = "Promise.all([9, 1, 5].map(at => new Promise(done => setTimeout(() => done(said.push(at)), at * 40))))"
        assert await page.evaluate(f"(said => {order}.then(() => said))([])") == [1, 5, 9]
        player.finish()


async def test_the_same_recording_plays_again_and_again_in_one_browser_with_the_same_result(
    rig: Rig, tmp_path: Path
) -> None:
    (player, browser), recording = rig, mini(tmp_path)
    for turn in range(20 if os.environ.get("SC_TEST_ALL") == "1" else 5):
        async with await browser.new_context(service_workers="block") as context:
            player.load(recording)
            await player.freeze(context)
            page = await context.new_page()
            await sign_in(page, code=f"{turn:06}")
            await page.get_by_text("7", exact=True).wait_for()
            report = player.finish()
        assert report.is_clean
        assert [label.split()[0] for label in report.unused] == ["#8", "#9"]


async def test_a_miss_is_shown_to_the_page_as_an_error_and_reported(rig: Rig, tmp_path: Path) -> None:
    async with playing(rig, mini(tmp_path)) as (player, page):
        answer = await page.goto(f"{HOST}/gp/other.html?x=1")
        assert answer is not None
        assert answer.status == 502
        report = player.finish()
    assert not report.is_clean
    assert str(report.misses[0]).startswith(
        "no recorded answer for GET sellercentral.amazon.com/gp/other.html; nearest recorded exchange #"
    )


async def test_every_host_leads_to_the_player_and_none_outside(rig: Rig, tmp_path: Path) -> None:
    async with playing(rig, mini(tmp_path)) as (player, page):
        answer = await page.goto("https://www.wikipedia.org/")
        assert answer is not None
        assert answer.status == 502
        with pytest.raises(Error, match="ERR_"):
            await page.goto("http://unlisted.example/")
        player.finish()


async def test_an_answer_that_did_not_come_because_the_connection_broke_is_a_broken_connection(
    rig: Rig, tmp_path: Path
) -> None:
    rows = [
        exchange(1, "GET", "/home", headers=html(), body="x")
        | {"response": None, "failure": "net::ERR_CONNECTION_RESET"}
    ]
    async with playing(rig, mini(tmp_path, rows)) as (player, page):
        with pytest.raises(Error, match="ERR_EMPTY_RESPONSE"):
            await page.goto(f"{HOST}/home")
        player.finish()


async def test_an_answer_that_was_still_waited_for_does_not_come(rig: Rig, tmp_path: Path) -> None:
    rows = [exchange(1, "GET", "/home", headers=html(), body="x") | {"response": None}]
    async with playing(rig, mini(tmp_path, rows)) as (player, page):
        with pytest.raises(TimeoutError):
            await page.goto(f"{HOST}/home", timeout=500)
        assert player.finish().is_clean


async def test_a_body_that_the_recording_lost_is_reported(rig: Rig, tmp_path: Path) -> None:
    rows = [
        exchange(1, "GET", "/home", headers=html(), body=None) | {"lost": "No resource with given identifier found"}
    ]
    async with playing(rig, mini(tmp_path, rows)) as (player, page):
        await page.goto(f"{HOST}/home")
        assert player.finish().bodiless == (
            "#1 GET sellercentral.amazon.com/home: No resource with given identifier found",
        )


async def test_a_cookie_that_the_site_deleted_stays_deleted_and_one_that_lasted_a_day_still_lasts(
    rig: Rig,
    tmp_path: Path,
) -> None:
    page_headers = html()
    gone = ["Set-Cookie", "old=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"]
    lasting = ["Set-Cookie", "day=1; Expires=Tue, 06 Jan 2026 10:00:00 GMT; Path=/"]
    async with playing(
        rig, mini(tmp_path, [exchange(1, "GET", "/home", headers=[*page_headers, gone, lasting], body="x")])
    ) as (player, page):
        await page.goto(f"{HOST}/home")
        assert [cookie["name"] for cookie in await page.context.cookies()] == ["day"]
        player.finish()


async def test_a_request_between_two_recordings_is_a_stray(rig: Rig, tmp_path: Path) -> None:
    async with playing(rig, mini(tmp_path)) as (player, page):
        player.finish()
        with pytest.raises(Error):
            await page.goto(f"{HOST}/home")
        player.load(mini(tmp_path))
        assert player.finish().strays == ()
