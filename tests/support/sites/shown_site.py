"""A site that shows the pages a test puts there under the production names, and remembers all it was asked and sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web
from playwright.async_api import Browser
from pydantic import SecretStr

from flows.browser.launch import BrowserOptions
from flows.errors import FlowError
from flows.models import Bounds, Credentials
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.open_visit import open_visit
from tests.support.sites.flow_rig import Helpers
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.same_place import end, listen_there, same_identity

EMAIL, PASSWORD = "a1@users.example", "a-password-of-no-account"
HOME = (
    '<html><head><meta name="anti-csrftoken-a2z" content="t"></head><body><h1>Home</h1><p>signed in</p></body></html>'
)
INSIDE = "/inside"
BOUNDS = Bounds(step=timedelta(seconds=4), visit=timedelta(seconds=30), challenge=timedelta(seconds=2))
NAMES = (
    "*.amazon.com",
    "*.amazon.de",
    "*.amazon.co.jp",
    "m.media-amazon.com",
    "*.ssl-images-amazon.com",
    "evil.example",
)


@dataclass(frozen=True, slots=True)
class Seed:
    """No one-time code is asked for on these pages."""

    secret: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """Whose sign-in it is."""

    email: str = EMAIL
    password: str = PASSWORD

    def seed(self) -> Seed:
        return Seed()


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was not a GET."""

    host: str
    path: str
    form: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class ShownSite:
    """Pages by path, `*` for every other.

    A POST answers with the page of `POST path`, or signs in.
    """

    pages: dict[str, str] = field(default_factory=dict)
    types: dict[str, tuple[int, str]] = field(default_factory=dict)  # status and type of a path, beside 200 and HTML
    redirects: dict[str, str] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)  # seconds that a path's answer is held back
    first: list[tuple[int, str]] = field(default_factory=list)  # status and page of the first answers to forms
    cut: set[str] = field(default_factory=set)  # paths whose connection ends without an answer
    asked: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def begin(self, pages: dict[str, str]) -> None:
        self.pages, self.types, self.redirects, self.late, self.cut = dict(pages), {}, {}, {}, set()
        self.first = []
        self.asked.clear()
        self.sent.clear()

    @property
    def passwords(self) -> list[dict[str, str]]:
        """Every form that held the password."""
        return [dict(one.form) for one in self.sent if PASSWORD in dict(one.form).values()]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.host}{request.path}")
        path = request.path
        if request.method == "POST":
            body = await request.post() if "form" in request.content_type else {}
            self.sent.append(Sent(request.host, path, tuple((name, str(value)) for name, value in body.items())))
            if self.first:
                status, text = self.first.pop(0)
                return web.Response(status=status, text=text, content_type="text/html")
            return self._answer_to_form(f"POST {path}")
        if path in self.cut and request.transport is not None:
            request.transport.close()
        await asyncio.sleep(self.late.get(path, 0))
        if path in self.redirects:
            raise web.HTTPFound(self.redirects[path])
        if path == INSIDE and path not in self.pages:
            return web.Response(text=HOME, content_type="text/html")
        status, kind = self.types.get(path, (200, "text/html"))
        return web.Response(status=status, text=self.pages.get(path, self.pages.get("*", HOME)), content_type=kind)

    def _answer_to_form(self, asked: str) -> web.StreamResponse:
        if asked in self.redirects:
            raise web.HTTPTemporaryRedirect(self.redirects[asked])  # with the form, once more
        if asked not in self.pages:
            raise web.HTTPFound(INSIDE)
        status, kind = self.types.get(asked, (200, "text/html"))
        return web.Response(status=status, text=self.pages[asked], content_type=kind)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one sign-in ended, what its guard stopped, and what became of what was typed."""

    outcome: str
    error: FlowError | None
    blocked: tuple[str, ...]
    screens: tuple[str, ...]
    typed: tuple[str, ...]


@dataclass(slots=True)
class ShownRig:
    """The site and a browser that reaches it."""

    site: ShownSite
    browser: Browser
    options: BrowserOptions

    async def sign_in(self, pages: dict[str, str], *, host: str = "sellercentral.amazon.com") -> Ended:
        """Sign in at a host while it shows these pages."""
        self.site.begin(pages)
        return await self.go_on(host=host)

    async def go_on(self, *, host: str = "sellercentral.amazon.com") -> Ended:
        """As `sign_in`, with the pages that are there."""
        lent, error = Helpers(user=User()), None
        async with open_visit(self.browser, options=self.options) as visit:
            credentials = Credentials(user_email=EMAIL, password=SecretStr(PASSWORD))
            try:
                await ensure_signed_in(visit, host=host, credentials=credentials, hooks=lent.hooks(), bounds=BOUNDS)
            except FlowError as err:
                error = err
            screens = tuple(step.screen for step in visit.story)
            return Ended(
                error.code if error else "arrived", error, tuple(visit.guard.blocked), screens, tuple(lent.outcomes)
            )


@asynccontextmanager
async def shown_rig(*, pictures: bool = False) -> AsyncIterator[ShownRig]:
    """Start the site on loopback and a browser for which every name leads there.

    `pictures`: a browser that can show them when a person looks.
    """
    site = ShownSite()
    runner = web.ServerRunner(web.Server(site.answer, access_log=None), shutdown_timeout=0.2)
    await runner.setup()
    pin = same_identity().pin
    port = await listen_there(runner)
    rules = f"MAP evil.example 127.0.0.1:{port}, MAP * 127.0.0.1:{port}"
    options = BrowserOptions(host_resolver_rules=rules, trusted_spki=(pin,), pictures=pictures)
    async with KEPT.lend(options) as browser:
        yield ShownRig(site, browser, options)
    await end(runner)
