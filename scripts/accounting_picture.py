"""Draw docs/pictures/accounting.png, the picture of docs/architecture.md: `scripts/accounting_picture.py [FILE]`.

A recorded page, read by the real reader and drawn as `sc-agent audit --explain` draws every audit.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from flows.browser.launch import Browser, BrowserOptions, open_browser  # noqa: E402 - the path comes first
from flows.catalogue.recorded_page import read_page  # noqa: E402
from flows.permissions.explain.explain import explain_grid  # noqa: E402
from flows.permissions.explain.explained import ExplainedPicture, Wanted  # noqa: E402
from flows.permissions.page_reader import PageReader  # noqa: E402
from flows.permissions.reader import read_grid  # noqa: E402
from flows.redaction.redact import Redactor  # noqa: E402
from tests.support.sites.grids.recorded import showing  # noqa: E402

CASE = ROOT / "fixtures" / "pages" / "permissions_classic" / "g0_half_rendered_en.html"
PICTURE = ROOT / "docs" / "pictures" / "accounting.png"
_WIDTH = 960


def main() -> int:
    """Draw it; says what it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=PICTURE, help="where to write it (PNG)")
    file: Path = parser.parse_args().file
    picture, png = asyncio.run(_drawn())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(png)
    print(f"{file}: {picture.alt}")
    return 0


async def _drawn() -> tuple[ExplainedPicture, bytes]:
    async with open_browser(BrowserOptions(no_sandbox=os.geteuid() == 0)) as browser:
        return await draw(browser)


async def draw(browser: Browser) -> tuple[ExplainedPicture, bytes]:
    """Read the recorded page and draw it: what the picture holds, and the picture (PNG)."""
    case = read_page(CASE)
    expected = case.expected
    async with showing(browser, case.body, url=expected["url"], width=_WIDTH) as shown:
        page = PageReader(shown)
        grid = await read_grid(page, own=expected["own"], expected=expected["subject"])
        wanted = Wanted(
            grid=grid,
            gaps=grid.named_gaps,
            names=frozenset({expected["subject"]}),
            steps=tuple("" for _ in grid.named_gaps),
            step_of_row="",
            walks=False,
        )
        with tempfile.TemporaryDirectory() as folder:
            made = await explain_grid(page, wanted, directory=Path(folder), redactor=Redactor(), within=30)
            return made.pictures[0], made.pictures[0].path.read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())
