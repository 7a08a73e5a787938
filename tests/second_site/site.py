"""The second site's server: production host names over TLS on loopback, one script a browser, a history of all it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

from tests.second_site.markup import CDN, CSS, Look, Visit
from tests.second_site.script import STEPS, Person, Step
from tests.support.sites.same_place import end, listen_there, same_identity

HOST = "sellercentral.amazon.com"
PREFIX_SKIPS = ("/-shell", "/ap/accountFixup/skip", "/ap/switch", "/errors/validateCaptcha")


@dataclass
class SecondSite:
    """Serves one script at a time; `begin` starts the next visit with a clean history."""

    port: int = 0
    spki: str = ""
    visit: Visit = field(default_factory=lambda: Visit(steps=[], look=Look(), email=""))
    person: Person = field(default_factory=Person)
    spent: set[str] = field(default_factory=set)

    def begin(self, steps: list[str], *, look: Look | None = None, person: Person | None = None) -> Visit:
        self.person = person or Person()
        self.visit = Visit(steps=list(steps), look=look or Look(), email=self.person.shown or self.person.email)
        return self.visit

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.host.startswith(CDN):
            return web.Response(text=CSS, content_type="text/css")
        if request.path.startswith("/slow/"):
            await asyncio.sleep(3600)
        if request.path.startswith("/-danger/"):
            self.visit.dangers.append(request.path.removeprefix("/-danger/"))
            return web.Response(text="noted")
        if request.path in ("/favicon.ico", "/captcha.jpg", "/aaut/puzzle", "/sorry.png", "/dog.jpg"):
            return web.Response(text="")
        await asyncio.sleep(self.visit.look.latency)
        form = {key: str(value) for key, value in (await request.post()).items()}
        if request.method == "POST" or request.path.startswith(PREFIX_SKIPS):
            return self._take(request, form)
        return self._show(request)

    def _take(self, request: web.Request, form: dict[str, str]) -> web.StreamResponse:
        visit = self.visit
        if visit.step.startswith("waf"):  # a reload after a form sends the form again
            return self._show(request)
        visit.posts.append((request.path, form))
        if request.path.startswith("/ap/register"):
            visit.dangers.append("create")
        visit.error = ""
        done = STEPS[visit.step].submit(visit, form, self.person)
        if done == "next":
            visit.steps = visit.steps[1:]
        elif done != "stay":
            visit.steps = [*done.split(), *visit.steps[1:]]
        direct = visit.look.direct and request.path == STEPS[visit.step].path
        return self._render() if direct or done == "stay" else self._redirect()

    def _show(self, request: web.Request) -> web.StreamResponse:
        visit = self.visit
        if request.cookies.get("aws-waf-token") and visit.step == "waf":
            visit.steps = visit.steps[1:]
        if visit.step in ("otp_sms", "otp_expired") and request.path == "/ap/mfa/new-otp":
            visit.steps = ["picker", *visit.steps[1:]]
        if visit.step == "landing" and request.path == "/ap/signin":
            visit.steps = visit.steps[1:]
        if visit.step == "framed" and "framed" in request.query:
            return web.Response(text=STEPS["combined"].page(visit), content_type="text/html")
        step = STEPS[visit.step]
        hop = int(request.query.get("hop", "0"))
        if request.path != step.path or hop < visit.look.chain:
            return self._redirect(hop=min(hop + 1, visit.look.chain))
        return self._render()

    def _redirect(self, *, hop: int = 0) -> web.StreamResponse:
        step = STEPS[self.visit.step]
        query = step.query.format(host=HOST)
        return web.Response(status=302, headers={"Location": f"{step.path}?{query}&hop={hop or self.visit.look.chain}"})

    def _render(self) -> web.StreamResponse:
        step: Step = STEPS[self.visit.step]
        self.visit.shown.append(self.visit.step)
        self.visit.met.setdefault(self.visit.step, monotonic())
        self.visit.is_begun.set()
        self.visit.arrived = self.visit.step == "home"
        return web.Response(status=step.status, text=step.page(self.visit), content_type="text/html")


@asynccontextmanager
async def second_site() -> AsyncIterator[SecondSite]:
    """Run the site under the production host names, on loopback where the last one was."""
    site = SecondSite()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site.spki = same_identity().pin
    site.port = await listen_there(runner)
    try:
        yield site
    finally:
        await end(runner)
