"""The tables of figures are those of the run that is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.bench_table import GOALS, KEPT, PLACES, block, table


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_table_shows_the_run_that_is_kept(place: Path) -> None:
    document = json.loads(KEPT.read_text(encoding="utf-8"))
    assert block(place.read_text(encoding="utf-8")) == table(document, only_goals=place.name == "README.md")


def test_each_goal_is_of_a_figure_that_is_measured() -> None:
    from scripts import bench

    known = {name for family in bench.FAMILIES for name in family.names}
    assert {name for name in GOALS if not name.startswith("grid_")} <= known
