"""Which visits that end well are drawn, and how many of them an account keeps."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.clock import utc_now
from agent.settings.groups.operation import ObserveSettings, PicturedVisits
from agent.visits.kept.pictured import Pictured, forget_stories
from agent.visits.plan import VisitKind

NOW = utc_now()


def drawn(folder: Path, name: str, *, hours: float, kind: str = "audit") -> Path:
    """A visit that ended well so long ago, and its story."""
    (folder / name).mkdir(parents=True)
    story = folder / name / "story.json"
    story.write_text(json.dumps({"kind": kind, "steps": []}))
    (folder / name / "step-001-app.jpg").write_bytes(b"jpg")
    then = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(story, (then, then))
    return folder / name


async def wanted(tmp_path: Path, kind: VisitKind, setting: str, *, order: bool = False) -> bool:
    settings = SimpleNamespace(observe=ObserveSettings(pictures=PicturedVisits(setting)))
    clock = SimpleNamespace(now=lambda: NOW)
    context: Any = SimpleNamespace(
        settings=settings, clock=clock, evidence_dir=lambda account, visit: tmp_path / account / visit
    )
    plan: Any = SimpleNamespace(
        account=SimpleNamespace(id="A1"), visit_id="v", kind=kind, order=object() if order else None
    )
    return (await Pictured.of(context, plan)).wanted


@pytest.mark.parametrize(("hours", "expected"), [(23.9, False), (24.1, True)])
async def test_of_an_account_s_audits_one_a_day_is_drawn(tmp_path: Path, hours: float, expected: bool) -> None:
    assert await wanted(tmp_path, VisitKind.AUDIT, "daily")
    drawn(tmp_path / "A1", "1", hours=hours)
    drawn(tmp_path / "A1", "2", hours=1, kind="accept")
    drawn(tmp_path / "A2", "3", hours=1)
    (tmp_path / "A1" / "4").mkdir()
    (tmp_path / "A1" / "4" / "story.json").write_text("{")
    assert await wanted(tmp_path, VisitKind.AUDIT, "daily") is expected
    assert await wanted(tmp_path, VisitKind.AUDIT, "all")


async def test_what_happens_once_is_always_drawn_unless_nothing_is(tmp_path: Path) -> None:
    for kind in (VisitKind.ACCEPT, VisitKind.ROTATION):
        drawn(tmp_path / "A1", kind.value, hours=0.1, kind=kind.value)
        assert await wanted(tmp_path, kind, "daily")
        assert not await wanted(tmp_path, kind, "none")
    drawn(tmp_path / "A1", "now", hours=0.1)
    assert await wanted(tmp_path, VisitKind.AUDIT, "daily", order=True)


def test_the_newest_stories_are_kept_and_evidence_of_anything_else_is_left_alone(tmp_path: Path) -> None:
    old = [drawn(tmp_path, f"{hours}", hours=hours) for hours in (4, 3, 2, 1)]
    (old[0] / "failure.json").write_text("{}")
    (tmp_path / "link").symlink_to(old[1])
    assert forget_stories(tmp_path, keep=2) == 1
    assert [folder.exists() for folder in old] == [True, False, True, True]
