"""What the stand-in's permission pages show in a real browser is what the seller's rights say, in every layout and
look.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from fixtures.stand_in.permissions.pages import Layout, PageOptions
from fixtures.stand_in.permissions.rows import draw_rights
from fixtures.stand_in.permissions.view import expected_rows, scoped, show_sections
from fixtures.stand_in.seller.rights import SellerRights
from tests.support.sites.grids.permission_site import PermissionSite, read_everything, serve
from tests.support.sites.plain_browser import plain_browser

USER = "a1@users.example"
OLD, NEW = "/gp/account-manager/home.html", "/account/permissions"
SAMPLE, ALL = range(3), range(48)  # looks drawn by seed: those of an ordinary run, those of a long one
LANGUAGES = ("en", "de", "zh", "it", "ja", "fr", "en_GB", "es")


pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def plain() -> AsyncIterator[Browser]:
    async with plain_browser() as browser:
        yield browser


def random_rights(seed: int, layout: Layout) -> SellerRights:
    marketplaces = ("US", "CA") if layout is Layout.UNIFIED and seed % 2 else ()
    seller = draw_rights(seed, layout=layout, marketplaces=marketplaces, admin=layout is Layout.UNIFIED)
    seller.add_user(USER, name="Uma User")
    rng = Random(seed)
    for row in seller.rows:
        if row.permission != "User Permissions":
            seller.set_level(USER, *row.key, rng.choice(row.offered))
    return seller


def expectation(seller: SellerRights, options: PageOptions, scopes: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "section": row["shown_section"],
            "permission": row["shown_permission"],
            **{name: row[name] for name in ("scope", "offered", "level")},
        }
        for scope in scopes
        for row in expected_rows(show_sections(seller, USER, scope, scoped(options, scope)))
    ]


async def read(page: Page, site: PermissionSite, path: str) -> dict[str, Any]:
    await page.goto("about:blank")
    await page.goto(site.address + path)
    return await read_everything(page)


def without_live(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "live"} for row in rows]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("layout", list(Layout))
async def test_own_view_shows_every_row_and_can_change_none(plain: Browser, layout: Layout) -> None:
    print(f"{len(SAMPLE)} of {len(ALL)} looks")  # noqa: T201 - how much of the matrix this run holds
    await read_own_views(plain, layout, SAMPLE)


@pytest.mark.sampled(2)
@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("layout", list(Layout))
async def test_own_view_shows_every_row_in_every_look(plain: Browser, layout: Layout) -> None:
    await read_own_views(plain, layout, ALL)


async def read_own_views(browser: Browser, layout: Layout, seeds: range) -> None:
    page = await browser.new_page()
    for seed in seeds:
        seller = random_rights(seed, layout)
        options = PageOptions(layout=layout, seed=seed, language=LANGUAGES[seed % len(LANGUAGES)])
        with serve(PermissionSite(seller=seller, viewer=USER, options=options)) as site:
            for path, scopes in pages_of(layout, seller):
                seen = await read(page, site, path)
                assert without_live(seen["rows"]) == expectation(seller, options, scopes), (seed, path)
                assert not any(row["live"] for row in seen["rows"])
                assert seen["savers"] == 0
                assert USER in seen["text"]


def pages_of(layout: Layout, seller: SellerRights) -> list[tuple[str, tuple[str, ...]]]:
    if layout is Layout.UNIFIED:
        return [(NEW, seller.scopes)]
    if layout is Layout.GLOBAL:
        return [(OLD, ("regional",)), (NEW, ("global",))]
    return [(OLD, ("regional",))]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("layout", list(Layout))
async def test_owner_sees_the_users_rows_with_live_controls(plain: Browser, layout: Layout) -> None:
    page = await plain.new_page()
    for seed in (8, 9):
        seller = random_rights(seed, layout)
        options = PageOptions(layout=layout, seed=seed)
        user = seller.user(USER)
        assert user is not None
        ways: dict[Layout, list[tuple[str, tuple[str, ...]]]] = {
            Layout.UNIFIED: [(f"{NEW}#/user-management/users/{user.id}/edit", seller.scopes)],
            Layout.GLOBAL: [
                (f"{OLD}?user={user.id}", ("regional",)),
                (f"{NEW}#/overview/users/{user.id}/manage", ("global",)),
            ],
        }
        with serve(PermissionSite(seller=seller, viewer="owner@seller.example", options=options)) as site:
            for path, scopes in ways.get(layout, [(f"{OLD}?user={user.id}", ("regional",))]):
                seen = await read(page, site, path)
                assert without_live(seen["rows"]) == expectation(seller, options, scopes), (seed, path)
                assert all(row["live"] for row in seen["rows"])
                assert seen["savers"] == 1
