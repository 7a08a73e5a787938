"""Shapes that neither the stand-in nor a recording has are read exactly.

The same page with one thing spoilt is never read as before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.async_api import Browser, Page

from flows.models import Bounds, Grid
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.samples import IS_WHOLE, SEED
from tests.support.sites.grids import markup as drawn
from tests.support.sites.grids.markup import URL, Drawing, draw
from tests.support.sites.grids.recorded import read_rows, showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
Shape = Callable[[Drawing], str]
BY_MARKETPLACE: tuple[Shape, ...] = (
    drawn.two_rows_of_heads,
    drawn.heads_once,
    drawn.a_group_in_each_cell,
    drawn.aria_grid,
    drawn.boxes_without_roles,
    drawn.lists_by_marketplace,
    drawn.marketplaces_in_each_row,
    drawn.groups_named_by_marketplace,
    drawn.words_by_marketplace,
    drawn.marks_by_marketplace,
)
NAMED_TWICE: tuple[Shape, ...] = (
    drawn.words_beside_radios,
    drawn.radios_named_twice,
    drawn.titles_in_groups,
    drawn.groups_called_alike,
    drawn.lists_called_as_rows,
)
NOT_DISPLAYED: tuple[Shape, ...] = (drawn.labels_for_inputs, drawn.labels_for_invisible_inputs, drawn.dots_under_heads)
OPENING: tuple[Shape, ...] = (drawn.buttons_that_open_lists, drawn.boxes_that_open_lists)
SILENT = (drawn.words_by_marketplace,)  # what could be chosen is not on these
SPOIL = {
    "other_marketplace": "a => a.swap(a.market(1), a.market(0)) || a.names('Canada', 'United States')",
    "unknown_marketplace": "a => a.say(a.market(1), 'Atlantis') || a.names('Canada', 'Atlantis')",
    "no_marketplace": "a => a.say(a.market(1), '') || a.names('Canada', '')",
    "other_place": "a => a.trade()",
    "unknown_level": "a => a.say(a.text('Edit'), 'Limited') || a.names('Edit', 'Limited')",
    "no_level": "a => a.set(a.held()[0], false)",
    "two_levels": "a => a.set(a.free()[0], true)",
    "another_level": "a => { const other = a.free()[1]; return a.set(a.held()[0], false) && a.set(other, true); }",
    "row_gone": "a => a.drop('User Permissions')",
}
CONTRADICT = {
    "label": "a => a.say(a.text('Manage Orders'), 'Manage Something Else')",
    "title": "a => a.say(a.texts('Manage Orders')[1], 'Manage Something Else')",
    "word": "a => a.say(a.texts('Edit').find((t) => !t.parentElement.matches('option')), 'View')",
    "name": "a => a.names('Edit', 'View')",
    "other_name": "a => a.names('Manage Orders', 'Manage Returns')",
}
DRAW_OTHERWISE = {
    "all_alike": (
        "a => a.style('label, label i { background: white !important; color: black !important; font-weight: 400 "
        "!important }')"
    ),
    "two_as_held": "a => a.look(a.free()[0], a.held()[0])",
    "none_as_held": "a => a.look(a.held()[0], a.free()[0])",
}
OPEN_OTHERWISE = {
    "no_list": "a => a.openers().every((el) => el.replaceWith(el.cloneNode(true)) || true)",
    "unknown_level": "a => a.offer('Manage Orders', (level) => 'Limited')",
    "one_level_less": "a => a.offer('Manage Orders', (level) => null)",
    "stays_open": "a => { window.deaf = true; return true; }",
    "changes_when_pressed": "a => a.change_when_pressed()",
    "other_level_chosen": "a => a.choose_the_others()",
    "no_level": "a => { a.openers()[1].textContent = ''; return true; }",
    "row_gone": "a => a.drop('User Permissions')",
}
A_FEW = 3  # ways to spoil a page, where not all are asked for
EVERYWHERE = ("unknown_level", "no_level", "two_levels", "another_level", "row_gone")
TOOLS = (Path(__file__).parents[2] / "support" / "spoil_drawn.js").read_text(encoding="utf-8")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("shape", BY_MARKETPLACE, ids=lambda shape: shape.__name__)
async def test_rights_under_or_beside_marketplaces_are_read_for_each(chromium: Browser, shape: Shape) -> None:
    page = draw(shape.__name__, scopes=("US", "CA", "MX"))
    grid = await _read(chromium, shape(page))
    assert grid.gaps == ()
    assert read_rows(grid) == page.wanted(offers=shape not in SILENT)
    assert grid.complete


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shape", BY_MARKETPLACE, ids=lambda shape: shape.__name__)
async def test_no_spoilt_page_with_marketplaces_reads_as_before(chromium: Browser, shape: Shape) -> None:
    survivors = await _survivors(chromium, shape(draw(shape.__name__, scopes=("US", "CA"))), SPOIL)
    assert survivors == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("shape", [*NAMED_TWICE, *NOT_DISPLAYED, *OPENING], ids=lambda shape: shape.__name__)
async def test_rows_named_twice_or_drawn_by_labels_are_read_exactly(chromium: Browser, shape: Shape) -> None:
    page = draw(shape.__name__)
    grid = await _read(chromium, shape(page))
    assert grid.gaps == ()
    assert read_rows(grid) == page.wanted()
    assert grid.complete


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shape", [*NAMED_TWICE, *NOT_DISPLAYED], ids=lambda shape: shape.__name__)
async def test_names_and_looks_that_contradict_what_is_held_are_told(chromium: Browser, shape: Shape) -> None:
    acts = DRAW_OTHERWISE if shape in NOT_DISPLAYED else CONTRADICT
    survivors = await _survivors(
        chromium, shape(draw(shape.__name__)), acts | {name: SPOIL[name] for name in EVERYWHERE}
    )
    assert survivors == []


@pytest.mark.parametrize(
    ("shape", "act", "told"),
    [
        (drawn.titles_in_groups, "label", "labelled 'Manage Something Else', its controls are called 'Manage Orders'"),
        (drawn.radios_named_twice, "word", "a control is called 'Edit' and 'View'"),
        (
            drawn.lists_called_as_rows,
            "other_name",
            "labelled 'Manage Orders', its controls are called 'Manage Returns level'",
        ),
    ],
    ids=["title", "word", "list"],
)
async def test_a_contradiction_is_told_by_its_words(chromium: Browser, shape: Shape, act: str, told: str) -> None:
    async with showing(chromium, shape(draw(shape.__name__)), url=URL) as page:
        assert await page.evaluate(TOOLS, CONTRADICT[act])
        grid = await _grid(page)
    assert not grid.complete
    assert any(told in (row.problem or "") for row in grid.rows)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shape", OPENING, ids=lambda shape: shape.__name__)
async def test_a_list_that_does_not_come_or_go_as_it_should_is_told(chromium: Browser, shape: Shape) -> None:
    assert await _survivors(chromium, shape(draw(shape.__name__, rows=drawn.FEW)), OPEN_OTHERWISE) == []


async def test_lists_are_opened_once_and_nothing_in_them_is_pressed(chromium: Browser) -> None:
    async with showing(chromium, drawn.buttons_that_open_lists(draw("pressed", rows=drawn.FEW)), url=URL) as page:
        await page.evaluate(
            "addEventListener('click', (e) => (window.pressed ??= []).push(e.target.dataset.row || "
            "e.target.role), true)"
        )
        await _grid(page)
        pressed = await page.evaluate("window.pressed")
    assert sorted(pressed) == sorted(label for _, label, _ in drawn.FEW)


async def test_listening_to_inputs_that_are_not_displayed_leaves_no_trace(chromium: Browser) -> None:
    async with showing(chromium, drawn.dots_under_heads(draw("trace")), url=URL) as page:
        picture = await page.screenshot()
        before = await page.content()  # a screenshot leaves an empty style behind
        await _grid(page)
        assert await page.content() == before
        assert await page.screenshot() == picture
        assert await page.evaluate("document.adoptedStyleSheets.length") == 0


async def _read(browser: Browser, html: str) -> Grid:
    async with showing(browser, html, url=URL) as page:
        return await _grid(page)


async def _grid(page: Page) -> Grid:
    return await read_grid(
        PageReader(page), own=True, bounds=Bounds(step=timedelta(seconds=2)), expected="a1@users.example"
    )


async def _survivors(browser: Browser, html: str, acts: dict[str, str]) -> list[str]:
    """The spoilt pages that still read as the whole one does: all in the long run, otherwise a few, by the seed."""
    tried, survivors = 0, []
    async with showing(browser, html, url=URL) as page:
        before = await _grid(page)
        for name in Random(f"{SEED} {html}").sample(sorted(acts), len(acts)):
            if tried == A_FEW and not IS_WHOLE:
                break
            await page.reload()
            if not await page.evaluate(TOOLS, acts[name]):
                continue
            tried += 1
            after = await _grid(page)
            if after.complete and read_rows(after) == read_rows(before):
                survivors.append(name)
    assert before.complete, before.gaps
    assert tried >= (4 if IS_WHOLE else A_FEW)
    return survivors
