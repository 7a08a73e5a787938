"""Opening one visit: a fresh browser context with its page, guard and catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext

from flows.browser.guard import Guard, HostPolicy
from flows.browser.launch import close_bounded, new_page
from flows.browser.options import BrowserOptions
from flows.browser.page_errors import visit_errors
from flows.catalogue.load import Catalogue, load_catalogue
from flows.redaction.redact import Redactor
from flows.visit.visit import Visit


@asynccontextmanager
async def open_visit(
    browser: Browser,
    *,
    options: BrowserOptions,
    storage_state: Mapping[str, Any] | None = None,
    redactor: Redactor | None = None,
    policy: HostPolicy | None = None,
    catalogue: Catalogue | None = None,
) -> AsyncIterator[Visit]:
    """Open a fresh context with its page and guard, the stored session loaded into it.

    Closed afterwards.

    `catalogue`: the shipped one where none is given.

    Raises:
        BrowserLostError: the browser died.
        StepTimeoutError: Playwright gave up on an act that no flow had a better word for.
    """
    guard = Guard(policy=policy or HostPolicy(), rehearsal=options.is_rehearsal)
    context: BrowserContext | None = None
    try:
        with visit_errors(browser):
            context, page = await new_page(browser, options, storage_state)
            await guard.watch(context, page, remote=options.is_elsewhere)
            yield Visit(
                context=context,
                page=page,
                guard=guard,
                catalogue=catalogue or load_catalogue(),
                redactor=redactor or Redactor(),
                rehearsal=options.is_rehearsal,
            )
    finally:
        await guard.close()
        if context is not None:
            await close_bounded(browser, context.close())
