"""What fields, signs, fonts, small pictures and scripts that go on say of the rows."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOLD: dict[str, Any] = tomllib.loads((Path(__file__).parents[3] / "data/third_hand.toml").read_text(encoding="utf-8"))
NOTHING: dict[str, dict[str, str]] = TOLD.pop("nothing")
SHOW = "function show() { document.querySelector('main').append('Bulk Tax Upload: None') }"
GRID, LEVEL = '<div id="grid">', "View &amp; Edit</div>"  # the latter of the first row that has it
ICON = '.ic::before{content:"\\e14b"}'


def made(kind: str, told: str) -> LyingPage:
    """A page in order, with this of that kind."""
    match kind:
        case "field":
            page = whole_page()
            return replace(page, html=filled(page.html.replace(GRID, told + GRID)))
        case "sign" | "picture":
            page = whole_page(f"<style>{ICON}</style>")
            level = told.replace("LEVEL", LEVEL.removesuffix("</div>"))
            return replace(page, html=page.html.replace(LEVEL, f"{level}</div>", 1))
        case "font":
            return whole_page(f"<style>{told}</style>")
        case "turn":
            return whole_page(f"<script>{SHOW}\n{told}</script>")
        case _:
            return whole_page(told)


def filled(html: str) -> str:
    """The page with the number of its rows, and their names as options."""
    lines = html.split('<div class="line')[1:]
    names = [line.split("</div>")[0].partition("<div>")[2] for line in lines]
    return html.replace("{n}", str(len(names))).replace("{rows}", "".join(f"<option>{name}</option>" for name in names))


def cases(told: dict[str, dict[str, str]]) -> list[Any]:
    return [
        pytest.param(kind, html, id=f"{kind}: {what}") for kind, some in told.items() for what, html in some.items()
    ]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("kind", "told"), cases(TOLD))
async def test_what_tells_of_other_rows_or_levels_is_never_passed_over(stage: LyingRig, kind: str, told: str) -> None:
    page = made(kind, told)
    assert page.html != whole_page().html
    judged = await stage.judge(page)
    assert judged.verdict != "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("kind", "told"), cases(NOTHING))
async def test_what_tells_nothing_of_rows_is_no_gap(stage: LyingRig, kind: str, told: str) -> None:
    judged = await stage.judge(made(kind, told))
    assert judged.verdict == "pass", str(judged)
