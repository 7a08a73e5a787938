"""A small site shaped like a sign-in, written down as a recording, and a browser pointed at the player."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from fixtures.player.server import Player
from flows.browser.launch import find_executable
from tests.support.sites.kept_browsers import KEPT

HOST = "https://sellercentral.amazon.com"
RECORDED_AT = "2026-01-05T10:00:00Z"
SIGN_IN = """<!DOCTYPE html><title>Amazon Sign-In</title><script src="/static/app.js"></script>
<form method="post" action="/ap/signin"><input type="hidden" name="csrf" value="example-csrf">
<input name="email"><input type="password" name="password"><input name="otpCode"><input type="hidden" name="metadata1" id="m">
<button id="go">Sign in</button></form><script>document.getElementById("m").value = String(Math.random())</script>"""  # noqa: E501 - a text in lines of its own
HOME = """<!DOCTYPE html><title>Home</title><script src="/static/app.js"></script><h1>Welcome</h1><p id="when"></p><p id="count"></p>
<script>document.getElementById("when").textContent = new Date().toISOString();
fetch("/api/count").then(r => r.json()).then(v => { document.getElementById("count").textContent = v.count })</script>"""  # noqa: E501 - a text in lines of its own


def exchange(number: int, method: str, path: str, **more: Any) -> dict[str, Any]:
    """One row of exchanges.json."""
    request = {"method": method, "url": HOST + path, "cookies": more.pop("cookies", {})}
    request |= {key: more.pop(key) for key in ("form", "json", "text") if key in more}
    kind = more.pop("kind", "document")
    return {
        "number": number,
        "kind": kind,
        "request": request,
        "response": {"status": 200, "headers": [], "body": None, **more},
    }


def html() -> list[list[str]]:
    """Headers of a page."""
    return [["Content-Type", "text/html; charset=utf-8"], ["Cache-Control", "no-store"]]


def to(path: str, cookie: str) -> list[list[str]]:
    """Headers of a hop."""
    return [["Location", path], ["Set-Cookie", cookie]]


def sign_in_rows() -> list[dict[str, Any]]:
    """Two hops with a cookie each, a submitted form, and the same address answering differently afterwards."""
    typed = [["email", "acme@users.example"], ["password", "example-pw"], ["otpCode", "000001"]]
    form = [["csrf", "example-csrf"], *typed, ["metadata1", "0.1"]]
    before = {"hop0": "example-a", "hop1": "example-b"}
    after = before | {"session": "example-session"}
    hop0 = to("/hop", "hop0=example-a; Expires=Tue, 06 Jan 2026 10:00:00 GMT; Path=/")
    hop1 = to("/ap/signin", "hop1=example-b; Path=/")
    home = to("/home", "session=example-session; Path=/; Secure; HttpOnly")
    return [
        exchange(1, "GET", "/home", status=302, headers=hop0),
        exchange(2, "GET", "/hop", status=302, headers=hop1, cookies={"hop0": "example-a"}),
        exchange(3, "GET", "/ap/signin", body=SIGN_IN, headers=html(), cookies=before),
        exchange(
            4,
            "GET",
            "/static/app.js",
            body="window.loaded = 1",
            headers=[["Content-Type", "text/javascript"]],
            kind="script",
        ),
        exchange(5, "POST", "/ap/signin", form=form, status=302, headers=home, cookies=before),
        exchange(6, "GET", "/home", body=HOME, headers=html(), cookies=after),
        exchange(
            7, "GET", "/api/count", body='{"count": 7}', headers=[["Content-Type", "application/json"]], kind="fetch"
        ),
        exchange(8, "GET", "/users", body="<title>First</title>", headers=html(), cookies=after),
        exchange(9, "GET", "/users", body="<title>Second</title>", headers=html(), cookies=after),
    ]


def write(directory: Path, rows: list[dict[str, Any]], **about: Any) -> Path:
    """Write rows whose bodies are text as a recording."""
    (directory / "bodies").mkdir(parents=True, exist_ok=True)
    rows = json.loads(json.dumps(rows))
    for row in rows:
        if row["response"] and (text := row["response"]["body"]) is not None:
            name = hashlib.sha256(text.encode()).hexdigest()[:20] + ".txt"
            (directory / "bodies" / name).write_bytes(text.encode())
            row["response"]["body"] = name
    (directory / "exchanges.json").write_text(json.dumps(rows))
    base = {"schema": 1, "flow": "mini", "recorded_at": RECORDED_AT, "inputs": {}, "expected": {}, "volatile": []}
    (directory / "recording.json").write_text(json.dumps(base | about))
    return directory


@asynccontextmanager
async def browser_on(player: Player) -> AsyncIterator[Browser]:
    """A browser for which the player is the whole internet."""
    arguments = [
        "--no-sandbox",
        f"--host-resolver-rules={player.resolver_rules}",
        f"--ignore-certificate-errors-spki-list={player.spki}",
    ]
    async with KEPT.drive() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_executable(), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
