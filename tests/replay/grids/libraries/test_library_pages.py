"""Pages made with real component libraries.

Those that lie never pass, and those that are whole are read.

The bundles are built by `scripts/grid_libraries.py`; the verdict table is written to build/grid-libraries.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from flows.models import Bounds
from scripts.grid_libraries import BuildError, build
from tests.support.lies.libraries import STATIC, library_pages, told_pages
from tests.support.lies.page import LyingPage
from tests.support.lies.rig import Judged, LyingRig, lying_rig

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.soak, pytest.mark.timeout(900)]
TABLE = Path(__file__).parents[4] / "build" / "grid-libraries.md"
NAMES = [told["name"] for told in told_pages()]
PATIENCE = Bounds(step=timedelta(seconds=30))


@pytest.fixture(scope="module")
def bundles() -> Path:
    try:
        return build()
    except BuildError as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage(bundles: Path) -> AsyncIterator[LyingRig]:
    async with lying_rig({STATIC: bundles}) as ready:
        yield ready


@pytest.fixture(scope="module")
def pages(bundles: Path) -> dict[str, LyingPage]:
    return {page.name: page for page in library_pages(bundles)}


@pytest.fixture(scope="module")
def judgements() -> Iterator[list[Judged]]:
    kept: list[Judged] = []
    yield kept
    TABLE.parent.mkdir(exist_ok=True)
    lines = [
        f"| {one.page.name} | {one.page.what} | {'or '.join(sorted(one.page.right))} | {one.verdict} |" for one in kept
    ]
    TABLE.write_text(
        "\n".join(["| page | what it shows | right | verdict |", "| --- | --- | --- | --- |", *lines, ""]),
        encoding="utf-8",
    )


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_of_a_library_is_judged_as_its_truth_says(
    stage: LyingRig, pages: dict[str, LyingPage], judgements: list[Judged], name: str
) -> None:
    judged = await stage.judge(pages[name], bounds=PATIENCE)
    judgements.append(judged)
    assert judged.is_right, str(judged)
