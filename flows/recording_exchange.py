"""One exchange as it passes: what was asked, what came back, which bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from playwright.async_api import Error, Request, Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True, kw_only=True)
class Captured:
    """A request and, once it is there, its answer. `lost` says why a body is missing."""

    kind: str
    method: str
    url: str
    cookies: Mapping[str, str]
    content_type: str = ""
    sent: bytes = b""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    lost: str = ""
    received_at: datetime | None = None  # by our clock

    def site_skew(self, sent: datetime) -> timedelta:
        """How far the site's clock, as its Date header told it, is ahead of ours."""
        return sent - self.received_at if self.received_at else timedelta()

    @property
    def received_type(self) -> str:
        """The media type of the answer."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "").split(";")[0].strip().lower()


async def capture_request(request: Request) -> Captured:
    """Read what was sent, the cookies as they went over the wire included."""
    captured = Captured(
        kind=request.resource_type, method=request.method, url=request.url, cookies={}, sent=request.post_data_buffer or b""
    )
    try:
        headers = await request.all_headers()
    except Error as err:  # the page went away before the browser told; what the request event knew is kept
        headers = request.headers
        captured.lost = _first_line(err)
    captured.cookies = _cookies(headers.get("cookie", ""))
    captured.content_type = headers.get("content-type", "")
    return captured


async def capture_response(captured: Captured, response: Response) -> None:
    """Read what came back; a body the browser has already dropped is noted, not guessed."""
    captured.status = response.status
    try:
        captured.headers = tuple((one["name"], one["value"]) for one in await response.headers_array())
    except Error as err:
        captured.headers = tuple(response.headers.items())
        captured.lost = _first_line(err)
    if response.status in _REDIRECTS or response.status in (204, 304) or captured.method == "HEAD":
        return
    try:
        captured.body = await response.body()
    except Error as err:
        captured.lost = _first_line(err)


def sent_body(captured: Captured) -> dict[str, Any]:
    """The request body the way a reviewer wants to read it: form fields, JSON or text."""
    if not captured.sent:
        return {}
    text = captured.sent.decode("utf-8", "replace")
    if "x-www-form-urlencoded" in captured.content_type:
        return {"form": [[name, value] for name, value in parse_qsl(text, keep_blank_values=True)]}
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    return {"json": value} if isinstance(value, dict | list) else {"text": text}


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in header.split("; ") if "=" in part)
    return {name.strip(): value for name, value in pairs}


def _first_line(error: Error) -> str:
    return error.message.splitlines()[0][:200] if error.message else type(error).__name__
