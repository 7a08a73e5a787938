"""The site that shows each visit its own lying page, over TLS on loopback, under the production host names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from tests.support.lies.page import LyingPage
from tests.support.sites.same_place import end, listen_there, same_identity

HOST = "sellercentral.amazon.com"
_HOSTS = (HOST, "m.media-amazon.com", "images-na.ssl-images-amazon.com")
_HOME = (
    '<!doctype html><title>Seller Central</title><div id="partner-navigation"><a id="sc-nav-brand" href="/home">'
    'seller central</a><a href="/sign-out">Sign out</a></div><h1>Welcome</h1>'
)
_OLD = "/gp/account-manager"
_COOKIE = "lie"  # says which of the open pages a visit is shown


@dataclass(slots=True)
class LyingSite:
    """Answers each visit with the page that its cookie names.

    `files` are folders below a path that stand beside every page.
    """

    port: int = 0
    pin: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)
    pages: dict[str, LyingPage] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def showing(self, page: LyingPage) -> Iterator[dict[str, Any]]:
        """Show a page to the visit that is opened with the storage state that is yielded."""
        number = str(next(self.numbers))
        self.pages[number] = page
        shared = {"name": _COOKIE, "value": number, "path": "/", "expires": -1}
        safe = {"httpOnly": True, "secure": True, "sameSite": "None"}
        try:
            yield {"cookies": [{**shared, **safe, "domain": host} for host in _HOSTS], "origins": []}
        finally:
            del self.pages[number]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The page at its own path, its resources after their delay, the home page, and nothing else."""
        page = self._page_for(request)
        if page is None or request.path in ("/", "/home"):
            return web.Response(text=_HOME, content_type="text/html")
        if request.path == page.path:
            return _whole(page.html, "text/html")
        if resource := page.resources.get(request.path):
            await asyncio.sleep(resource.seconds)
            return _whole(resource.body, resource.type)
        if request.path.startswith(_OLD):  # the old address of the new page leads on to it
            return web.Response(status=302, headers={"Location": quote(page.path)})
        return self._file(request.path) or web.Response(status=404)

    def _page_for(self, request: web.Request) -> LyingPage | None:
        """The visit's page; what is asked for without a cookie belongs to one that has it among its resources."""
        if _COOKIE in request.cookies:
            return self.pages.get(request.cookies[_COOKIE])
        return next((page for page in self.pages.values() if request.path in page.resources), None)

    def _file(self, path: str) -> web.StreamResponse | None:
        for prefix, folder in self.files.items():
            file = (folder / path.removeprefix(prefix)).resolve()
            if path.startswith(prefix) and file.is_relative_to(folder.resolve()) and file.is_file():
                return web.FileResponse(file)
        return None


@asynccontextmanager
async def lying_site(files: Mapping[str, Path] | None = None) -> AsyncIterator[LyingSite]:
    """Serve until the block ends."""
    site = LyingSite(files=files or {})
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site.pin = same_identity().pin
        site.port = await listen_there(runner)
        yield site
    finally:
        await end(runner)


def _whole(text: str, kind: str) -> web.Response:
    """Without a cache, so that a late answer is late for every page."""
    return web.Response(text=text, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-store"})
