"""A TLS server under the production names that serves what a test puts there, and a browser that reaches no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.same_place import end, listen_there, same_identity

HOST = "https://sellercentral.amazon.com"
EVIL = "https://evil.example"


@dataclass(slots=True)
class Site:
    """Serves what a test puts there, and remembers what was asked."""

    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # of a path
    asked: list[str] = field(default_factory=list)
    port: int = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.host}{request.path}")
        if request.path in self.redirects:
            raise web.HTTPFound(self.redirects[request.path])
        if request.path == "/away":
            raise web.HTTPFound(f"{EVIL}/landed")
        if request.path == "/leads-out":
            raise web.HTTPFound("/sign-out")
        headers = {"Content-Type": "text/html", **self.headers.get(request.path, {})}
        return web.Response(text=self.pages.get(request.path, "<p>nothing</p>"), headers=headers)

    def evil(self) -> list[str]:
        return [line for line in self.asked if "evil.example" in line]


@asynccontextmanager
async def guarded_site() -> AsyncIterator[tuple[Site, Browser, BrowserOptions]]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.answer))
    await runner.setup()
    pin = same_identity().pin
    site.port = await listen_there(runner)
    rules = f"MAP evil.example 127.0.0.1:{site.port}, MAP * 127.0.0.1:{site.port}"
    options = BrowserOptions(host_resolver_rules=rules, trusted_spki=(pin,), user_agent_suffix="ChannelAdvisor-Test/1")
    async with KEPT.lend(options) as browser:
        yield site, browser, options
    await end(runner)
