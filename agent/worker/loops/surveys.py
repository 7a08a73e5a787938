"""A survey that a person asked for in the console.

Told as it goes, kept with its report and its recording.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from agent.report.survey import survey_document
from agent.report.survey_files import write_survey
from agent.store.database.engine import reading, writing
from agent.store.people import drafts, takeovers
from agent.store.people.drafts import DraftState
from agent.store.people.takeovers import Takeover
from agent.visits.kinds.survey import Surveyed, survey_asked
from agent.visits.shared.context import WorkerContext
from flows import ScreenSight, StageEnd


async def make_survey(context: WorkerContext, taken: Takeover) -> None:
    """Make it, tell each screen as it comes, and keep the report.

    Raises:
        UnconfirmedError: the account is busy or blocked. ConfigurationError: there is no browser, or no room for the
        files.
    """

    async def noticed(ends: Sequence[StageEnd], sights: Sequence[ScreenSight]) -> None:
        await asyncio.to_thread(_tell, context, taken, _document(context, taken, ends, sights))

    seen = await survey_asked(context, taken.account_id, asked=taken.id, noticed=noticed)
    await asyncio.to_thread(_keep, context, taken, seen)


def _keep(context: WorkerContext, taken: Takeover, seen: Surveyed) -> None:
    with reading(context.engine) as conn:
        made = [row for row in drafts.list_all(conn) if row.visit_id == seen.visit_id]
    names = [row.name for row in made if row.state is not DraftState.REFUSED]
    document = _document(context, taken, seen.ends, seen.sights, names) | {"ended": True}
    write_survey(context.evidence_dir(taken.account_id, seen.visit_id), document, seen.sights)
    _tell(context, taken, document, visit_id=seen.visit_id)


def _document(
    context: WorkerContext,
    taken: Takeover,
    ends: Sequence[StageEnd],
    sights: Sequence[ScreenSight],
    names: Sequence[str] = (),
) -> dict[str, Any]:
    return survey_document(account=taken.account_id, at=context.clock.now(), ends=ends, sights=sights, drafts=names)


def _tell(context: WorkerContext, taken: Takeover, document: dict[str, Any], visit_id: str | None = None) -> None:
    with writing(context.engine) as conn:
        takeovers.report(conn, taken.id, document, visit_id=visit_id)
