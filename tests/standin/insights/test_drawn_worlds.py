"""A hundred drawn worlds and sixty broken ones.

Every number that is reported is right, and every one that is not is named.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio

from agent.domain.insights.document import is_everything
from fixtures.stand_in.insights.look import FAULTS
from tests.support.insights_schemas import schema_errors
from tests.support.sites.insights_rig import InsightsRig, insights_rig, unnamed_nulls, wrong_numbers

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[InsightsRig]:
    async with insights_rig() as ready:
        yield ready


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(100))
async def test_every_number_of_a_drawn_world_is_right_or_named_as_missing(rig: InsightsRig, seed: int) -> None:
    world = await rig.read(1000 + seed)
    assert wrong_numbers(world) == []
    assert unnamed_nulls(world.document) == []
    assert schema_errors(world.document) == []
    if world.look.answers:
        assert is_everything(world.document), [
            item for item in world.document["missing"] if item["reason"] != "no_data"
        ]
        told = {path for path, value in world.figures.metrics.items() if value is not None}
        assert {path for path in told if _rate(world.document["performanceMetrics"], path) is None} == set()


def _rate(metrics: dict[str, object], path: str) -> object:
    found: object = metrics
    for name in path.split("."):
        assert isinstance(found, dict)
        found = found[name]
    assert isinstance(found, dict)
    return found.get("rate", found.get("defectsCount"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(66))
async def test_no_number_of_a_broken_world_is_wrong(rig: InsightsRig, seed: int) -> None:
    faults = [FAULTS[seed % len(FAULTS)], *Random(seed).sample(FAULTS, k=seed // len(FAULTS))]
    world = await rig.read(5000 + seed, faults=sorted(set(faults)))
    assert wrong_numbers(world) == []
    assert unnamed_nulls(world.document) == []
