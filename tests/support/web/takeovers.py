"""A worker's visits and a served console in one process, and a person in a browser of their own."""

from __future__ import annotations

import asyncio
import os
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from agent.clock import Clock
from agent.domain.policy.load import load_policy
from agent.domain.takeover import TakeoverState
from agent.observe.redaction import Redaction
from agent.settings.groups.operation import WebSettings
from agent.settings.groups.visits import TakeoverSettings
from agent.settings.model import Settings
from agent.store.console.people import Role
from agent.store.database.engine import reading
from agent.store.people import takeovers
from agent.store.people.takeovers import Takeover
from agent.takeover.parts import Places, TakeoverParts
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from agent.worker.loops.takeovers import Takeovers
from tests.support.visits.rehearsal import Rehearsal
from tests.support.web.console import address
from tests.support.web.web_server import WebServer, serving

Pools = tuple[BrowserPool, ...]
_NUMBER = "Number(document.getElementById('view').dataset.number || 0)"
_LOOKS = """looks => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => !looks });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@dataclass(slots=True, kw_only=True)
class TakeoverRig:
    """Worker, console and a person's browser."""

    rehearsal: Rehearsal
    context: WorkerContext
    web: WebServer
    people: Browser

    @asynccontextmanager
    async def person(self, *, name: str = "dora", role: Role = Role.DRIVER, width: int = 1280) -> AsyncIterator[Page]:
        """Somebody signed in at the console."""
        context = await self.people.new_context(viewport={"width": width, "height": 1500})
        try:
            page = await context.new_page()
            page.set_default_timeout(10_000)
            await page.goto(address(self.web, name=name, role=role))
            yield page
        finally:
            await context.close()

    def takeover(self, account: str = "A1") -> Takeover | None:
        """The account's newest."""
        with reading(self.rehearsal.engine) as conn:
            return takeovers.newest_of(conn, account)

    async def reaches(self, *states: TakeoverState, account: str = "A1") -> Takeover:
        """Wait until the take-over stands so."""
        found: Takeover = await eventually(
            lambda: (now := self.takeover(account)) and now.state in states and now, what=f"{states}"
        )
        return found

    async def claim(self, page: Page, account: str = "A1") -> None:
        """Claim the page that is offered, and wait until it can be driven."""
        await page.goto(f"{self.web.url}/takeover/{account}")
        await page.get_by_label("Reason").fill("to help")
        await page.get_by_role("button", name="Claim the page").click()
        await expect(page.locator("#wheel")).to_have_text("You have the page.")

    def lease(self, seconds: float) -> None:
        """Let leases live for so many seconds only."""
        work = self.context.settings.work.model_copy(update={"lease": seconds})
        self.context = replace(self.context, settings=self.context.settings.model_copy(update={"work": work}))

    def shorten(self, *, hold: float) -> None:
        """Keep pages for so many seconds only."""
        settings = self.context.settings
        settings = settings.model_copy(update={"takeover": settings.takeover.model_copy(update={"hold": hold})})
        assert self.context.takeovers is not None
        self.context = replace(
            self.context, settings=settings, takeovers=replace(self.context.takeovers, settings=settings)
        )

    def passwords(self) -> int:
        """How often the site was sent a password."""
        return len(self.rehearsal.stand_in.realm.journal.of("password."))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Takeovers]:
        """The worker's loop of visits that drivers ask for."""
        loop = Takeovers(context=self.context)
        task = asyncio.create_task(loop.run())
        try:
            yield loop
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def press(self, page: Page, css: str) -> None:
        """Click, through the console, where an element of the held page is drawn."""
        pool = self.context.picture_pool
        assert pool is not None
        async with pool.browser() as browser:
            box = await browser.contexts[0].pages[0].locator(css).bounding_box()
        canvas = await page.locator("#view").bounding_box()
        assert box is not None
        assert canvas is not None
        scale = canvas["width"] / int(await page.locator("#view").evaluate("canvas => canvas.width"))
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.click(canvas["x"] + x * scale, canvas["y"] + y * scale)


async def scroll_and_look_away(stage: TakeoverRig, page: Page) -> None:
    """Turn the wheel over the page, and let the window be hidden for a while: it is sent nothing then."""
    assert stage.context.picture_pool is not None
    async with stage.context.picture_pool.browser() as browser:
        held = browser.contexts[0].pages[0]
    await held.evaluate("document.body.style.paddingBottom = '3000px'")
    await page.locator("#view").hover()
    await page.mouse.wheel(0, 300)
    await held.wait_for_function("scrollY > 0")
    await held.evaluate("scrollTo(0, 0)")
    await page.evaluate(_LOOKS, False)
    before = await page.evaluate(_NUMBER)
    for colour in ("#eee", "#ddd", "#ccc", "#bbb", "#aaa") * 4:
        await held.evaluate(
            "c => new Promise(done => { document.body.style.background = c; requestAnimationFrame(done); })", colour
        )
    await page.evaluate(_LOOKS, True)
    await page.wait_for_function(f"before => {_NUMBER} > before", arg=before)
    assert await page.evaluate(_NUMBER) <= before + 4  # one on its way, and those after it looked again


async def compose(page: Page, text: str) -> None:
    """Type as with an input method: only what is chosen at last counts."""
    session = await page.context.new_cdp_session(page)
    for part in ("q", "qw"):
        told = {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        await session.send("Input.imeSetComposition", told)
    await session.send("Input.insertText", {"text": text})
    await session.detach()


async def eventually(look: Callable[[], Any], *, within: float = 75, what: str = "it") -> Any:
    """Look until there is something, off the loop.

    A visit that types a code may have to wait half a minute for one that is fresh.
    """
    try:
        async with asyncio.timeout(within):
            while not (found := await asyncio.to_thread(look)):
                await Clock().sleep(0.03)
    except TimeoutError as err:
        raise AssertionError(f"waited {within:.0f} s for {what}") from err
    return found


@asynccontextmanager
async def takeover_rig(
    rehearsal: Rehearsal, people: Browser, *, pools: Pools | None = None, **takeover: Any
) -> AsyncIterator[TakeoverRig]:
    """Serve the console and make a worker's context; its browsers start with the first visit.

    Pools that are given outlive it, without a page of its visits.
    """
    key = SecretStr(urlsafe_b64encode(os.urandom(32)).decode())
    settings: Settings = rehearsal.settings.model_copy(
        update={"web": WebSettings(address="127.0.0.1:0", key=key), "takeover": TakeoverSettings(**takeover)}
    )
    async with serving(rehearsal.engine, settings, rehearsal.vault) as web:
        settings = settings.model_copy(update={"web": WebSettings(address="127.0.0.1:0", key=key, public_url=web.url)})
        clock, lent = Clock(), pools or pools_of(settings)
        parts = TakeoverParts(
            settings=settings,
            engine=rehearsal.engine,
            worker="w1",
            clock=clock,
            places=Places(limit=settings.takeover.places),
            vault=rehearsal.vault,
        )
        context = WorkerContext(
            settings=settings,
            engine=rehearsal.engine,
            vault=rehearsal.vault,
            pool=lent[0],
            picture_pool=lent[1],
            policy=load_policy(),
            redaction=Redaction(),
            worker="w1",
            clock=clock,
            takeovers=parts,
        )
        try:
            yield TakeoverRig(rehearsal=rehearsal, context=context, web=web, people=people)
        finally:
            for pool in lent:
                await (pool.close() if pools is None else _leave(pool))


def pools_of(settings: Settings) -> Pools:
    """A worker's browsers: one without pictures, one with."""
    options = browser_options(settings)
    return tuple(BrowserPool(options=replace(options, pictures=shown), replace_after=50) for shown in (False, True))


async def _leave(pool: BrowserPool) -> None:
    async with pool.browser() as browser:
        for context in browser.contexts:
            await context.close()
