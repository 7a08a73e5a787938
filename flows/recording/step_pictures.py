"""Pictures of a visit's steps, drawn after it from its scrubbed recording.

No step waits for its picture.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route

from flows.browser.page_errors import PageMovedError, unless_gone
from flows.browser.scripts import ask
from flows.catalogue.load import load_catalogue
from flows.errors import FlowError
from flows.recording.visit import RecordedVisit, Snapshot
from flows.redaction.redact import Redactor

_MOST = 24  # pictures of one visit; the last ones, where it ended, are kept
_PICTURE_MS = 2_000  # for one picture
_SIZE = (1280, 800)  # CSS pixels: the first screenful of a page
_QUALITY = 60  # of a JPEG
_SEALED = {  # a kept page runs nothing of its own and asks no host
    "Content-Security-Policy": "default-src 'none'; style-src https: 'unsafe-inline'",
    "Content-Type": "text/html; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page of the recording.

    The step that first saw it (from 1), its address and its scrubbed text.
    """

    step: int
    screen: str
    url: str
    body: str


async def draw_steps(visit: RecordedVisit, recording: Path, directory: Path, *, within: float) -> list[Path]:
    """Save a picture of each page that a visit met.

    `step-<number>-<screen>.jpg`, mode 0600; returns their paths.

    The number is that of the first step of the story that saw the page. Drawn of the recording's pages, which are
    scrubbed, with names and fields covered as on every picture. A page that cannot be drawn has none; a browser that is
    gone, or takes longer than `within` seconds, draws no more.
    """
    browser, drawn = visit.context.browser, list[Path]()
    if browser is None:
        return drawn
    with unless_gone(), suppress(TimeoutError):
        async with asyncio.timeout(within), _shown(browser, _styles(recording)) as show:
            for kept in _kept(visit, recording)[-_MOST:]:
                with unless_gone(), suppress(FlowError, PageMovedError):
                    picture = await _picture(await show(kept), visit.redactor)
                    drawn.append(_write(directory / f"step-{kept.step:03}-{kept.screen}.jpg", picture))
    return drawn


def _kept(visit: RecordedVisit, recording: Path) -> list[_Kept]:
    """The recording's pages that have text, in the snapshots' order."""
    told = json.loads((recording / "recording.json").read_text(encoding="utf-8"))["pages"]
    return [
        _Kept(step=_first_step(visit, snapshot), screen=snapshot.screen, url=str(page["url"]), body=body)
        for snapshot, page in zip(visit.snapshots, told, strict=True)
        if (body := (recording / "pages" / page["file"]).read_text(encoding="utf-8"))
    ]


def _first_step(visit: RecordedVisit, snapshot: Snapshot) -> int:
    """The number of the first step that saw the page.

    What was pressed before it came is told after it was recognised.
    """
    later = enumerate(visit.story[snapshot.step :], snapshot.step + 1)
    seen = (number for number, step in later if step.act != "pressed" and step.screen == snapshot.screen)
    return next(seen, snapshot.step + 1)


def _styles(recording: Path) -> Mapping[str, Path]:
    """The recorded style sheets by their addresses without query."""
    rows = json.loads((recording / "exchanges.json").read_text(encoding="utf-8"))
    return {
        _bare(row["request"]["url"]): recording / "bodies" / row["response"]["body"]
        for row in rows
        if row["kind"] == "stylesheet" and (row["response"] or {}).get("body")
    }


@asynccontextmanager
async def _shown(browser: Browser, styles: Mapping[str, Path]) -> AsyncIterator[_Shows]:
    """A context without a network that shows one kept page after the other."""
    context = await browser.new_context(locale="en-US", viewport={"width": _SIZE[0], "height": _SIZE[1]})
    try:
        shows = _Shows(context, styles)
        await context.route("**/*", shows.answer)
        yield shows
    finally:
        await context.close()


class _Shows:
    """Answers navigations with the page to be shown.

    Style sheets come from the recording, everything else gets no answer.
    """

    def __init__(self, context: BrowserContext, styles: Mapping[str, Path]) -> None:
        self._context, self._styles, self._body = context, styles, ""

    async def __call__(self, kept: _Kept) -> Page:
        """Show it in a page of its own."""
        for page in self._context.pages:
            await page.close()
        page = await self._context.new_page()
        self._body = kept.body
        await page.goto(kept.url, wait_until="load", timeout=_PICTURE_MS)
        return page

    async def answer(self, route: Route) -> None:
        """Answer one request."""
        request = route.request
        if request.is_navigation_request() and request.frame.parent_frame is None:
            await route.fulfill(status=200, body=self._body, headers=_SEALED)
        elif (style := self._styles.get(_bare(request.url))) is not None and style.is_file():
            await route.fulfill(status=200, path=style, content_type="text/css")
        else:
            await route.abort()


async def _picture(page: Page, redactor: Redactor) -> bytes:
    covers = {"masks": list(load_catalogue().shared.masks), "values": redactor.names(), "off": False}
    await ask(page, "cover", covers)
    return await page.screenshot(
        type="jpeg", quality=_QUALITY, timeout=_PICTURE_MS, animations="disabled", caret="hide"
    )


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _write(path: Path, content: bytes) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return path
