"""The story of a visit that ended well, step by step with masked pictures.

Drawn after its outcome was written, from what was kept in memory, by the rule of all evidence: scrubbed first, covered,
and what cannot be scrubbed is not kept.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from agent.observe import events
from agent.settings.groups.operation import PicturedVisits
from agent.visits.kept.recording import inputs_of
from agent.visits.kinds.audit import make_private
from agent.visits.plan import Plan, VisitKind
from agent.visits.shared.browser_pool import BrowserPool
from agent.visits.shared.context import WorkerContext
from flows import Recorder, Visit, draw_steps, recording_aside, write_private

STORY = "story.json"  # beside the pictures; a visit that ended badly has a failure.json
_DAY = timedelta(days=1)
_WITHIN = 10.0  # seconds for all of it; the visit's outcome is written already
_DRAWN_WITHIN = 6.0
_REPEATED = (VisitKind.AUDIT, VisitKind.INSIGHTS)  # every some hours: one a day is drawn

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Pictured:
    """Whether a visit is to be drawn if it ends well, and what it is drawn from."""

    wanted: bool
    recorder: Recorder | None = None

    @classmethod
    async def of(cls, context: WorkerContext, plan: Plan) -> Pictured:
        """What the settings and the account's last pictures say."""
        folder = context.evidence_dir(plan.account.id, plan.visit_id).parent
        match context.settings.observe.pictures:
            case PicturedVisits.NONE:
                return cls(wanted=False)
            case PicturedVisits.ALL:
                return cls(wanted=True)
            case PicturedVisits.DAILY:
                since = (context.clock.now() - _DAY).timestamp()
                is_new = plan.kind not in _REPEATED or plan.order is not None
                return cls(wanted=is_new or not await asyncio.to_thread(_has_one, folder, plan.kind, since))

    @asynccontextmanager
    async def recording(self, opened: Visit, context: WorkerContext, plan: Plan) -> AsyncIterator[Visit]:
        """The visit to run; it keeps its pages if they are to be drawn."""
        if not self.wanted:
            yield opened
            return
        async with recording_aside(opened, now=context.clock.now, session=plan.session) as recorder:
            yield recorder.visit
            await self.keep(recorder)

    async def keep(self, recorder: Recorder) -> None:
        """Take what the visit left, while its page still answers.

        Nothing where a person acted: what was typed may be in it.
        """
        if self.wanted and not recorder.visit.person_acted:
            await recorder.stop()
            self.recorder = recorder

    async def draw(self, context: WorkerContext, plan: Plan, pool: BrowserPool, *, outcome: str) -> None:
        """Write the story and its pictures, and forget older ones.

        Never raises for a page.
        """
        if self.recorder is None:
            return
        directory = context.evidence_dir(plan.account.id, plan.visit_id)
        try:
            async with asyncio.timeout(_WITHIN), pool.browser():
                make_private(directory)
                await _draw(self.recorder, plan, directory, outcome=outcome)
            await asyncio.to_thread(forget_stories, directory.parent, keep=context.settings.observe.pictured_visits)
        except Exception as err:  # noqa: BLE001 - the visit is over; what keeping its pictures met changes nothing
            log.warning(events.EVIDENCE_MISSED, account=plan.account.id, visit=plan.visit_id, error=type(err).__name__)


async def _draw(recorder: Recorder, plan: Plan, directory: Path, *, outcome: str) -> None:
    with tempfile.TemporaryDirectory(dir=directory, prefix=".steps-") as aside:
        inputs = inputs_of(plan, plan.kind.value)
        kept = await recorder.save(Path(aside) / "recording", flow=plan.kind.value, inputs=inputs, outcome={})
        write_story(recorder.visit, kept, directory, kind=plan.kind, outcome=outcome)
        await draw_steps(recorder.visit, kept, directory, within=_DRAWN_WITHIN)


def write_story(visit: Visit, recording: Path, directory: Path, *, kind: VisitKind, outcome: str) -> Path:
    """Write the steps as the recording has them, scrubbed, with their times."""
    scrubbed = json.loads((recording / "recording.json").read_text(encoding="utf-8"))["story"]
    steps = [
        one | {"at": step.at.isoformat(), "seconds": step.seconds, "candidate": step.candidate}
        for one, step in zip(scrubbed, visit.story, strict=True)
    ]
    told: dict[str, Any] = {"kind": kind.value, "outcome": outcome, "steps": steps}
    return write_private(directory / STORY, visit.redactor.redact(json.dumps(told, ensure_ascii=False)).encode())


def _has_one(folder: Path, kind: VisitKind, since: float) -> bool:
    """Whether a visit of this kind was drawn since then."""
    for story in folder.glob(f"*/{STORY}"):
        if not story.is_symlink() and story.stat().st_mtime >= since:
            try:
                if json.loads(story.read_text(encoding="utf-8")).get("kind") == kind.value:
                    return True
            except (OSError, ValueError):
                continue
    return False


def forget_stories(folder: Path, *, keep: int) -> int:
    """Delete the folders that hold such a story alone, but the newest.

    Returns how many.
    """
    drawn = sorted((story for story in folder.glob(f"*/{STORY}") if _is_story_alone(story.parent)), key=_age)
    for story in drawn[keep:]:
        shutil.rmtree(story.parent, ignore_errors=True)
    return len(drawn[keep:])


def _is_story_alone(folder: Path) -> bool:
    return not folder.is_symlink() and all(
        file.name == STORY or (file.name.startswith("step-") and file.suffix == ".jpg") for file in folder.iterdir()
    )


def _age(story: Path) -> float:
    return -story.stat().st_mtime
