"""What an act of a person on a page becomes where the browser does not take it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from playwright.async_api import CDPSession, ElementHandle, Frame

from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.errors import BrowserLostError
from flows.takeover.hands import Hands, RefusedInputError
from flows.takeover.person_steps import StepAct, UsedControl
from flows.visit.visit import Visit
from tests.support.sites.failing_page import LATE, LOST, MOVED, REFUSED, FailingPage


async def used(_act: StepAct, _control: UsedControl, _keys: int) -> None:
    """Note nothing."""


class HandsOnAButton(Hands):
    """Finds a button that no press reaches."""

    async def _node(self, node: int) -> ElementHandle:
        button = SimpleNamespace(click=self.visit.page.click, owner_frame=self._no_frame)
        return cast("ElementHandle", button)

    async def _no_frame(self) -> None:
        return None

    async def _list_of(self, handle: ElementHandle) -> None:
        return None

    async def _press(self, handle: ElementHandle, frame: Frame | None) -> None: ...


def on(page: FailingPage, kind: type[Hands]) -> Hands:
    return kind(visit=cast("Visit", SimpleNamespace(page=page)), session=cast("CDPSession", page), used=used)


@pytest.mark.parametrize(
    ("words", "meant"), [(MOVED, RefusedInputError), (REFUSED, RefusedInputError), (LOST, BrowserLostError)]
)
async def test_an_element_that_is_not_found_is_gone_and_a_lost_browser_is_told(
    words: str, meant: type[Exception]
) -> None:
    with pytest.raises(meant):
        await on(FailingPage(words), Hands).use(7)


@pytest.mark.parametrize(
    ("words", "meant"),
    [(LATE, RefusedInputError), (REFUSED, ActRefusedError), (MOVED, PageMovedError), (LOST, BrowserLostError)],
)
async def test_only_a_press_that_came_too_late_is_told_as_covered(words: str, meant: type[Exception]) -> None:
    with pytest.raises(meant) as told:
        await on(FailingPage(words), HandsOnAButton).use(7)
    assert (str(told.value) == "covered") is (words == LATE)
