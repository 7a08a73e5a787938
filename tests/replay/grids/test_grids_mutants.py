"""The mutation test of the readers.

A page with one thing spoilt must read differently, or be incomplete; never as before.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from flows.models import Grid
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.samples import IS_WHOLE, SEED
from tests.support.sites.grids.recorded import PAGES, read_rows, recorded_case, showing

SPOIL = (Path(__file__).parents[2] / "support" / "mutants.js").read_text(encoding="utf-8")
pytestmark = pytest.mark.asyncio(loop_scope="session")
ACTS = (
    "rename", "blank", "drop", "hide_row", "duplicate", "move", "hide_section", "swap_columns", "two", "none", "other",
    "translate",
    "unknown", "admin", "half", "bare", "silent",
)  # fmt: skip
A_FEW = 5  # ways to spoil a page, where not all are asked for
CASES = (
    "permissions_classic/g0_en",
    "permissions_classic/g1_en",
    "permissions_classic/g1_zh",
    "permissions_classic/by_hand_oldest_form_en",
    "permissions_global/by_hand_fieldsets_en",
    "permissions_unified/by_hand_aria_grid_en",
    "permissions_unified/by_hand_katal_table_de",
    "permissions_own/classic_g1_as_ordered_en",
    "permissions_own/by_hand_disabled_fieldset_en",
    "permissions_own/by_hand_levels_as_text_en",
    "permissions/g1_one_table_own_columns",
    "permissions/g3_kat_radio_shadow",
    "permissions/g2_global_radios",
)


@pytest.mark.sampled(1)
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CASES)
async def test_no_spoilt_page_reads_as_before(chromium: Browser, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected, html = recorded_case(PAGES / f"{name}.html")
    luck = Random(name)
    sections = list(dict.fromkeys(row["section"] for row in expected["rows"]))
    survivors, tried = [], 0
    async with showing(chromium, html, url=expected["url"]) as page:
        before = await read(page, expected)
        for act in Random(f"{SEED} {name}").sample(ACTS, len(ACTS)):
            if tried == A_FEW and not IS_WHOLE:
                break
            victim = luck.choice([row for row in expected["rows"] if is_told_apart(row, sections)] or expected["rows"])
            other = luck.choice(
                [row for row in expected["rows"] if row["section"] != victim["section"]] or expected["rows"]
            )
            await page.reload()
            labels = {"label": shown(victim), "other": shown(other)}
            if not await page.evaluate(SPOIL, {"act": act, **labels}):
                continue
            tried += 1
            after = await read(page, expected)
            if after.complete and read_rows(after) == read_rows(before):
                survivors.append(f"{act} of {victim['permission']}")
    with capsys.disabled():
        print(f"\n  mutants of {name}: {tried - len(survivors)} of {tried} killed", end="")  # noqa: T201 - the score is wanted
    assert before.complete
    assert tried >= (8 if IS_WHOLE else A_FEW)
    assert not survivors


def is_told_apart(row: dict[str, Any], sections: list[str]) -> bool:
    """Not the only level, not the page's last section, and not called like a section, which would be spoilt instead."""
    return len(row["offered"]) > 1 and row["section"] != sections[-1] and row["permission"] not in sections


def shown(row: dict[str, str]) -> str:
    """The label as the page writes it."""
    return row.get("shown_permission", row["permission"])


async def read(page: Page, expected: dict[str, object]) -> Grid:
    return await read_grid(PageReader(page), own=bool(expected["own"]), expected=str(expected["subject"]))
