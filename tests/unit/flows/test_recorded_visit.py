"""A visit that is taken over to be recorded or replayed: what it hears, and when it looks."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.browser.page_errors import PageMovedError
from flows.catalogue.elements import find_on
from flows.catalogue.load import load_catalogue
from flows.catalogue.recognise import Recognition
from flows.recording.shape import shape
from flows.recording.visit import RecordedVisit
from flows.visit.visit import Visit
from tests.support.sites.failing_page import MOVED, error_of

HALF, WHOLE = "<p></p>", "<p></p><form id='a'></form>"


class DrawnPage:
    """A page that is drawn further each time a change of it is waited for."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.listeners, self.compared = list(texts), list[str](), 0

    def on(self, event: str, _: Callable[[Any], None]) -> None:
        self.listeners.append(event)

    def is_closed(self) -> bool:
        return False

    async def content(self) -> str:
        self.compared += 1
        return self.texts[0]

    async def wait_for_load_state(self, _: str, **within: float) -> None:
        assert within["timeout"] > 0

    async def change(self, *_: Any) -> None:
        del self.texts[0]


def visit_on(page: Any) -> Visit:
    nothing = cast("Any", SimpleNamespace())
    return Visit(
        context=nothing, page=page, guard=nothing, catalogue=load_catalogue(), redactor=nothing, rehearsal=True
    )


def recorded_visit(page: DrawnPage, look: Any, monkeypatch: pytest.MonkeyPatch) -> RecordedVisit:
    """A visit that is compared with one recording, on a new document that is looked at so."""
    monkeypatch.setattr(Visit, "recognise", look)
    monkeypatch.setattr("flows.recording.visit.ask", page.change)
    visit = RecordedVisit.over(visit_on(cast("Any", page)), like=frozenset({shape(WHOLE)}))
    visit.switcher.document += 1
    return visit


async def test_a_visit_that_is_taken_over_listens_to_its_page_once() -> None:
    page = DrawnPage(WHOLE)
    visit = visit_on(page)
    before = list(page.listeners)
    taken = RecordedVisit.over(visit, aside=True)
    assert page.listeners == before != []
    assert taken.requests is visit.requests
    assert taken.switcher is visit.switcher


async def test_a_replay_looks_at_a_new_document_when_it_looks_as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    page, looks = DrawnPage(HALF, HALF, WHOLE), list[str]()

    async def look(_: Visit) -> Recognition:
        looks.append(page.texts[0])
        return Recognition(screen="email", document=str(visit.switcher.document))

    visit = recorded_visit(page, look, monkeypatch)
    await visit.recognise()
    assert (looks, page.compared) == ([WHOLE], 3)
    await visit.recognise()  # the same document: it is looked at, and not compared again
    assert (looks, page.compared) == ([WHOLE, WHOLE], 3)
    page.texts = [HALF, WHOLE]
    visit.switcher.document += 1
    await visit.recognise()
    assert (looks[2:], page.compared) == ([WHOLE], 5)
    assert [one.html for one in visit.snapshots] == [WHOLE, WHOLE]


async def test_a_document_that_is_led_on_while_it_is_looked_at_is_compared_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, looks = DrawnPage(WHOLE), list[str]()

    async def look(_: Visit) -> Recognition:
        looks.append(page.texts[0])
        if len(looks) == 1:
            visit.switcher.document += 1
            page.texts = [HALF, WHOLE]
        return Recognition(screen="email", document=str(visit.switcher.document))

    visit = recorded_visit(page, look, monkeypatch)
    await visit.recognise()
    assert looks == [WHOLE, WHOLE]


async def test_a_page_that_goes_away_while_an_element_is_looked_for_has_moved() -> None:
    async def gone() -> Any:
        raise error_of(MOVED)

    async def found(*_: Any) -> Any:
        return SimpleNamespace(get_properties=gone)

    page = SimpleNamespace(evaluate_handle=found, is_closed=lambda: False)
    with pytest.raises(PageMovedError):
        await find_on(cast("Any", page), load_catalogue(), "email", "email")
