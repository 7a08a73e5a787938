"""One exchange as it passes: what was asked, what came back, which bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_to_bytes

from playwright.async_api import Error, Request, Response

from flows.recording.scrubbing.body_text import LOSSLESS, text_of, told_bytes

_BODILESS = frozenset({204, 301, 302, 303, 304, 307, 308})
_GIVEN_UP = "ERR_ABORTED"


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
    failure: str = ""  # why no answer came, if the browser said so
    received_at: datetime | None = None  # by our clock

    def site_skew(self, sent: datetime) -> timedelta:
        """How far the site's clock, as its Date header told it, is ahead of ours."""
        return sent - self.received_at if self.received_at else timedelta()

    @property
    def address(self) -> str:
        """The URL without what only the page sees."""
        return self.url.split("#")[0]

    @property
    def has_body(self) -> bool:
        """Whether its answer may have one."""
        return self.status is not None and self.status not in _BODILESS and self.method != "HEAD"

    @property
    def received_content_type(self) -> str:
        """The answer's Content-Type, with its charset."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @property
    def received_type(self) -> str:
        """The media type of the answer."""
        return self.received_content_type.split(";")[0].strip().lower()


def asked_for(request: Request) -> Captured:
    """Begin with what the request's event told; asks the browser nothing."""
    return Captured(
        kind=request.resource_type,
        method=request.method,
        url=request.url,
        cookies={},
        sent=request.post_data_buffer or b"",
    )


def tell_failure(captured: Captured, request: Request) -> None:
    """Say why no answer came.

    One that the browser itself gave up, to go somewhere else, was still being waited for.
    """
    reason = request.failure or ""
    if captured.status is None and reason and _GIVEN_UP not in reason:
        captured.failure = reason


def answered(captured: Captured, response: Response) -> None:
    """Go on with what the answer's event told; asks the browser nothing."""
    captured.status = response.status
    captured.headers = tuple(response.headers.items())


async def read_body(captured: Captured, response: Response) -> None:
    """Read an answer's body.

    One that does not come, or that the browser has already dropped, is noted, not guessed.
    """
    captured.lost = "it was still being loaded when the visit ended"
    try:
        captured.body = await response.body()
    except Error as err:
        captured.lost = _first_line(err)
    else:
        captured.lost = ""


async def read_headers(captured: Captured, request: Request, response: Response | None) -> None:
    """Read the headers as they went over the wire, cookies included.

    What the events knew stays if the page is gone.
    """
    _take_sent(captured, request.headers)
    try:
        _take_sent(captured, await request.all_headers())
        if response is not None:
            captured.headers = tuple((one["name"], one["value"]) for one in await response.headers_array())
    except Error as err:
        captured.lost = captured.lost or _first_line(err)


def _take_sent(captured: Captured, headers: Mapping[str, str]) -> None:
    captured.cookies = _cookies(headers.get("cookie", ""))
    captured.content_type = headers.get("content-type", "")


def sent_body(captured: Captured) -> dict[str, Any]:
    """The request body the way a reviewer wants to read it.

    Form fields, JSON or text; bytes as length and type.
    """
    if not captured.sent:
        return {}
    if "x-www-form-urlencoded" in captured.content_type:
        return {"form": form_fields(captured.sent)}
    read = text_of(captured.sent, captured.content_type)
    if read is None:
        return {"omitted": told_bytes(captured.sent, captured.content_type)}
    try:
        value = json.loads(read.text)
    except ValueError:
        return {"text": read.text}
    return {"json": value} if isinstance(value, dict | list) else {"text": read.text}


def form_fields(sent: bytes) -> list[list[str]]:
    """Read an urlencoded body in UTF-8, and what is not UTF-8 losslessly.

    A page sends its fields in its own charset.
    """
    pairs = (part.partition(b"=") for part in sent.replace(b"+", b" ").split(b"&") if part)
    return [[_field(name), _field(value)] for name, _, value in pairs]


def _field(raw: bytes) -> str:
    plain = unquote_to_bytes(raw)
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain.decode(LOSSLESS)


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in header.split("; ") if "=" in part)
    return {name.strip(): value for name, value in pairs}


def _first_line(error: Error) -> str:
    return error.message.splitlines()[0][:200] if error.message else type(error).__name__
