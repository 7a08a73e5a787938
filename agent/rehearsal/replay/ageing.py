"""How recordings have aged.

The same visits are made again, against the stand-in or an account, and their pages compared by
shape.
"""

from __future__ import annotations

import difflib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.cli import context
from agent.errors import UsageError
from agent.rehearsal.record.stand_in import studio
from agent.rehearsal.record.visit import record_visit
from fixtures.player.recording import Recording, load_recording
from fixtures.recorded_visits import recorded_visits
from flows import outline

_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """One recording beside the visit made now.

    A step is its screen and its page's shape.
    """

    name: str
    age_days: int
    differences: tuple[str, ...]


async def compare_with_stand_in(paths: Sequence[Path]) -> list[Aged]:
    """Make the shipped visits again on a stand-in.

    Raises:
        UsageError: a recording is not one of the shipped ones, so its scenario is not known.
    """
    visits = {f"{visit.flow}/{visit.name}": visit for visit in recorded_visits()}
    recordings = [load_recording(path) for path in paths]
    if strange := [one.name for one in recordings if one.name not in visits]:
        raise UsageError(
            f"only shipped recordings have a scenario for the stand-in; {', '.join(strange)} has none, use --against ID"
        )
    aged = []
    with tempfile.TemporaryDirectory() as directory:
        async with studio() as recording:
            for old in recordings:
                fresh = Path(directory) / old.name
                await recording.record(visits[old.name], fresh)
                aged.append(_compare(old, fresh))
    return aged


async def compare_with_account(paths: Sequence[Path], account_id: str) -> list[Aged]:
    """Make the visits again, signed in as a registered account.

    Acceptances are left out, they would accept.
    """
    recordings = [load_recording(path) for path in paths]
    settings = context.settings()
    vault, engine = context.vault(settings), context.database(settings)
    aged = []
    try:
        with tempfile.TemporaryDirectory() as directory:
            for old in (one for one in recordings if one.about["flow"] != "accept"):
                fresh = Path(directory) / old.name
                flow = str(old.about["flow"])
                await record_visit(
                    settings, engine=engine, vault=vault, account_id=account_id, flow=flow, output=fresh, twice=False
                )
                aged.append(_compare(old, fresh))
    finally:
        engine.dispose()
    return aged


def _compare(old: Recording, fresh: Path) -> Aged:
    now = json.loads((fresh / "recording.json").read_text(encoding="utf-8"))["pages"]
    before = old.about["pages"]
    differences = [
        line for number in range(max(len(before), len(now))) for line in _step(old.path, before, fresh, now, number)
    ]
    return Aged(name=old.name, age_days=old.age_days(datetime.now(UTC)), differences=tuple(differences))


def _step(
    old: Path, before: Sequence[dict[str, Any]], fresh: Path, now: Sequence[dict[str, Any]], number: int
) -> list[str]:
    """Compare one step; a page of the same shape has nothing to say."""
    if number >= len(before) or number >= len(now):
        screens = [pages[number]["screen"] if number < len(pages) else "nothing" for pages in (before, now)]
        return [f"step {number + 1}: recorded {screens[0]}, now {screens[1]}"]
    was, is_now = before[number], now[number]
    if (was["screen"], was["shape"]) == (is_now["screen"], is_now["shape"]):
        return []
    then, today = (
        outline((root / "pages" / page["file"]).read_text(encoding="utf-8"))
        for root, page in ((old, was), (fresh, is_now))
    )
    lines = difflib.unified_diff(then, today, lineterm="", n=0)
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    head = (
        f"step {number + 1}: recorded {was['screen']}, now {is_now['screen']}, {len(changed)} lines of its shape differ"
    )
    return [head, *changed[:_LINES]]
