"""Recording, scrubbing, replaying, and the leak gate over what was recorded.

The whole way, on a live site and in a real browser.
"""

from __future__ import annotations

import base64
import filecmp
import json
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from fixtures.leak_gate.gate import scan
from fixtures.leak_gate.known import KnownValues
from fixtures.player.recording import Recording, load_recording
from fixtures.player.server import Player
from flows.browser.launch import BrowserOptions, open_browser
from flows.recording.recorder import Recorder, recording_visit
from flows.recording.scrubbing.mail_text import scrub_mail
from flows.recording.scrubbing.scrub import Scrub
from flows.recording.scrubbing.volatile import find_volatile
from flows.redaction.redact import Redactor
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.live_site import AT, EMAIL, MERCHANT, PASSWORD, LiveSite, live_site
from tests.support.sites.same_place import SamePlayer

HOST = "https://sellercentral.amazon.com"


pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site() -> AsyncIterator[LiveSite]:
    async with live_site() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def reaching(site: LiveSite) -> AsyncIterator[Browser]:
    """One browser that reaches the site."""
    async with open_browser(site.options) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def recorded(site: LiveSite, reaching: Browser, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """One visit, recorded."""
    return await record(site, reaching, tmp_path_factory.mktemp("recorded") / "mini/one", code="123456")


async def sign_in(visit: Visit, *, email: str, password: str, code: str) -> dict[str, Any]:
    """What a flow would do: recognise, act, recognise again."""
    page = visit.page
    await page.goto(f"{HOST}/home")
    await visit.recognise()
    await page.fill("#ap_email", email)
    await page.fill("#ap_password", password)
    await page.fill("[name=otpCode]", code)
    await page.click("#signInSubmit")
    await page.get_by_text("visits").wait_for()
    await visit.recognise()
    return {"greeting": await page.text_content("h1"), "count": await page.text_content("#count")}


async def visit_live(site: LiveSite, browser: Browser, *, code: str) -> tuple[Recorder, dict[str, Any]]:
    async with open_visit(browser, options=site.options) as visit, recording_visit(visit, now=lambda: AT) as recorder:
        outcome = await sign_in(recorder.visit, email=EMAIL, password=PASSWORD, code=code)
    return recorder, outcome


async def record(site: LiveSite, browser: Browser, directory: Path, *, code: str) -> Recording:
    recorder, outcome = await visit_live(site, browser, code=code)
    inputs = {"email": EMAIL, "password": PASSWORD}
    await recorder.save(directory, flow="mini", inputs=inputs, outcome=outcome, mail=f"To: {EMAIL}\n\nHello".encode())
    return load_recording(directory)


async def replay(
    recorded: Recording, player: Player, browser: Browser, options: BrowserOptions, *, code: str
) -> dict[str, Any]:
    player.load(recorded)
    async with open_visit(browser, options=options) as visit:
        await player.freeze(visit.context)
        inputs = recorded.about["inputs"]
        outcome = await sign_in(visit, email=inputs["email"], password=inputs["password"], code=code)
    report = player.finish()
    assert [str(miss) for miss in report.misses] == []
    assert report.unused == ()
    return outcome


@pytest.mark.slow
async def test_a_scrubbed_recording_replays_without_the_site_and_with_another_code_the_same_every_time(
    recorded: Recording,
) -> None:
    async with SamePlayer() as player:
        options = BrowserOptions(host_resolver_rules=player.resolver_rules, trusted_spki=(player.spki,))
        async with KEPT.lend(options) as browser:
            for turn in range(10):
                assert await replay(recorded, player, browser, options, code=f"{turn:06}") == recorded.about["expected"]


async def test_nothing_that_was_secret_stands_in_the_recording(site: LiveSite, recorded: Recording) -> None:
    known = KnownValues((EMAIL, PASSWORD, MERCHANT, "123456", *site.sessions))
    assert [str(find) for find in scan([recorded.path], known=known)[0]] == []


async def test_a_recording_is_a_directory_of_private_readable_files(recorded: Recording) -> None:
    files = [file for file in recorded.path.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {file.name for file in files} >= {"recording.json", "exchanges.json", "session.json", "mail.eml"}
    about = json.loads((recorded.path / "recording.json").read_text())
    assert about["pages"][0]["screen"] == "combined"
    assert about["recorded_at"] == "2026-01-05T10:00:00Z"
    exchanges = json.loads((recorded.path / "exchanges.json").read_text())
    hops = [(row["request"]["url"].split("?")[0].removeprefix(HOST), row["response"]["status"]) for row in exchanges]
    assert hops[:3] == [("/home", 302), ("/hop", 302), ("/ap/signin", 200)]
    assert all(any(name == "Set-Cookie" for name, _ in exchanges[hop]["response"]["headers"]) for hop in (0, 1))


async def test_recording_twice_finds_what_is_typed_and_what_scripts_make_but_not_what_the_site_told(
    site: LiveSite, reaching: Browser
) -> None:
    (first, _), (second, _) = [await visit_live(site, reaching, code=code) for code in ("234567", "654321")]
    found = find_volatile(first.exchanges, second.exchanges)
    assert found == ("POST /ap/signin form.metadata1", "POST /ap/signin form.otpCode")


@pytest.mark.slow
async def test_the_same_visit_of_the_same_site_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        async with live_site(seed=7) as site, open_browser(site.options) as browser:
            await record(site, browser, tmp_path / name, code="123456")
    compared = filecmp.dircmp(tmp_path / "one", tmp_path / "two")
    assert (compared.left_only, compared.right_only, compared.diff_files) == ([], [], [])
    assert {name: sub.diff_files for name, sub in compared.subdirs.items()} == {"bodies": [], "pages": []}


async def test_a_directory_that_holds_something_is_not_written_over(
    site: LiveSite, reaching: Browser, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something already"):
        await record(site, reaching, tmp_path, code="345678")


@pytest.mark.parametrize("place", ["request", "response"])
async def test_any_altered_exchange_of_a_recording_is_noticed(recorded: Recording, tmp_path: Path, place: str) -> None:
    path = Path(shutil.copytree(recorded.path, tmp_path / "mini/one"))
    rows = json.loads((path / "exchanges.json").read_text())
    posted = next(row for row in rows if row["request"]["method"] == "POST")
    if place == "request":
        posted["request"]["form"][3][1] = "altered@users.example"
    else:
        posted["response"]["headers"] = [pair for pair in posted["response"]["headers"] if pair[0] != "Set-Cookie"]
    (path / "exchanges.json").write_text(json.dumps(rows))
    async with SamePlayer() as player:
        options = BrowserOptions(host_resolver_rules=player.resolver_rules, trusted_spki=(player.spki,))
        async with KEPT.lend(options) as browser, open_visit(browser, options=options) as visit:
            player.load(load_recording(path))
            inputs = recorded.about["inputs"]
            visit.page.set_default_timeout(3000)
            await visit.page.goto(f"{HOST}/home")
            await visit.page.fill("#ap_email", inputs["email"])
            await visit.page.fill("#ap_password", inputs["password"])
            await visit.page.fill("[name=otpCode]", "777777")
            async with visit.page.expect_navigation():
                await visit.page.click("#signInSubmit")
            misses = [str(miss) for miss in player.finish().misses]
    expected = "form.email" if place == "request" else "cookie.session-token"
    assert any(expected in miss for miss in misses), misses


async def test_a_mail_is_scrubbed_of_addresses_and_ids_that_only_it_knows_but_not_of_who_sent_it() -> None:
    told = "Ask owner@real-shop.co of A9Z8Y7X6W5V4U about 6b1f9a52-2c3d-4e5f-8a9b-0c1d2e3f4a5b."
    mail = "\n".join(
        ["From: <no-reply@amazon.com>", "To: jane@real-shop.co", "Content-Transfer-Encoding: base64", "", ""]
    ).encode()
    mail += base64.b64encode(told.encode())
    shown = scrub_mail(mail, Scrub.of([], {}, {}, Redactor(), mail=mail).redact).decode()
    assert [word for word in ("real-shop", "A9Z8Y7X6W5V4U", "6b1f9a52") if word in shown] == []
    assert "no-reply@amazon.com" in shown
    assert "Ask user" in shown
