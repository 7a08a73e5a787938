"""The stand-in's permission pages in a browser without the rest of the stand-in.

One page, every request answered by `respond`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import Browser, Page, Route

from fixtures.stand_in.permissions.pages import PageOptions, PageRequest, respond
from fixtures.stand_in.seller.rights import SellerRights

HOST = "sellercentral.amazon.com"


@dataclass
class GridRig:
    """One page in front of one seller's permission pages.

    `sent` is every request that was made.
    """

    page: Page
    seller: SellerRights
    viewer: str
    options: PageOptions
    sent: list[str] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        """Answer one request as the stand-in would."""
        request, parts = route.request, urlsplit(route.request.url)
        self.sent.append(f"{request.method} {parts.path}")
        asked = PageRequest(
            method=request.method,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            body=request.post_data_buffer or b"",
            host=HOST,
        )
        answer = respond(asked, self.seller, self.viewer, self.options)
        if answer is None:
            await route.fulfill(status=404, body="")
            return
        headers = dict(answer.headers)
        if 300 <= answer.status < 400:  # a fulfilled redirect would leave for the network
            await route.fulfill(
                status=200,
                content_type="text/html",
                body=f"<script>location.replace({json.dumps(headers['Location'])})</script>",
            )
            return
        await route.fulfill(status=answer.status, headers=dict(answer.headers), body=answer.body)


@asynccontextmanager
async def grid_rig(
    browser: Browser, seller: SellerRights, *, viewer: str, options: PageOptions
) -> AsyncIterator[GridRig]:
    """Open a fresh context in front of a seller's permission pages."""
    context = await browser.new_context(locale="en-US")
    try:
        page = await context.new_page()
        rig = GridRig(page=page, seller=seller, viewer=viewer, options=options)
        await context.route("**/*", rig.answer)
        yield rig
    finally:
        await context.close()
