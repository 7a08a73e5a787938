"""A site whose pages are data: rows of them under any production host name, and what it was sent."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.same_place import end, listen_there, same_identity

EMAIL, PASSWORD, SEED = "owner@users.example", "Right-Horse & 100%", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_OURS = {"$email": re.escape(EMAIL), "$password": re.escape(PASSWORD), "$code": r"\d{6}"}
_DATA = Path(__file__).parents[2] / "data"
_SHEET = '<link rel="stylesheet" href="https://m.media-amazon.com/images/I/01.css">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: the form that leads on (`needs`), or the links that do (`ways`)."""

    path: str
    body: str
    lang: str
    title: str = ""
    direction: str = "ltr"
    status: int = 200
    needs: Mapping[str, str] = field(default_factory=dict)
    ways: tuple[str, ...] = ()

    def html(self) -> str:
        head = f'<head><meta charset="utf-8"><title>{self.title}</title>{_SHEET}</head>'
        return f'<!doctype html><html lang="{self.lang}" dir="{self.direction}">{head}<body>{self.body}</body></html>'

    def takes(self, form: Mapping[str, str]) -> bool:
        return bool(self.needs) and all(
            re.fullmatch(_OURS.get(wanted, wanted), form.get(name, "").strip(), re.IGNORECASE)
            for name, wanted in self.needs.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Pages in a row, and how a visit must end on them."""

    market: str
    outcome: str
    pages: tuple[Page, ...]
    screen: str = ""
    passwords: int = 1
    pressed: int = 0


def rows_of(kind: str) -> dict[str, Row]:
    """Load the rows of a kind: `sign_in` or `invitation`."""
    told = tomllib.loads((_DATA / "third_site_pages.toml").read_text("utf-8"))["pages"]
    pages = {name: Page(**{**page, "ways": tuple(page.get("ways", ()))}) for name, page in told.items()}
    rows = tomllib.loads((_DATA / "third_site_rows.toml").read_text("utf-8"))[kind]
    return {name: Row(**{**row, "pages": tuple(pages[one] for one in row["pages"])}) for name, row in rows.items()}


@dataclass(slots=True)
class ThirdSite:
    """Serves one row of pages at a time."""

    port: int = 0
    spki: str = ""
    pages: tuple[Page, ...] = ()
    at: int = 0
    posts: list[dict[str, str]] = field(default_factory=list)
    dangers: list[str] = field(default_factory=list)

    def begin(self, row: Row) -> None:
        self.pages, self.at, self.posts, self.dangers = row.pages, 0, [], []

    def count(self, value: str) -> int:
        """How many forms held this value, in whatever field."""
        return sum(value in form.values() for form in self.posts)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.host.startswith("m.media-amazon"):
            return web.Response(text=".aok-hidden,.hide{display:none}", content_type="text/css")
        if request.path == "/favicon.ico":
            return web.Response(text="")
        if request.path.startswith("/-danger"):
            self.dangers.append(request.path)
        here = self.pages[self.at]
        if request.method == "POST":
            form = {name: str(value) for name, value in (await request.post()).items()}
            self.posts.append(form)
            self.at += here.takes(form)
        elif {request.path_qs, request.path} & {*here.ways}:
            self.at += 1
        elif request.path == here.path.partition("?")[0]:
            return web.Response(text=here.html(), status=here.status, content_type="text/html")
        return web.Response(status=302, headers={"Location": self.pages[self.at].path})


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdRig:
    """One browser and one site for many visits."""

    site: ThirdSite
    browser: Browser
    options: BrowserOptions


@asynccontextmanager
async def third_rig() -> AsyncIterator[ThirdRig]:
    """Start the site and a browser that reaches it under the production host names."""
    site, app = ThirdSite(), web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site.spki = same_identity().pin
    site.port = await listen_there(runner)
    told: dict[str, Any] = {"host_resolver_rules": f"MAP * 127.0.0.1:{site.port}", "trusted_spki": (site.spki,)}
    try:
        async with KEPT.lend(options := BrowserOptions(**told)) as browser:
            yield ThirdRig(site=site, browser=browser, options=options)
    finally:
        await end(runner)
