"""The steps of a person, as they are made: each waits for what comes next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.catalogue.recognise import Recognition
from flows.recording.evidence import scrubbed_html
from flows.takeover.person_steps import PersonStep, StepAct, StepPage, UsedControl
from flows.visit.visit import Visit

_MOST = 200


@dataclass(slots=True, kw_only=True)
class StepLog:
    """The steps of one take-over, and the page they are made on."""

    visit: Visit
    steps: list[PersonStep] = field(default_factory=list)
    keys: int = 0
    _page: StepPage | None = None
    _seen: Recognition | None = None

    async def saw(self, seen: Recognition) -> None:
        """Keep the page as it is now.

        Where it is another one, it is what came of the steps before.
        """
        if self._seen is not None and not seen.differs(self._seen):
            return
        self._seen, before = seen, self._page
        self._page = await self._taken(seen)
        if before is not None:
            self.steps = [replace(step, after=self._page) if step.after is None else step for step in self.steps]

    async def used(self, act: StepAct, control: UsedControl, keys: int) -> None:
        """Keep one use of a control.

        Typing into the same field goes on with the same step.
        """
        self.keys += keys
        self.visit.person_acted = True
        last = self.steps[-1] if self.steps else None
        if last is not None and last.after is None and (last.act, last.control) == (act, control):
            self.steps[-1] = replace(last, keys=last.keys + keys)
        elif self._page is not None and len(self.steps) < _MOST:
            now = datetime.now(UTC)
            self.steps.append(PersonStep(at=now, act=act, control=control, before=self._page, after=None, keys=keys))

    async def _taken(self, seen: Recognition) -> StepPage:
        html = ""
        with suppress(ActRefusedError, PageMovedError):
            html = await scrubbed_html(self.visit.page, self.visit.redactor)
        redact = self.visit.redactor.redact
        return StepPage(
            url=redact(seen.path),
            title=redact(seen.title),
            screen=seen.screen,
            claim=seen.claim,
            session=seen.session,
            document=seen.document,
            html=html,
        )
