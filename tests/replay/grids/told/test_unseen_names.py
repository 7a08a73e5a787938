"""What a page says of rows only to those who cannot see."""

from __future__ import annotations

import pytest

from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMES = {
    "a group": '<div role="group" aria-label="SAID">&nbsp;</div>',
    "a section": '<section aria-label="SAID"><p>&nbsp;</p></section>',
    "a table": '<div role="table" aria-label="SAID" style="height:5px"></div>',
    "a status": '<div role="status" aria-label="SAID" style="height:5px"></div>',
    "a title": '<h2 aria-label="SAID">&nbsp;</h2>',
    "hidden words": '<div role="group" aria-labelledby="far">&nbsp;</div><span id="far" hidden>SAID</span>',
    "another attribute": '<div role="group" aria-roledescription="SAID">&nbsp;</div>',
    "for Braille": '<div role="group" aria-braillelabel="SAID">&nbsp;</div>',
}
OF_ROWS = [
    "3 permissions are hidden",
    "Showing 20 of 45 permissions",
    "Some permissions could not be loaded",
    "Pending permissions",
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("said", OF_ROWS)
@pytest.mark.parametrize("markup", NAMES.values(), ids=NAMES)
async def test_a_name_for_those_who_cannot_see_may_tell_of_rows(stage: LyingRig, markup: str, said: str) -> None:
    judged = await stage.judge(whole_page(markup.replace("SAID", said)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("said", ["User permissions", "Content", "Permissions by section"])
async def test_any_other_name_is_no_gap(stage: LyingRig, said: str) -> None:
    judged = await stage.judge(whole_page(NAMES["a group"].replace("SAID", said)))
    assert judged.verdict == "pass", str(judged)
