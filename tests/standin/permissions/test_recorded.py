"""The recorded grids are what the stand-in draws today, stand alone, and show what their expected readings say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from fixtures.stand_in.permissions.markup.words import COUNTRIES
from fixtures.stand_in.permissions.record_grids import CASES, PAGES, GridCase, record
from flows.catalogue.recorded_page import read_page
from tests.support.samples import IS_WHOLE
from tests.support.sites.grids.permission_site import read_everything
from tests.support.sites.plain_browser import plain_browser

ROW_KEYS = {
    "scope",
    "section",
    "permission",
    "occurrence",
    "legacy_id",
    "offered",
    "level",
    "shown_section",
    "shown_permission",
}
LEVELS = ("None", "View", "View & Edit", "Admin")
GRIDS = sorted(path for path in PAGES.glob("permissions_*/*.html") if path.parent.name != "permissions_users")
BY_HAND = [place for place in GRIDS if place.name.startswith("by_hand_")]


@pytest_asyncio.fixture(loop_scope="session")
async def plain() -> AsyncIterator[Browser]:
    async with plain_browser() as browser:
        yield browser


def expected_of(place: Path) -> dict[str, Any]:
    return read_page(place).expected


async def show(page: Page, place: Path) -> list[str]:
    """Open a recording under its own address.

    Return what it asked the network for besides itself.
    """
    expected = expected_of(place)
    asked: list[str] = []

    async def answer(route: Route) -> None:
        if route.request.is_navigation_request() and not asked:
            await route.fulfill(
                status=expected["status"],
                body=read_page(place).body,
                content_type="text/html; charset=utf-8",
            )
        else:
            asked.append(route.request.url)
            await route.abort()

    await page.unroute_all()
    await page.route(lambda url: url.startswith("https://"), answer)
    await page.goto("about:blank")
    await page.goto(expected["url"])
    return asked


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.screen}/{case.name}")
def test_recording_is_what_the_stand_in_draws_today(case: GridCase) -> None:
    assert (PAGES / case.screen / f"{case.name}.html").read_bytes() == record(case)


@pytest.mark.parametrize("place", GRIDS, ids=lambda place: f"{place.parent.name}/{place.stem}")
def test_expected_reading_is_whole_and_in_the_contracts_words(place: Path) -> None:
    expected = expected_of(place)
    keys = [(row["scope"], row["section"], row["permission"], row["occurrence"]) for row in expected["rows"]]
    assert len(set(keys)) == len(keys)
    for row in expected["rows"]:
        assert set(row) == ROW_KEYS
        assert row["offered"] == [level for level in LEVELS if level in row["offered"]]
        if expected["complete"]:
            assert row["level"] in (row["offered"] or LEVELS)


def test_there_are_sixty_rows_or_more_where_the_layout_allows() -> None:
    sizes = {
        place.stem: len(expected_of(place)["rows"]) for place in GRIDS if expected_of(place)["layout"] == "unified"
    }
    assert min(size for name, size in sizes.items() if "half_rendered" not in name) >= 60


def test_every_layout_is_recorded_in_several_languages() -> None:
    spoken: dict[str, set[str]] = {}
    for place in GRIDS:
        expected = expected_of(place)
        spoken.setdefault(expected["layout"], set()).add(expected["language"])
    assert {layout: len(languages) >= 3 for layout, languages in spoken.items()} == dict.fromkeys(
        ("classic", "global", "own_view", "unified"), True
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_recorded_grid_shows_in_a_browser_what_is_expected_of_it(plain: Browser) -> None:
    page, sound = await plain.new_page(), [case for case in CASES if not case.users and not case.faults]
    for case in sound if IS_WHOLE else sound[::8]:
        place = PAGES / case.screen / f"{case.name}.html"
        assert await show(page, place) == []
        seen, expected = await read_everything(page), expected_of(place)
        wanted = [
            (row["scope"], row["shown_section"], row["shown_permission"], row["offered"], row["level"])
            for row in expected["rows"]
        ]
        scopes = {row["scope"] for row in expected["rows"]}
        scope = scopes.pop() if len(scopes) == 1 else None
        codes = {name: code for code, name in COUNTRIES.items()}  # a picker shows the countries by name
        assert [
            (
                scope or codes.get(row["scope"], row["scope"]),
                row["section"],
                row["permission"],
                row["offered"],
                row["level"],
            )
            for row in seen["rows"]
        ] == wanted
        assert all(row["live"] is expected["editable"] for row in seen["rows"])


@pytest.mark.asyncio(loop_scope="session")
async def test_grid_written_by_hand_stands_alone_and_names_its_subject(plain: Browser) -> None:
    page = await plain.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for place in BY_HAND:
        assert await show(page, place) == []
        await page.get_by_text(expected_of(place)["subject"]).first.wait_for()
        first = expected_of(place)["rows"][0]["shown_permission"]
        await page.get_by_text(first).first.wait_for(state="attached")
    assert errors == []
