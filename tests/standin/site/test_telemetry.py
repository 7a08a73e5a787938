"""The site measures its pages, from hosts of each country.

That passes until a visit only reads, is dropped without a word then, and never ends one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Error

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.site.places import PLACES, SELLER_CENTRAL_HOSTS, TELEMETRY_HOSTS, measured_by
from fixtures.stand_in.site.telemetry import BATCH, EVENTS
from fixtures.stand_in.world import StandIn
from flows.browser.hosts import HostPolicy
from flows.marketplaces import MARKETPLACES
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.visit import Visit
from tests.support.sites.flow_rig import QUICK, Rig, rig
from tests.support.sites.site_visitor import Visitor

SHARED = pytest.mark.asyncio(loop_scope="session")
PATIENCE = 60.0  # seconds for what takes a moment
# Named by recorded pages (`ue_furl`), or by an extension that reads it from Seller Central's.
RECORDED = [
    *(f"fls-eu.amazon.{domain}" for domain in ("co.uk", "de", "fr", "it", "es", "nl", "se", "in")),
    *(f"fls-na.amazon.{domain}" for domain in ("com", "ca", "com.mx")),
    "fls-fe.amazon.co.jp",
]


@pytest.mark.parametrize("host", sorted({*TELEMETRY_HOSTS, *RECORDED}))
def test_a_host_of_measurements_is_in_the_catalogue(host: str) -> None:
    policy = HostPolicy()
    assert policy.is_telemetry(host)
    assert host not in policy.navigation | policy.sign_in  # it takes no page and no secret


def test_each_country_s_pages_are_measured_by_two_hosts_of_its_own() -> None:
    assert set(PLACES) == set(MARKETPLACES)
    for host in SELLER_CENTRAL_HOSTS:
        domain = "co.uk" if host == "sellercentral-europe.amazon.com" else host.partition(".amazon.")[2]
        assert {each.partition(".amazon.")[2] for each in measured_by(host)} == {domain}
        assert {*measured_by(host)} <= {*TELEMETRY_HOSTS}


@pytest.mark.parametrize("host", SELLER_CENTRAL_HOSTS)
async def test_every_page_names_the_host_of_its_country_and_what_is_sent_there_is_taken(
    stand_in: StandIn, visitor: Visitor, host: str
) -> None:
    fls, unagi = measured_by(host)
    page = (await visitor.get(f"https://{host}/home")).text
    assert f"ue_furl='{fls}'" in page
    assert f"https://{unagi}{EVENTS}" in page
    assert (await visitor.post(f"https://{fls}{BATCH}", {})).status == 200
    assert [(entry.fields["host"], entry.fields["path"]) for entry in stand_in.realm.journal.of("telemetry")] == [
        (fls, BATCH)
    ]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


def arrived(rehearsal: Rig) -> set[tuple[str, str]]:
    return {
        (entry.fields["host"], entry.fields["path"])
        for entry in rehearsal.stand_in.realm.journal.of("telemetry")
        if entry.fields["method"] == "POST"
    }


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - the log of another thread tells nobody
            await asyncio.sleep(0.05)


async def send(visit: Visit, host: str, path: str) -> bool:
    """Send something by a script of the page; whether it was answered."""
    with suppress(Error):
        ask = "address => fetch(address, {method: 'POST', mode: 'no-cors', body: '1'}).then(() => true)"
        return bool(await visit.page.evaluate(ask, f"https://{host}{path}"))
    return False


@SHARED
@pytest.mark.sampled(2)
@pytest.mark.parametrize("code", ["US", "CA", "BR", "DE", "NL", "IN", "ZA", "JP", "AU"])
async def test_measurements_pass_before_the_account_is_chosen_and_are_dropped_while_a_visit_only_reads(
    rehearsal: Rig, code: str
) -> None:
    helpers = rehearsal.play(one_account(4, seller={"marketplaces": [code], "members": ["a1@users.example"]}))
    fls, unagi = measured_by(rehearsal.host)
    async with rehearsal.visit() as visit:
        lent = {"credentials": helpers.credentials(), "hooks": helpers.hooks(), "bounds": QUICK}
        await ensure_signed_in(visit, host=rehearsal.host, **lent)  # type: ignore[arg-type]  # by name
        await until(lambda: {(fls, BATCH), (unagi, EVENTS)} <= arrived(rehearsal))
        assert await send(visit, fls, "/1/before")
        await visit.guard.read_only(documents=("/home",))
        assert not await send(visit, fls, "/1/reading")
        assert not await send(visit, unagi, "/1/reading")
        await visit.page.goto(f"https://{rehearsal.host}/home")
        await visit.page.wait_for_load_state("load")
        assert not await send(visit, fls, "/1/reading-on")
        visit.guard.check()
        assert visit.guard.blocked == []  # dropped, not told
    assert (fls, "/1/before") in arrived(rehearsal)
    assert not [path for _, path in arrived(rehearsal) if "reading" in path]


@SHARED
async def test_what_goes_to_a_host_that_nobody_listed_is_stopped_and_counted_and_the_sign_in_goes_on(
    rehearsal: Rig,
) -> None:
    helpers = rehearsal.play(one_account(4, seller={"marketplaces": ["JP"], "members": ["a1@users.example"]}))
    async with rehearsal.visit() as visit:
        stranger = "https://fls-fe.amazon.co.jp.strangers.example/1/batch/1/OE/"
        await visit.context.add_init_script(f"navigator.sendBeacon('{stranger}', '1')")
        lent = {"credentials": helpers.credentials(), "hooks": helpers.hooks(), "bounds": QUICK}
        await ensure_signed_in(visit, host=rehearsal.host, **lent)  # type: ignore[arg-type]  # by name
        assert {*visit.guard.blocked} == {f"POST {stranger}"}
        assert len(visit.guard.blocked) >= 3  # one a page: address, password, code
