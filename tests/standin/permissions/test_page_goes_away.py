"""Whatever call of an audit fails, and however: what was not read is a gap, or the visit fails; it is never left
out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from flows.errors import BrowserLostError, FlowError
from flows.models import AuditReading, Bounds, Grid, PermissionRow
from flows.permissions.audit import read_only_paths, read_permissions
from flows.visit.open_visit import open_visit
from tests.support.lies.page import USER, LyingPage
from tests.support.lies.rig import LyingRig, lying_rig
from tests.support.lies.site import HOST
from tests.support.sites.failing_page import LOST, MOVED, REFUSED, calls_into, error_of

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one site a module

CALLS = 40  # more than an audit of the page makes: a number stands for the call that is so far from its first
BOUNDS = Bounds(step=timedelta(seconds=8), second_look=timedelta(milliseconds=200))
_LEVELS = "".join(f"<td><input type=radio name=N aria-label={level} {{{level}}}></td>" for level in ("None", "View"))


def _row(name: str, label: str, held: str) -> str:
    marks = {level: "checked" if level == held else "" for level in ("None", "View")}
    return f"<tr><td>{label}</td>{_LEVELS.replace('name=N', f'name={name}').format(**marks)}</tr>"


def _table(title: str, *rows: str) -> str:
    heads = "<thead><tr><th>Permission</th><th>None</th><th>View</th></tr></thead>"
    return f"<details open><summary>{title}</summary><table>{heads}<tbody>{''.join(rows)}</tbody></table></details>"


PAGE = LyingPage(
    name="honest",
    kind="none",
    what="Two sections that can be folded, read whole.",
    right=frozenset({"pass"}),
    own_view=True,
    html=(
        "<!doctype html><html lang=en><title>User Permissions</title><div id=partner-navigation>"
        '<a id=sc-nav-brand href="/home">seller central</a><a href="/sign-out">Sign out</a></div>'
        f"<main><h1>User Permissions</h1><p>{USER}</p>"
        + _table("Orders", _row("p1", "Manage Orders", "View"), _row("p2", "Manage Returns", "None"))
        + _table("Reports", _row("p3", "Transactions", "View"))
        + "</main></html>"
    ),
)
HOW = {"lost": LOST, "moved": MOVED, "refused": REFUSED}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[LyingRig]:
    async with lying_rig() as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def whole(rig: LyingRig) -> tuple[Grid, int]:
    """What the page is read as when nothing fails, and with how many calls."""
    reading, calls = await audited(rig, how=None, at=-1)
    assert reading.grid is not None
    assert reading.grid.complete, reading.grid.gaps
    return reading.grid, calls


async def audited(rig: LyingRig, *, how: str | None, at: int) -> tuple[AuditReading, int]:
    """Read the page as a visit does, from the chosen account on; the call of this number fails, once."""
    with rig.site.showing(PAGE) as state:
        async with open_visit(rig.browser, options=rig.options, storage_state=state) as visit:
            await visit.page.goto(f"https://{HOST}/home")
            await visit.guard.read_only(documents=read_only_paths())

            async def fail(number: int) -> None:
                if number == at and how == "lost":
                    await visit.page.close()
                elif number == at and how is not None:
                    raise error_of(HOW[how])

            calls = calls_into(visit.page, fail)
            reading = await read_permissions(visit, host=HOST, subject=USER, viewer=USER, own=True, bounds=BOUNDS)
            return reading, len(calls)


def rows_of(grid: Grid) -> list[PermissionRow]:
    return [replace(row, problem=None) for row in grid.rows]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("call", range(CALLS), ids=[f"{call}-of-{CALLS}" for call in range(CALLS)])
async def test_no_call_that_fails_leaves_anything_out(
    rig: LyingRig, whole: tuple[Grid, int], call: int, how: str
) -> None:
    grid, calls = whole
    at = call * calls // CALLS
    if how == "lost":
        with pytest.raises(BrowserLostError):
            await audited(rig, how=how, at=at)
        return
    told, reading = "", None
    try:
        reading, _ = await audited(rig, how=how, at=at)
    except FlowError as err:
        told = err.code
    assert told in ("", "step_timeout" if at else "site_refused")  # the first call goes to the address
    if reading is None:
        assert told
    elif reading.grid is None:  # the page it came from was looked at instead of the one it was to go to
        assert (reading.refusal is not None, at) == (True, 0)
    elif reading.grid.complete:
        assert rows_of(reading.grid) == rows_of(grid)
    else:
        assert reading.grid.named_gaps
