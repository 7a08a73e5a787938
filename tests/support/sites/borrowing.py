"""What runs in the process of the tests borrows its browsers, and is where a borrowed browser looks for it."""

from __future__ import annotations

import pytest

from agent.rehearsal.record import stand_in
from agent.rehearsal.replay import run
from agent.visits.shared import browser_pool
from fixtures.stand_in import world
from flows.browser import launch
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.same_place import SamePlayer, SameSite


def borrow(patch: pytest.MonkeyPatch) -> None:
    """Of visits, recordings and replays; on another loop than the session's each starts its own."""
    for opener in (browser_pool, stand_in, run):
        patch.setattr(opener, "open_browser", KEPT.lend)
    patch.setattr(launch, "async_playwright", KEPT.drive)
    patch.setattr(world, "SiteServer", SameSite)
    patch.setattr(run, "Player", SamePlayer)
