"""What a request of the browser and its answer carry, as text."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from playwright.async_api import Request

from flows.browser.whose_secret import Sending


def body_of(request: dict[str, Any]) -> str | None:
    """What a request carries, as text; None where the browser does not tell all of it."""
    if any("method-override" in name.lower() for name in request.get("headers", {})):
        return None  # it asks to be taken for another method
    entries = request.get("postDataEntries")
    if entries and (len(entries) != 1 or not entries[0].get("bytes")):
        return None  # in parts, or a file
    try:
        return b64decode(entries[0]["bytes"]).decode("utf-8") if entries else request.get("postData")
    except ValueError:
        return None


def carried_by(request: dict[str, Any]) -> str:
    """All that a request carries, whatever it asks to be taken for.

    Bytes that are no text are one letter each.
    """
    entries = request.get("postDataEntries") or []
    raw = b"".join(b64decode(entry["bytes"]) for entry in entries if entry.get("bytes"))
    return raw.decode("utf-8", "surrogateescape") if raw else str(request.get("postData") or "")


def sending_of(paused: dict[str, Any]) -> Sending:
    """A request that the browser holds back until it is judged."""
    sender = f"{paused.get('resourceType')} of {paused.get('frameId')}"
    return Sending(paused["request"]["url"], carried_by(paused["request"]), sender)


def text_of(request: Request) -> str | None:
    """As `body_of`, of a request that passes through us."""
    try:
        return None if any("method-override" in name for name in request.headers) else request.post_data
    except UnicodeDecodeError:
        return None


def text_in(answer: dict[str, Any]) -> str:
    """The page of an answer, as the browser's tools tell it."""
    told = str(answer["body"])
    return b64decode(told).decode("utf-8", "replace") if answer.get("base64Encoded") else told
