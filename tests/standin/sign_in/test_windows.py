"""No window is opened: what would come in one comes into the page, whoever asked for it, and however."""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions
from flows.visit.open_visit import open_visit
from tests.support.visits.guarded_site import HOST, Site, guarded_site

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[tuple[Site, Browser, BrowserOptions]]:
    async with guarded_site() as made:
        yield made


GO = "document.querySelector('#go').click()"
WINDOWS = {
    "link": ("<a id=go href=/landed target=_blank>x</a>", GO),
    "link to a window with a name": ("<a id=go href=/landed target=help>x</a>", GO),
    "picture's part": ("<map name=m><area id=go href=/landed target=_blank></map>", GO),
    "link in a drawing": ("<svg><a id=go href=/landed target=_blank><text y=20>x</text></a></svg>", "document.querySelector('#go').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, composed: true}))"),
    "link in a shadow root": ("<x-a><template shadowrootmode=open><a id=go href=/landed target=_blank>x</a></template></x-a>", "document.querySelector('x-a').shadowRoot.querySelector('#go').click()"),
    "form": ("<form action=/landed target=_blank><button id=go>x</button></form>", GO),
    "form sent by POST": ("<form method=post action=/landed target=_blank><button id=go>x</button></form>", GO),
    "button's own": ("<form action=/landed><button id=go formtarget=_blank>x</button></form>", GO),
    "input's own": ("<form action=/landed><input type=submit id=go formtarget=new></form>", GO),
    "button outside its form": ("<form id=f action=/landed></form><button id=go form=f formtarget=_blank>x</button>", GO),
    "whole document's, a link": ("<base target=_blank><a id=go href=/landed>x</a>", GO),
    "whole document's, a form": ("<base target=_blank><form action=/landed><button id=go>x</button></form>", GO),
    "form sent by a script": ("<form id=f action=/landed target=_blank></form>", "document.querySelector('#f').submit()"),
    "form asked for by a script": ("<form id=f action=/landed target=_blank></form>", "document.querySelector('#f').requestSubmit()"),
    "given as it is pressed": ("<a id=go href=/landed onclick=\"this.target='_blank'\">x</a>", GO),
}  # fmt: skip


@pytest.mark.sampled(8)
@pytest.mark.parametrize("way", WINDOWS)
async def test_what_would_open_a_window_comes_into_the_page(
    world: tuple[Site, Browser, BrowserOptions], way: str
) -> None:
    site, browser, options = world
    site.pages["/windows"], act = WINDOWS[way]
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/windows")
        await visit.page.evaluate(act)
        await visit.page.wait_for_url("**/landed*", timeout=60_000)
        assert len(visit.context.pages) == 1


async def test_what_goes_to_a_frame_of_the_page_still_does(world: tuple[Site, Browser, BrowserOptions]) -> None:
    site, browser, options = world
    site.pages["/windows"] = "<iframe name=inner></iframe><a id=go href=/landed target=inner>x</a>"
    async with open_visit(browser, options=options) as visit:
        await visit.page.goto(f"{HOST}/windows")
        await visit.page.evaluate(GO)
        await visit.page.frames[-1].wait_for_url("**/landed", timeout=60_000)
        assert visit.page.url == f"{HOST}/windows"
