"""The property: any random grid, in any layout and look, reads back exactly as the stand-in drew it."""

from __future__ import annotations

import os
from random import Random

import pytest
from playwright.async_api import Browser

from fixtures.stand_in.permissions.pages import Layout, PageOptions
from fixtures.stand_in.permissions.rows import draw_rights
from fixtures.stand_in.seller.rights import SellerRights
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import read_rows
from tests.support.sites.grids.rig import HOST, grid_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

USER = "a1@users.example"
OF_ALL = 200
ROUNDS = int(os.environ.get("SC_TEST_GRIDS", "6"))  # all of them in `make soak`
PATHS = {"regional": "/gp/account-manager/home.html", "global": "/account/permissions#/overview/users/view"}


def drawn(seed: int) -> tuple[SellerRights, PageOptions, str]:
    """One seller with random levels, one look, and the half of the pair that is opened."""
    luck = Random(f"grid|{seed}")
    layout = list(Layout)[seed % len(Layout)]
    codes = luck.choice([(), (), ("US", "CA"), ("DE",)]) if layout is Layout.UNIFIED else ()
    seller = draw_rights(seed, layout=layout, marketplaces=codes, admin=luck.random() < 0.3)
    seller.add_user(USER)
    for row in seller.rows:
        if row.permission != "User Permissions":  # who holds that sees everybody, and no own view
            seller.set_level(USER, *row.key, luck.choice(row.offered), by="control")
    language = luck.choice(["en", "en", "zh", "de", "it", "ja", "fr", "es", "en_GB"])
    half = luck.choice(["regional", "global"]) if layout is Layout.GLOBAL else ""
    return seller, PageOptions(layout=layout, seed=seed, language=language), half


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(ROUNDS), ids=[f"{seed}-of-{OF_ALL}" for seed in range(ROUNDS)])
async def test_a_random_grid_reads_back_exactly(chromium: Browser, seed: int) -> None:
    seller, options, half = drawn(seed)
    wanted = {
        (
            row.scope,
            row.section,
            row.permission,
            row.occurrence,
            tuple(level.value for level in row.offered),
            seller.level(USER, row.key).value,
        )
        for row in seller.rows
        if half in ("", row.scope)
    }
    async with grid_rig(chromium, seller, viewer=USER, options=options) as rig:
        await rig.page.goto(f"https://{HOST}{PATHS.get(half, PATHS['regional'])}")
        grid = await read_grid(PageReader(rig.page), own=True, expected=USER)
    assert grid.gaps == ()
    assert read_rows(grid) == wanted
    assert not any(sent.startswith("POST") for sent in rig.sent)
