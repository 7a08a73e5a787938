"""What the page that was read still waits for.

Pictures with a listener, parts that never came into view, data that did not come, scripts that will be called again.
"""

from __future__ import annotations

from collections.abc import Callable

from flows.browser.scripts import source
from flows.catalogue.grids import grid_data
from flows.models import PageGap, PageGapKind
from flows.permissions.page_reader import PageReader
from flows.permissions.scripts import script
from flows.permissions.snapshot.turns import still_coming


async def awaited(page: PageReader, *, is_measured: Callable[[str], bool]) -> tuple[PageGap, ...]:
    """One gap for each thing that has not come, and for each script that goes on.

    `is_measured` says of a host that it only takes measurements: no script waits for its answer.
    """
    found = await page.value(script("late", source("late")), {"chrome": grid_data("walk")["chrome"]})
    waits = [one for one in found if not is_measured(one["host"])]
    gaps = (PageGap(kind=PageGapKind.UNEXPLAINED, words=one["words"], where=one["where"]) for one in waits)
    return tuple(dict.fromkeys([*gaps, *await still_coming(page)]))


def not_got(requests: tuple[str, ...], *, is_noise: Callable[[str, str], bool]) -> tuple[PageGap, ...]:
    """One gap for each script's request without a result.

    `requests` are written "METHOD host/path". `is_noise` says of method and host that no script waits for an answer.
    """
    return tuple(
        PageGap(kind=PageGapKind.UNEXPLAINED, words=f"no answer to {one}", where="request")
        for one in requests
        if not is_noise(one.partition(" ")[0], one.partition(" ")[2].partition("/")[0])
    )
