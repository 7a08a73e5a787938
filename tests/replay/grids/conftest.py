"""A browser that judges one page after another, shared by a file's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.lies.rig import LyingRig, lying_rig


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[LyingRig]:
    async with lying_rig() as ready:
        yield ready
