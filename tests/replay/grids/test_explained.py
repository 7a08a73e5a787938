"""Pictures of the accounting: every piece coloured by what claimed it, every gap where it stands, nothing private."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.models import Grid
from flows.permissions.explain import explain
from flows.permissions.explain.claims import ClaimKind
from flows.permissions.explain.explain import explain_grid
from flows.permissions.explain.explained import Explanation, Wanted
from flows.permissions.explain.sheet import NAMES
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from flows.redaction.redact import Redactor
from scripts.accounting_picture import PICTURE, draw
from tests.support.pictures import pixels_of
from tests.support.sites.grids.recorded import showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
USER, OTHER = "a1@users.example", "b2@users.example"
URL = "https://sellercentral.amazon.com/gp/account-manager/home.html"
_RED = (193, 18, 31)
_LEVELS = "".join(
    f"<td><input type=radio name=NAME aria-label={level} {'checked' if level == 'View' else ''}></td>"
    for level in ("None", "View")
)
_ROWS = "".join(
    f"<tr><td>{label}<div>What this is about is explained to you here in a sentence.</div></td>"
    + _LEVELS.replace("NAME", name)
    + "</tr>"
    for label, name in (("Manage Orders", "p1"), ("Manage Returns", "p2"))
)
PAGE = f"""<!doctype html><html lang=en><title>User Permissions</title><div id=sc-navbar><a href=/home>Seller Central</a></div>
<main><h1>Edit User Permissions</h1><p>{USER}</p>{{above}}<h2>Orders</h2>
<table><thead><tr><th>Permission</th><th>None</th><th>View</th></tr></thead><tbody>{_ROWS}</tbody></table>
<button>Cancel</button>{{below}}</main></html>"""  # noqa: E501 - a text in lines of its own


async def explained(
    browser: Browser, folder: Path, *, above: str = "", below: str = "", secret: str = ""
) -> tuple[Grid, Explanation]:
    """Read a page, draw it, and see that the drawing left it as it was."""
    redactor = Redactor()
    redactor.register(secret)
    async with showing(browser, PAGE.format(above=above, below=below), url=URL) as shown:
        page = PageReader(shown)
        grid = await read_grid(page, own=False, expected=USER)
        before = await page.look()
        wanted = Wanted(
            grid=grid,
            gaps=grid.named_gaps,
            names=frozenset({USER}),
            steps=tuple(f"step {number}" for number, _ in enumerate(grid.named_gaps, 1)),
            step_of_row="look at the row",
        )
        made = await explain_grid(page, wanted, directory=folder, redactor=redactor, within=30)
        after = await page.look()
    assert (before.tokens, before.left, before.hidden) == (after.tokens, after.left, after.hidden)
    return grid, made


def modes_of(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def pictures_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.png"))]


async def test_a_page_that_passes_is_drawn_with_every_kind_of_claim_and_no_red(
    chromium: Browser, tmp_path: Path
) -> None:
    grid, made = await explained(chromium, tmp_path)
    assert grid.complete, grid.gaps
    (picture,) = made.pictures
    assert set(picture.counts) == {kind.value for kind in ClaimKind}
    assert (picture.counts["label"], picture.counts["level"], picture.counts["offered"]) == (2, 2, 2)
    assert (made.marks, made.crops, made.why_not) == ((), {}, "")
    assert "No gap stands in it" in picture.alt
    assert await pixels_of(chromium, [picture.path.read_bytes()], _RED) == [0]
    assert modes_of(tmp_path) == {0o600}


async def test_each_gap_is_numbered_where_it_stands_and_listed_with_what_can_be_done(
    chromium: Browser, tmp_path: Path
) -> None:
    above = "<div role=alert>3 permissions are hidden by your administrator</div>"
    below = "<button>+3 more</button><p><canvas width=300 height=90></canvas>"
    grid, made = await explained(chromium, tmp_path, above=above, below=below)
    assert [gap.kind.value for gap in grid.named_gaps] == ["banner", "way_not_taken", "picture"]
    (picture,) = made.pictures
    tops = [box[1] for _, box in sorted(picture.marks)]
    assert ([number for number, _ in sorted(picture.marks)], sorted(tops)) == ([1, 2, 3], tops)
    assert sorted(made.crops) == [1, 2, 3]
    found = await pixels_of(chromium, [path.read_bytes() for path in (picture.path, *made.crops.values())], _RED)
    assert min(found) > 100
    assert made.html is not None
    text = made.html.read_text(encoding="utf-8")
    for number, words in enumerate(("3 permissions are hidden by your administrator", "+3 more", "canvas"), 1):
        assert re.search(rf'id="gap-{number}".*{re.escape(words)}.*step {number}', text, re.DOTALL), words
        assert f"{number} " in picture.alt
        assert words in picture.alt
    assert "<script" not in text
    assert not re.search(r"(src|href)=.?https?:", text)


async def test_nothing_private_is_in_a_picture_or_its_words(chromium: Browser, tmp_path: Path) -> None:
    secret = "Zebra-Crossing-77"
    above = f"<p style='color:#00f;background:#00f;width:300px'>Last change by {OTHER}</p><p>Note {secret}</p>"
    frame = "<iframe srcdoc=\"<body style='background:#00f'>\" style='width:300px;height:90px;border:0'></iframe>"
    _, made = await explained(chromium, tmp_path, above=above, below=frame, secret=secret)
    assert len(made.marks) == 3
    pictures = pictures_in(tmp_path)
    assert await pixels_of(chromium, pictures, (0, 0, 255)) == [0] * len(pictures)
    assert made.html is not None
    told = made.html.read_text(encoding="utf-8") + "".join(picture.alt for picture in made.pictures)
    assert not any(private in told for private in (OTHER, USER, secret))


async def test_of_a_drawing_that_fails_at_its_end_no_file_stays(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **more: object) -> str:
        raise RuntimeError("the words could not be scrubbed")

    monkeypatch.setattr(explain, "html_of", broken)
    with pytest.raises(RuntimeError):
        await explained(chromium, tmp_path, below="<button>+3 more</button>")
    assert files_in(tmp_path) == []


async def test_a_row_that_could_not_be_read_is_marked_after_the_gaps(chromium: Browser, tmp_path: Path) -> None:
    row = "<h2>Payments</h2><table><tr><td>Payments</td><td>View <b>Revoked</b></td></tr></table>"
    grid, made = await explained(chromium, tmp_path, below=row)
    last = made.marks[-1]
    assert (last.number, last.kind, last.placed) == (len(grid.named_gaps) + 1, "row not read", True)
    assert last.words.startswith("Payments: ")


async def test_every_view_of_a_page_that_opens_one_section_at_a_time_is_drawn(
    chromium: Browser, tmp_path: Path
) -> None:
    shut = (
        "document.querySelectorAll('.part').forEach(p=>p.hidden=true);"
        "document.querySelectorAll('h2 button').forEach(b=>b.ariaExpanded=false);"
    )
    sections = "".join(
        "<h2><button aria-expanded=false "
        f'onclick="{shut}this.ariaExpanded=true;{name}.hidden=false">{title}</button></h2>'
        f"<div class=part id={name} hidden><table><tr><td>{label}</td><td>View</td></tr></table></div>"
        for name, title, label in (("one", "Reports", "Payments"), ("two", "Pricing", "Automate Pricing"))
    )
    grid, made = await explained(chromium, tmp_path, below=sections)
    assert {row.permission for row in grid.rows} >= {"Payments", "Automate Pricing"}
    assert len(made.pictures) == 2


async def test_the_picture_of_the_documents_is_the_script_s_and_holds_every_kind_of_claim_and_a_gap(
    chromium: Browser,
) -> None:
    picture, drawn = await draw(chromium)
    assert set(picture.counts) == {kind.value for kind in ClaimKind}
    assert picture.marks
    assert all(name in picture.alt for name in NAMES.values())
    kept = PICTURE.read_bytes()
    assert drawn[16:20] == kept[16:20]  # as wide; fonts differ from machine to machine
    assert len(kept) < 300_000
