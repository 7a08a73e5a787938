"""The documents of recordings, opened one after the other: what a replay cannot undercut.

The player answers as in a replay; nothing is recognised, pressed, read or compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Error, async_playwright

from fixtures.player.recording import Exchange, Recording, load_recording
from fixtures.player.server import Player, starting_session
from tests.bench.tools.bare import how_to_launch

_ANY = ("* * cookie.*", "* * form.*", "* * query.*")  # a document is opened by its address, whatever led to it


async def open_all(paths: Sequence[Path], jobs: int) -> int:
    """Open every document of the recordings, so many recordings at once; returns how many were opened."""
    return sum(await asyncio.gather(*(_slot(paths[job::jobs]) for job in range(jobs))))


async def _slot(paths: Sequence[Path]) -> int:
    executable, *switches = how_to_launch()
    async with Player() as player, async_playwright() as playwright:
        switches += [
            f"--host-resolver-rules={player.resolver_rules}",
            f"--ignore-certificate-errors-spki-list={player.spki}",
        ]
        browser = await playwright.chromium.launch(executable_path=executable or None, args=switches)
        try:
            return sum([await _open(load_recording(path), player, browser) for path in paths])
        finally:
            await browser.close()


async def _open(recording: Recording, player: Player, browser: Browser) -> int:
    asked = tuple(_fetched(one) for one in recording.exchanges)
    player.load(replace(recording, exchanges=asked, volatile=(*recording.volatile, *_ANY)))
    session = starting_session(recording, datetime.now(UTC))
    context = await browser.new_context(storage_state=session)  # type: ignore[arg-type]  # what storage_state() gave
    try:
        await player.freeze(context)
        page, opened = await context.new_page(), 0
        for url in _ways_in(asked):
            with suppress(Error):  # an answer that was recorded as broken
                answer = await page.goto(url)
                opened += answer is not None and answer.status != 502
        return opened
    finally:
        await context.close()
        player.finish()


def _fetched(exchange: Exchange) -> Exchange:
    """A document as if it had been asked for by its address alone."""
    return replace(exchange, method="GET", form=None, json=None, text=None) if exchange.is_document else exchange


def _ways_in(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """The address of each document that no redirect led to, in order."""
    is_led = False
    for one in exchanges:
        if one.is_document and one.status is not None:
            if not is_led:
                yield one.url
            is_led = 300 <= one.status < 400
