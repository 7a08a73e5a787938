"""A page of an insights visit that goes away while it is read: its values are named as not read, or the visit fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.errors import BrowserLostError
from flows.insights.arrive import MOVED_ON, InsightPages, Opened
from flows.insights.read import InsightsReading, _read
from flows.insights.sighting import Absence
from flows.visit.visit import Visit
from tests.support.sites.failing_page import LATE, LOST, MEANT, MOVED, REFUSED, failing_page

READ_ON_THE_PAGE = ("health", "tiles")


class OpenedPages:
    """Every page of the list came, and no answer was heard on it."""

    listener = SimpleNamespace(take=lambda *, page_date: [])

    async def open(self, page: dict[str, Any]) -> Opened:
        return Opened(about=str(page["about"]))


async def read(words: str) -> InsightsReading:
    visit = cast("Visit", SimpleNamespace(page=failing_page(words), guard=SimpleNamespace(blocked=[])))
    return await _read(visit, cast("InsightPages", OpenedPages()), "A1")


@pytest.mark.parametrize("words", [MOVED, REFUSED, LATE], ids=["moved", "refused", "late"])
async def test_a_page_that_goes_away_while_it_is_read_is_named_as_not_read(words: str) -> None:
    assert MEANT[words] in (PageMovedError, ActRefusedError)
    reading = await read(words)
    assert reading.values == {}
    pages = [reading.page(about) for about in READ_ON_THE_PAGE]
    assert [(page.absence, page.detail) for page in pages] == [(Absence.NOT_READ, MOVED_ON)] * 2


async def test_a_lost_page_ends_the_visit() -> None:
    with pytest.raises(BrowserLostError):
        await read(LOST)
