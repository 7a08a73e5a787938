"""Pressing the controls of the permission pages in a real browser.

What may change does change, and is logged; the rest does not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page

from fixtures.stand_in.permissions.markup.style import WIDGETS, draw_style
from fixtures.stand_in.permissions.pages import Layout, PageOptions, Refusal
from fixtures.stand_in.permissions.rows import draw_rights
from fixtures.stand_in.permissions.view import token
from fixtures.stand_in.seller.rights import Level, RightsRow, SellerRights
from tests.support.sites.grids.permission_site import PermissionSite, serve
from tests.support.sites.plain_browser import plain_browser

USER, OWNER = "a1@users.example", "owner@seller.example"
OLD, NEW = "/gp/account-manager/home.html", "/account/permissions"
# Presses everything that can be pressed, in every shadow root, with real events of the page's own making.
PRESS_ALL = """(spared) => {
  const press = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) press(node.shadowRoot);
      if (node.closest("nav, header, footer, #sc-navbar-container") || node.matches(spared)) continue;
      if (node.matches("input, select, option, [role=radio], [role=switch], [role=combobox], kat-option, button, kat-button")) node.click();
      if (node.matches("a[href='#']")) node.click();
      if (node.matches("select")) { node.selectedIndex = 0; node.dispatchEvent(new Event("change", { bubbles: true })); }
    }
  };
  press(document);
}"""  # noqa: E501 - a text in lines of its own


pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def plain() -> AsyncIterator[Browser]:
    async with plain_browser() as browser:
        yield browser


def small_seller(layout: Layout) -> SellerRights:
    """Keep one section, so that every control is in sight at once."""
    drawn = draw_rights(3, layout=layout)
    rows = [row for row in drawn.rows if row.section == "Orders"] + [
        RightsRow(
            scope="global",
            section="Growth",
            permission="Subscribe and Save",
            offered=(Level.NONE, Level.VIEW, Level.EDIT),
        )
    ]
    seller = SellerRights(rows if layout is Layout.GLOBAL else rows[:-1])
    seller.add_user(USER, name="Uma User")
    for row in seller.rows:
        seller.set_level(USER, *row.key, row.offered[-1])
    return seller


async def open_grid(page: Page, site: PermissionSite, path: str) -> None:
    await page.goto("about:blank")
    await page.goto(site.address + path)
    await page.wait_for_function(
        "!document.querySelector('#root') || !document.querySelector('#root').hasAttribute('aria-busy')"
    )
    for closed in await page.locator("h3 button[aria-expanded=false]").all():
        await closed.click()


def grid_paths(site: PermissionSite, layout: Layout, *, own: bool) -> list[str]:
    user = site.seller.user(USER)
    assert user is not None
    if layout is Layout.UNIFIED:
        return [NEW] if own else [f"{NEW}#/user-management/users/{user.id}/edit"]
    old, new = (OLD, NEW) if own else (f"{OLD}?user={user.id}", f"{NEW}#/overview/users/{user.id}/manage")
    return [old, new] if layout is Layout.GLOBAL else [old]


@pytest.mark.sampled(2, of="the stand-in's grids, pressed")
@pytest.mark.parametrize("layout", list(Layout))
async def test_pressing_everything_in_the_own_view_changes_nothing(plain: Browser, layout: Layout) -> None:
    page = await plain.new_page()
    for seed, widget in enumerate(WIDGETS):
        options = PageOptions(layout=layout, seed=seed, widget=widget, autosave="fetch", latency_ms=0)
        with serve(PermissionSite(seller=small_seller(layout), viewer=USER, options=options)) as site:
            before = site.seller.to_json()
            for path in grid_paths(site, layout, own=True):
                await open_grid(page, site, path)
                await page.evaluate(PRESS_ALL, "[data-toggle]")
                await page.reload()
            assert [asked for asked in site.asked if not asked.startswith("GET")] == []
            assert site.seller.to_json() == before


@pytest.mark.sampled(2, of="the stand-in's grids, pressed")
@pytest.mark.parametrize("layout", list(Layout))
async def test_control_pressed_by_the_owner_saves_at_once_where_the_scenario_says_so(
    plain: Browser, layout: Layout
) -> None:
    page = await plain.new_page()
    for widget in WIDGETS:
        options = PageOptions(layout=layout, seed=5, widget=widget, autosave="fetch", latency_ms=0)
        with serve(PermissionSite(seller=small_seller(layout), viewer=OWNER, options=options)) as site:
            for path in grid_paths(site, layout, own=False):
                await open_grid(page, site, path)
                before = len(site.seller.log)
                async with page.expect_response(lambda answer: answer.request.method == "POST"):
                    await page.evaluate(PRESS_ALL, "[type=submit], [data-save], [role=switch], [data-toggle]")
                await page.reload()
                assert (site.seller.log[before].what, site.seller.log[before].by) == ("level", OWNER)


async def test_beacon_saves_too(plain: Browser) -> None:
    page = await plain.new_page()
    options = PageOptions(layout=Layout.UNIFIED, seed=5, widget="aria", autosave="beacon", latency_ms=0)
    with serve(PermissionSite(seller=small_seller(Layout.UNIFIED), viewer=OWNER, options=options)) as site:
        await open_grid(page, site, grid_paths(site, Layout.UNIFIED, own=False)[0])
        row = site.seller.rows[0]
        async with page.expect_request(lambda request: request.method == "POST") as sent:
            await page.locator(f'[data-choice="{token(row.key)}"]').first.click()
        assert (await sent.value).resource_type == "ping"
        await page.goto(site.address + "/audit/account")
        assert site.seller.level(USER, row.key) is Level.NONE


@pytest.mark.sampled(2, of="the stand-in's grids, pressed")
async def test_classic_form_is_saved_by_its_button(plain: Browser) -> None:
    page = await plain.new_page()
    for widget in WIDGETS:
        options = PageOptions(layout=Layout.CLASSIC_G1, seed=5, widget=widget)
        with serve(PermissionSite(seller=small_seller(Layout.CLASSIC_G1), viewer=OWNER, options=options)) as site:
            await open_grid(page, site, grid_paths(site, Layout.CLASSIC_G1, own=False)[0])
            row = next(row for row in site.seller.rows if row.permission == "Transactions")
            await choose_none(page.locator("tr").filter(has_text="Transactions"), widget)
            await page.get_by_role("button", name="Continue").click()
            await page.get_by_text("Your changes have been saved").wait_for()
            assert site.seller.level(USER, row.key) is Level.NONE


async def choose_none(place: Locator, widget: str) -> None:
    match widget:
        case "select":
            await place.locator("select").select_option("None")
        case "dropdown":
            await place.locator(".select-header").click()
            await place.locator("kat-option").first.click()
        case "aria":
            await place.get_by_role("radio").first.click()
        case _:
            await place.locator("input").first.click()


async def test_universal_admin_switch_makes_an_administrator(plain: Browser) -> None:
    page = await plain.new_page()
    options = PageOptions(layout=Layout.UNIFIED, seed=5, latency_ms=0)
    with serve(PermissionSite(seller=small_seller(Layout.UNIFIED), viewer=OWNER, options=options)) as site:
        assert not site.seller.may_open(USER)
        await open_grid(page, site, grid_paths(site, Layout.UNIFIED, own=False)[0])
        await page.get_by_role("switch", name="Grant Universal Site Admin Access").click()
        await page.get_by_text("Your changes have been saved").wait_for()
        assert site.seller.may_open(USER)


async def test_application_shows_the_wall_itself_in_some_looks(plain: Browser) -> None:
    page = await plain.new_page()
    for seed in range(6):
        options = PageOptions(
            layout=Layout.UNIFIED, seed=seed, own_view=False, refusal=Refusal.ACCESS_REQUIRED_ZH, latency_ms=50
        )
        with serve(PermissionSite(seller=small_seller(Layout.UNIFIED), viewer=USER, options=options)) as site:
            await page.goto("about:blank")
            await page.goto(site.address + OLD)
            await page.get_by_role("heading", name="需要访问权限").wait_for()
            assert (NEW in page.url) is draw_style(options).client_refusal


@pytest.mark.sampled(2, of="the stand-in's grids, pressed")
async def test_users_list_leads_to_the_grid_by_its_own_buttons(plain: Browser) -> None:
    page = await plain.new_page()
    for layout, name in (
        (Layout.CLASSIC_G0, "Edit"),
        (Layout.CLASSIC_G1, "Manage Permissions"),
        (Layout.UNIFIED, "Edit"),
    ):
        for seed in range(4):
            options = PageOptions(layout=layout, seed=seed, latency_ms=0)
            with serve(PermissionSite(seller=small_seller(layout), viewer=OWNER, options=options)) as site:
                await page.goto("about:blank")
                await page.goto(site.address + OLD)
                row = page.locator("tr").filter(has_text=USER)
                await (
                    row.get_by_role("button", name=name, exact=True)
                    .or_(row.get_by_role("link", name=name, exact=True))
                    .click()
                )
                await page.get_by_text("Manage Orders" if layout is not Layout.UNIFIED else "Orders").first.wait_for()
                assert site.seller.log[-1].by == "control"
