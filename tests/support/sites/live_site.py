"""A live site for the recorder.

Sign-in shaped, with tokens drawn anew, one-time codes that work once, and real secrets.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs

from fixtures.player.wire import WireRequest, read_request, write_response
from fixtures.stand_in.site.certificate import make_identity
from flows.browser.launch import BrowserOptions

AT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
EMAIL = "jane.doe@real-shop.co"
PASSWORD = "Correct horse/battery+1"
MERCHANT = "A3B7C9D1E5F2G"
SIGN_IN = """<!DOCTYPE html><title>Amazon Sign-In</title><script src="/static/app.js"></script>
<form name="signIn" method="post" action="/ap/signin"><input type="hidden" name="appAction" value="SIGNIN">
<input type="hidden" name="csrfToken" value="{csrf}"><input type="hidden" name="metadata1" id="m">
<input id="ap_email" name="email"><input id="ap_password" type="password" name="password"><input name="otpCode">
<input type="submit" id="signInSubmit"></form>
<script>document.getElementById("m").value = "m" + Math.random()</script>"""
HOME = """<!DOCTYPE html><title>Home</title><script src="/static/app.js"></script>
<h1>Welcome {email}</h1><p>{merchant}</p><p id="count"></p><script>
fetch("/api/count").then(r => r.json()).then(v => {{ document.getElementById("count").textContent = "visits " + v.count }})
</script>"""  # noqa: E501 - a text in lines of its own


@dataclass(slots=True)
class LiveSite:
    """Its state, and what it was sent."""

    seed: int = 1
    port: int = 0
    spki: str = ""
    sessions: set[str] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)
    _random: random.Random = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    @property
    def options(self) -> BrowserOptions:
        """How to open a browser on it."""
        return BrowserOptions(host_resolver_rules=f"MAP * 127.0.0.1:{self.port}", trusted_spki=(self.spki,))

    def answer(self, request: WireRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        """Play the site."""
        path = request.target.split("?")[0]
        signed_in = request.cookies.get("session-token") in self.sessions
        match request.method, path:
            case "GET", "/home" if signed_in:
                return page(HOME.format(email=EMAIL, merchant=MERCHANT))
            case "GET", "/home":
                return hop("/hop", f"session-id={self.drawn()}; Path=/; Secure")
            case "GET", "/hop":
                return hop("/ap/signin?ssoResponse=" + self.drawn(), f"ubid-main={self.drawn()}; Path=/; Max-Age=86400")
            case "GET", "/ap/signin":
                return page(SIGN_IN.format(csrf=self.drawn()))
            case "POST", "/ap/signin":
                return self._sign_in(request)
            case "GET", "/api/count":
                self._count += 1
                return 200, [("Content-Type", "application/json")], json.dumps({"count": self._count}).encode()
            case "GET", "/static/app.js":
                return (
                    200,
                    [("Content-Type", "text/javascript"), ("Cache-Control", "max-age=86400")],
                    b"window.loaded = 1",
                )
        return 404, [], b""

    def drawn(self) -> str:
        """A value nobody could have made up."""
        return "".join(self._random.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=32))

    def _sign_in(self, request: WireRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form["password"] != PASSWORD or form["otpCode"] in self.spent:
            return page(SIGN_IN.format(csrf=self.drawn()) + "<p>There was a problem</p>")
        self.spent.add(form["otpCode"])
        token = self.drawn()
        self.sessions.add(token)
        return hop("/home", f"session-token={token}; Path=/; Secure; HttpOnly")


def page(html: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Answer with a page."""
    return 200, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")], html.encode()


def hop(location: str, cookie: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Answer with a redirect that sets a cookie."""
    return 302, [("Location", location), ("Set-Cookie", cookie)], b""


@asynccontextmanager
async def live_site(seed: int = 1) -> AsyncIterator[LiveSite]:
    """Serve the site on loopback."""
    site, certificate = LiveSite(seed), make_identity(["localhost"])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_request(reader)) is not None:
            status, headers, body = site.answer(request)
            dated = [*headers, ("Date", format_datetime(AT, usegmt=True))]
            write_response(writer, status=status, headers=dated, body=body, head_only=False)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate.context)
    site.port, site.spki = server.sockets[0].getsockname()[1], certificate.pin
    try:
        yield site
    finally:
        server.close()
