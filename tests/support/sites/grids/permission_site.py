"""The permission pages alone on a loopback port, and a reader of them that shares nothing with any other reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Page

from fixtures.stand_in.permissions.pages import PageAnswer, PageOptions, PageRequest, respond
from fixtures.stand_in.seller.rights import SellerRights

READER = (Path(__file__).parents[2] / "permission_reader.js").read_text(encoding="utf-8")


@dataclass(slots=True, kw_only=True)
class PermissionSite:
    """One seller's pages as one viewer sees them.

    `options` and `viewer` may be changed while it runs.
    """

    seller: SellerRights
    viewer: str
    options: PageOptions
    address: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, target: str, body: bytes = b"") -> PageAnswer:
        self.asked.append(f"{method} {target}")
        parts = urlsplit(target)
        request = PageRequest(method=method, path=parts.path, query=dict(parse_qsl(parts.query)), body=body)
        return respond(request, self.seller, self.viewer, self.options) or PageAnswer(status=404, body=b"not ours")


@contextmanager
def serve(site: PermissionSite) -> Iterator[PermissionSite]:
    """Serve the pages on a free loopback port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            answer = site.answer(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_HEAD = _handle

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the terminal quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def read_everything(page: Page) -> dict[str, Any]:
    """Open every section of every marketplace, scroll to every end, and read all rows of the page that is open."""
    await page.wait_for_function(
        "!document.querySelector('#root') || !document.querySelector('#root').hasAttribute('aria-busy')"
    )
    result: dict[str, Any] = await page.evaluate(READER)
    return result
