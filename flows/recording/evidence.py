"""Keeping what a page looked like, without what must not be kept."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import FloatRect, Page

from flows.browser.page_errors import PageMovedError, page_errors
from flows.browser.scripts import ask
from flows.catalogue.load import load_catalogue
from flows.catalogue.recognise import nearest
from flows.errors import FlowError, UnknownScreenError
from flows.recording.scrubbing.found_secrets import is_drawn
from flows.redaction.redact import Redactor
from flows.redaction.seeds import seed_forms, seeds_in
from flows.visit.visit import Visit

_PATIENCE = 8.0  # seconds for everything that asks the page; it may hang
_ADDRESS = re.compile(r"[\w.+%-]{1,256}@[\w-]+(?:\.[\w-]+)+")
_LARGEST = 5_000_000  # characters of a page that are kept


async def capture(
    page: Page,
    directory: Path,
    name: str,
    redactor: Redactor,
    *,
    visit: Visit | None = None,
    error: BaseException | None = None,
) -> list[Path]:
    """Save a masked screenshot, the scrubbed page and the visit's story.

    Never raises for a page that is gone.

    Files are `<name>.png`, `<name>.html`, `<name>.json`, mode 0600; those that could be written are returned. Whatever
    is typed, hidden fields, scripts, attributes that reading needs not, values in addresses and every e-mail address
    are left out, registered or not; the values of the browser's cookies wherever they stand.
    """
    await _register_cookies(page, redactor)
    told = _story(page, redactor, visit, error) | {"status": await _status(page)}
    if isinstance(error, UnknownScreenError):
        told["nearest"] = await _nearest(page)
    story = json.dumps(told, indent=1, ensure_ascii=False)
    kept = [write_private(directory / f"{name}.json", redactor.redact(story).encode())]
    with suppress(PageMovedError, FlowError, TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            kept.append(write_private(directory / f"{name}.html", (await _html(page, redactor)).encode()))
            kept.append(write_private(directory / f"{name}.png", await masked_screenshot(page, redactor)))
    return kept


async def scrubbed_html(page: Page, redactor: Redactor) -> str:
    """Return the page as `capture` keeps it."""
    await _register_cookies(page, redactor)
    return await _html(page, redactor)


async def _register_cookies(page: Page, redactor: Redactor) -> None:
    """Have the values of the browser's cookies replaced.

    If it does not tell them, it does not tell its page either.
    """
    with suppress(PageMovedError, FlowError, TimeoutError), page_errors(page):
        async with asyncio.timeout(_PATIENCE / 4):
            values = [str(cookie.get("value", "")).strip('"') for cookie in await page.context.cookies()]
            redactor.register_all(value for value in values if is_drawn(value))


async def _status(page: Page) -> int:
    """Return the HTTP status of the document, 0 when the page cannot say."""
    with suppress(PageMovedError, FlowError, TimeoutError), page_errors(page):
        async with asyncio.timeout(_PATIENCE / 4):
            return int(await page.evaluate("performance.getEntriesByType('navigation')[0]?.responseStatus || 0"))
    return 0


async def _nearest(page: Page) -> list[str]:
    """Say which claims of the catalogue come nearest to the page, and what each lacks."""
    with suppress(PageMovedError, FlowError, TimeoutError):
        async with asyncio.timeout(_PATIENCE / 4):
            return list(await nearest(page, load_catalogue()))
    return []


async def _html(page: Page, redactor: Redactor) -> str:
    return scrubbed_words(await ask(page, "snapshot", None), redactor)[:_LARGEST]


def scrubbed_words(text: str, redactor: Redactor) -> str:
    """Replace what is registered, what is printed as a seed, and every e-mail address."""
    redactor.register_all(form for seed in seeds_in(text) for form in seed_forms(seed))
    return _ADDRESS.sub("address@redacted.example", redactor.redact(text))


async def masked_screenshot(
    page: Page,
    redactor: Redactor,
    *,
    boxes: Sequence[tuple[int, int, int, int]] = (),
    also: str | None = None,
    part: tuple[int, int, int, int] | None = None,
) -> bytes:
    """Take the picture (PNG) of the whole page under covers.

    They are drawn over inputs, names and addresses.

    `boxes` (left, top, width, height in pixels of the page) are covered, too, and whatever the selector `also` finds.
    `part`: only this box of the page. No picture without covers.
    """
    masks = [*load_catalogue().shared.masks, *([also] if also else [])]
    await ask(page, "cover", {"masks": masks, "values": redactor.names(), "off": False, "boxes": list(boxes)})
    try:
        clip: FloatRect | None = None if part is None else _rect(part)
        with page_errors(page):
            return await page.screenshot(
                full_page=True, clip=clip, timeout=_PATIENCE * 1000, animations="disabled", caret="hide"
            )
    finally:
        with suppress(FlowError, PageMovedError):
            await ask(page, "cover", {"masks": masks, "values": [], "off": True})


def _rect(box: tuple[int, int, int, int]) -> FloatRect:
    return {"x": box[0], "y": box[1], "width": box[2], "height": box[3]}


def _story(page: Page, redactor: Redactor, visit: Visit | None, error: BaseException | None) -> dict[str, Any]:
    told: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "url": page.url.partition("?")[0]}
    if error is not None:
        told["error"] = {
            "kind": type(error).__name__,
            "code": getattr(error, "code", None),
            "message": redactor.redact(str(error)),
        }
    if visit is not None:
        told["steps"] = [asdict(step) | {"at": step.at.isoformat()} for step in visit.story]
        told["drift"] = [f"{step.screen}.{step.element} by candidate {step.candidate + 1}" for step in visit.drift]
        told["blocked"] = list(visit.guard.blocked)
    return told


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    partial.replace(path)
    return path
