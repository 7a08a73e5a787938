"""A visit that keeps the page of every step it sees, and can stop at one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from playwright.async_api import Error

from flows.errors import Disposition, FlowError
from flows.recognise import Recognition
from flows.visit import Visit


class StoppedAtStepError(FlowError):
    """The visit reached the step it was told to stop at."""

    code = "stopped_at_step"
    disposition = Disposition.RETRY


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The page when a screen was recognised."""

    screen: str
    document: str
    alert: str
    url: str
    html: str


@dataclass(slots=True)
class RecordedVisit(Visit):
    """The visit itself: same context, page, guard and story, keeping the page whenever another screen is recognised."""

    snapshots: list[Snapshot] = field(default_factory=list)
    stop_at: str | None = None  # a screen's name, or the number of a step

    @classmethod
    def over(cls, visit: Visit, *, stop_at: str | None = None) -> RecordedVisit:
        """Take over a visit that was opened already."""
        return cls(**{one.name: getattr(visit, one.name) for one in fields(Visit)}, stop_at=stop_at)

    async def recognise(self) -> Recognition:
        """Recognise the page, and keep it if it is another screen than the last one kept.

        Raises:
            StoppedAtStepError: this is the step to stop at.
        """
        seen = await Visit.recognise(self)
        last = self.snapshots[-1] if self.snapshots else None
        alert = seen.alert or ""
        if last is None or (last.screen, last.document, last.alert) != (seen.screen, seen.document, alert):
            html = await self._html()
            self.snapshots.append(Snapshot(screen=seen.screen, document=seen.document, alert=alert, url=seen.url, html=html))
        if self.stop_at in (seen.screen, str(len(self.snapshots))):
            raise StoppedAtStepError(f"stopped at step {len(self.snapshots)}, {seen.screen}, as asked", screen=seen.screen, url=seen.url)
        return seen

    async def _html(self) -> str:
        try:
            return await self.page.content()
        except Error:  # it went on to the next page meanwhile; that one is kept when it is recognised
            return ""
