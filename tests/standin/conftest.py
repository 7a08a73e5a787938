"""What tests of the stand-in share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import Visitor, visiting
from tests.support.stored.migrated import copy_instead_of_migrating


@pytest.fixture(autouse=True)
def copied_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases are copies of a migrated one."""
    copy_instead_of_migrating(monkeypatch)


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """A running stand-in with one user, one seller and one invitation.

    Tests load what else they need.
    """
    async with StandIn(one_account(1)) as running:
        yield running


@pytest.fixture
async def visitor(stand_in: StandIn) -> AsyncIterator[Visitor]:
    async with visiting(stand_in) as fresh:
        yield fresh
