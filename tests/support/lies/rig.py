"""One browser in front of the lying site, and the verdict of an audit on each page: reach, read, judge.

Several visits share it, each in a context of its own, as the visits of a worker do.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from playwright.async_api import Browser

from agent.domain.policy.load import load_policy
from agent.visits.kinds.audit_reading import judge_reading
from flows.browser.launch import BrowserOptions
from flows.errors import BrowserLostError, FlowError
from flows.models import AuditReading, Bounds, Grid
from flows.permissions.audit import read_only_paths, read_permissions
from flows.visit.open_visit import open_visit
from flows.visit.visit import Visit
from tests.support.lies.page import USER, LyingPage
from tests.support.lies.site import HOST, LyingSite, lying_site
from tests.support.sites.kept_browsers import KEPT

ADMIN = "admin@users.example"
PATIENCE = Bounds(step=timedelta(seconds=20))
_MADE = "lie made"
_STOPPED = "stopped: "
_LONGEST = 120.0  # seconds; a reading that takes longer counts as `incomplete`, and says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an audit made of a page: the verdict, why, and for how long it read."""

    page: LyingPage
    verdict: str
    gaps: tuple[str, ...]
    rows: int
    seconds: float
    unmade: str = ""  # why the lie could not be made on this page; then nothing is said of the verdict

    @property
    def is_false_pass(self) -> bool:
        """The one thing that may never be."""
        return self.verdict == "pass" and "pass" not in self.page.right and not self.unmade

    @property
    def is_right(self) -> bool:
        return self.verdict in self.page.right or bool(self.unmade)

    @property
    def is_stopped(self) -> bool:
        """Whether the audit ended with an error, or with no end: nothing of the page was judged."""
        return not self.unmade and any(gap.startswith(_STOPPED) for gap in self.gaps)

    def __str__(self) -> str:
        said = self.unmade or "; ".join(self.gaps)[:300] or f"{self.rows} rows, no gaps"
        return f"{self.page.name}: {self.verdict} ({'|'.join(sorted(self.page.right))}): {self.page.what} -> {said}"


@dataclass(slots=True)
class LyingRig:
    """A site and a browser for many pages, several at a time."""

    site: LyingSite
    browser: Browser
    options: BrowserOptions

    async def judge(
        self, page: LyingPage, *, bounds: Bounds = PATIENCE, may_pass: Callable[[Grid], bool] = lambda _: True
    ) -> Judged:
        """Audit one page with the default policy, read-only, as the flow does from the chosen account on.

        `may_pass` says of a grid that was read whole whether it could be judged a pass.

        Raises:
            BrowserLostError: the browser died; nothing is said of the page.
        """
        begun = monotonic()
        said: list[str] = []
        verdict, rows, seconds = "incomplete", 0, None
        gaps: tuple[str, ...] = (f"{_STOPPED}no end",)
        try:
            async with asyncio.timeout(_LONGEST):
                reading, seconds = await self._read(page, bounds, said, may_pass)
        except BrowserLostError:
            raise
        except FlowError as err:
            gaps = (f"{_STOPPED}{err.code}",)
        except TimeoutError:
            pass
        else:
            audit = judge_reading(reading, load_policy(), account="A1", user_email=USER, now=datetime.now(UTC)).audit
            verdict, gaps, rows = audit.verdict.value, _gaps(reading), len(reading.grid.rows) if reading.grid else 0
        unmade = (
            "" if not page.is_changed or _MADE in said else "; ".join(said) or "lie not made: the script did not end"
        )
        return Judged(
            page=page, verdict=verdict, gaps=gaps, rows=rows, seconds=seconds or monotonic() - begun, unmade=unmade
        )

    async def _read(
        self, page: LyingPage, bounds: Bounds, said: list[str], may_pass: Callable[[Grid], bool]
    ) -> tuple[AuditReading, float]:
        viewer = USER if page.own_view else ADMIN
        with self.site.showing(page) as state:
            async with open_visit(self.browser, options=self.options, storage_state=state) as visit:
                return await _audit(visit, page, viewer, bounds, said, may_pass)

    async def judge_all(
        self, pages: Iterable[LyingPage], *, at_once: int, bounds: Bounds = PATIENCE
    ) -> AsyncIterator[Judged]:
        """Audit them, so many at a time; yields each as it ends, since most of a page's time is waiting."""
        left, judged = iter(pages), asyncio.Queue[Judged | None]()

        async def work() -> None:
            for page in left:
                judged.put_nowait(await self.judge(page, bounds=bounds))

        async def work_all() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(at_once):
                        group.create_task(work())
            finally:
                judged.put_nowait(None)

        working = asyncio.create_task(work_all())
        try:
            while (one := await judged.get()) is not None:
                yield one
            await working
        finally:
            working.cancel()


async def _audit(
    visit: Visit, page: LyingPage, viewer: str, bounds: Bounds, said: list[str], may_pass: Callable[[Grid], bool]
) -> tuple[AuditReading, float]:
    visit.page.on("console", lambda line: said.append(line.text) if line.text.startswith("lie ") else None)
    await visit.page.goto(f"https://{HOST}/home")
    await visit.guard.read_only(documents=read_only_paths())
    begun = monotonic()
    reading = await read_permissions(
        visit, host=HOST, subject=USER, viewer=viewer, own=page.own_view, bounds=bounds, may_pass=may_pass
    )
    return reading, monotonic() - begun


def _gaps(reading: AuditReading) -> tuple[str, ...]:
    grid = reading.grid
    return () if grid is None else (*grid.gaps, *(row.problem for row in grid.rows if row.problem))


@asynccontextmanager
async def lying_rig(files: Mapping[str, Path] | None = None) -> AsyncIterator[LyingRig]:
    """Start the site and a browser for which every host name leads to it."""
    async with lying_site(files) as site:
        options = BrowserOptions(
            host_resolver_rules=f"MAP * 127.0.0.1:{site.port}",
            trusted_spki=(site.pin,),
            no_sandbox=os.geteuid() == 0,
        )
        async with KEPT.lend(options) as browser:
            yield LyingRig(site=site, browser=browser, options=options)
