"""A page that is lost, moves on or refuses an act means the same wherever permissions are read from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.async_api import Browser

from flows.browser.page_errors import ActRefusedError, PageMovedError, visit_errors
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.errors import BrowserLostError, FlowError, SiteRefusedError, StepTimeoutError
from flows.insights.health_page import read_health_page
from flows.insights.listen import Listener
from flows.insights.tiles import read_tiles_page
from flows.models import Bounds, Grid, PermissionRow
from flows.permissions.capture import capture_rows
from flows.permissions.explain.explain import explain_grid
from flows.permissions.explain.explained import Wanted
from flows.permissions.lists import list_levels
from flows.permissions.page_reader import PageReader
from flows.permissions.reach import PermissionPages, wall_of
from flows.permissions.reader import read_grid
from flows.permissions.scan import each_window, read_early, scan
from flows.permissions.scopes import each_scope, show_scope
from flows.permissions.second_look import look_again
from flows.permissions.snapshot.accessibility import read_aria
from flows.permissions.snapshot.late import awaited
from flows.permissions.snapshot.sealed import closed_roots
from flows.permissions.unfold import open_each, unfold
from flows.permissions.user_list import (
    links_called,
    links_to_other_half,
    links_to_rights,
    names_subject,
    ways_in_row,
)
from flows.redaction.redact import Redactor
from flows.visit.go import go
from flows.visit.navigate import Navigator
from flows.visit.requests import OpenRequests
from flows.visit.visit import Visit
from tests.support.sites.failing_page import LATE, LOST, MEANT, MOVED, REFUSED, FailingPage, failing_page

USER = "a1@users.example"
SEEN = Recognition(screen="permissions", session=SessionRule.SIGNED_IN)
BOUNDS = Bounds(step=timedelta(seconds=1), second_look=timedelta(milliseconds=1))
GRID = Grid(layout="own_view", rows=(), editable=False, own=True, complete=True)
NAMES = {LOST: "lost", MOVED: "moved", REFUSED: "refused", LATE: "late"}


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def all_of(steps: AsyncIterator[Any]) -> list[Any]:
    return [step async for step in steps]


async def look_again_at(page: PageReader) -> Grid:
    requests = OpenRequests(failing_page(LOST))
    return await look_again(page, GRID, read=lambda: read_grid(page, own=True), requests=requests, bounds=BOUNDS)


PLACES: dict[str, Callable[[PageReader], Awaitable[Any]]] = {
    "the names of the links in the user's row": lambda page: ways_in_row(page, USER),
    "the links to the user's rights": lambda page: links_to_rights(page, USER),
    "a link of the user's row by its name": lambda page: links_called(page, USER, "Edit"),
    "the links to the other half": lambda page: links_to_other_half(page, USER),
    "whether a table names the user": lambda page: names_subject(page, USER),
    "the words of a wall": lambda page: wall_of(page, SEEN),
    "the moment of the page": lambda page: page.moment(),
    "the rest of the page": lambda page: page.rest(),
    "what can be handled": read_early,
    "a look": lambda page: page.look(),
    "the look of a picture": lambda page: page.look_explained(),
    "a page that settles": lambda page: page.settle(within=BOUNDS.step, ready=lambda _: True),
    "one scope": lambda page: scan(page, scope="regional", within=BOUNDS.step),
    "every scope": lambda page: all_of(each_scope(page, default="regional", followed=set())),
    "a scope again": lambda page: show_scope(page, "regional"),
    "sections": unfold,
    "sections one by one": lambda page: all_of(open_each(page)),
    "windows": lambda page: all_of(each_window(page)),
    "lists that come when they are pressed": list_levels,
    "the accessibility tree": read_aria,
    "the accessibility tree of drawn controls": lambda page: read_aria(page, drawn=True),
    "what the page waits for": lambda page: awaited(page, is_measured=lambda _: False),
    "a grid": lambda page: read_grid(page, own=True),
    "the second look": look_again_at,
    "the page of account health": lambda page: read_health_page(page),
    "the tile of the home page": lambda page: read_tiles_page(page, marketplace_id="A1", heard=[]),
}


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
@pytest.mark.parametrize("place", PLACES)
async def test_what_the_browser_says_means_the_same_wherever_a_page_is_read(place: str, words: str) -> None:
    with pytest.raises(MEANT[words]) as raised:
        await PLACES[place](PageReader(failing_page(words)))
    assert type(raised.value) is MEANT[words]


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_handle_that_cannot_be_pressed_is_told_and_a_page_that_is_gone_is_no_such_handle(words: str) -> None:
    page, handle = PageReader(failing_page(words)), cast("Any", FailingPage(words))
    if MEANT[words] is ActRefusedError:
        assert not await page.press(handle)
        assert not await page.choose(handle, "Germany")
        return
    with pytest.raises(MEANT[words]):
        await page.press(handle)
    with pytest.raises(MEANT[words]):
        await page.choose(handle, "Germany")


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_document_that_cannot_be_searched_for_closed_parts_is_a_gap(words: str) -> None:
    page = PageReader(failing_page(words))
    if MEANT[words] is ActRefusedError:
        assert [gap.kind.value for gap in await closed_roots(page)] == ["frame"]
        return
    with pytest.raises(MEANT[words]):
        await closed_roots(page)


class Unstirred(PageReader):
    """A page that waits as it is asked, and cannot be told that somebody is there."""

    async def resize(self, width: int, height: int) -> None:
        """Its window is as wide as is wanted."""

    async def ask(self, what: str, **_: Any) -> Any:
        """It waits."""


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_page_that_cannot_be_told_of_a_person_is_not_whole(words: str) -> None:
    async def read() -> Grid:
        return GRID

    async def look() -> Grid:
        page, requests = Unstirred(failing_page(words)), OpenRequests(failing_page(LOST))
        return await look_again(page, GRID, read=read, requests=requests, bounds=BOUNDS)

    if MEANT[words] is ActRefusedError:
        grid = await look()
        assert (grid.complete, len(grid.named_gaps)) == (False, 1)
        return
    with pytest.raises(MEANT[words]):
        await look()


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_picture_that_cannot_be_taken_costs_the_audit_nothing(words: str, tmp_path: Path) -> None:
    page = PageReader(failing_page(words))
    row = PermissionRow(scope="regional", section="Orders", permission="Manage Orders")
    assert await capture_rows(page, {row: tmp_path / "row.png"}) == frozenset()
    wanted = Wanted(grid=GRID, gaps=(), names=frozenset(), steps=(), step_of_row="")
    made = await explain_grid(page, wanted, directory=tmp_path, redactor=Redactor(), within=5)
    assert made.why_not
    assert files_in(tmp_path) == []


def visit_of(words: str) -> Visit:
    guard = SimpleNamespace(led_to=[], check=lambda: None)
    return cast("Visit", SimpleNamespace(page=failing_page(words), guard=guard))


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_an_address_that_gives_no_answer_says_which_of_them_is_to_blame(words: str) -> None:
    going = go(visit_of(words), "https://sellercentral.amazon.com/home?x=1", bounds=BOUNDS)
    if words is MOVED:
        assert await going is None  # what is shown is looked at next
        return
    meant: dict[str, type[FlowError]] = {LOST: BrowserLostError, REFUSED: SiteRefusedError, LATE: StepTimeoutError}
    with pytest.raises(meant[words]) as raised:
        await going
    assert type(raised.value) is meant[words]


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_click_under_which_the_page_moved_is_never_taken_for_one_that_did_not_come(words: str) -> None:
    with pytest.raises(FlowError) as raised:
        await Navigator(visit_of(words), BOUNDS).click(cast("Any", FailingPage(words)))
    assert isinstance(raised.value, BrowserLostError if words is LOST else StepTimeoutError)


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_document_whose_text_does_not_come_is_not_whole_and_a_lost_page_is_lost(words: str) -> None:
    listener = Listener(failing_page(words), host="sellercentral.amazon.com")
    if words is LOST:
        with pytest.raises(BrowserLostError):
            await listener.text_of(cast("Any", FailingPage(words)))
        return
    assert await listener.text_of(cast("Any", FailingPage(words))) == ""


@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_a_step_that_looks_again_is_not_fooled_by_a_page_that_moves(words: str) -> None:
    page = PageReader(failing_page(words))
    pages = PermissionPages(visit=visit_of(words), page=page, subject=USER, own=True, bounds=BOUNDS)
    if words is MOVED:
        assert await pages._place(SEEN) is None
        assert not await pages._is_another("")
        assert await pages._moment() == ()
        return
    for step in (pages._place(SEEN), pages._is_another(""), pages._moment(), pages._rest()):
        with pytest.raises(MEANT[words]):
            await step


@pytest.mark.parametrize("is_connected", [True, False], ids=["browser there", "browser gone"])
@pytest.mark.parametrize("words", MEANT, ids=NAMES.get)
async def test_what_no_flow_had_a_word_for_ends_the_visit_in_one_of_ours(words: str, is_connected: bool) -> None:
    browser = cast("Browser", SimpleNamespace(is_connected=lambda: is_connected))
    with pytest.raises(FlowError) as raw, visit_errors(browser):
        await failing_page(words).evaluate("1")
    with pytest.raises(FlowError) as moved, visit_errors(browser):
        raise PageMovedError
    assert isinstance(raw.value, BrowserLostError) is (words is LOST or not is_connected)
    assert isinstance(moved.value, StepTimeoutError if is_connected else BrowserLostError)
