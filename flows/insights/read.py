"""The insights visit: sign in, choose the account, lock it, read.

Nothing is changed and nothing is asked that the pages do not ask themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flows.account.choose_account import choose_account
from flows.browser.guard import ReadCall
from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.insights.arrive import MOVED_ON, InsightPages, Opened
from flows.insights.data import insights_data
from flows.insights.health_answers import is_elsewhere, is_health_answer, read_health_answer
from flows.insights.health_page import read_health_page
from flows.insights.listen import HeardAnswer, Listener
from flows.insights.reports import AsinRow, BusinessReport, BuyBoxPoint, read_report
from flows.insights.sighting import Absence, Settled, Sighting, settle_sightings
from flows.insights.tiles import read_tiles_page
from flows.models import Bounds, Credentials, FlowHooks, SellerAccount
from flows.permissions.page_reader import PageReader
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.page_acts import PageActs
from flows.visit.visit import Visit

_ELSEWHERE = "it is of another marketplace"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """How one page went.

    `absence`: what becomes of the values that it should have shown and did not.
    """

    about: str  # health, tiles, by_date, by_asin
    absence: Absence
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsReading:
    """What one visit read of one marketplace."""

    marketplace_id: str
    values: dict[str, Settled] = field(default_factory=dict)  # by dotted path; only what was seen
    points: tuple[BuyBoxPoint, ...] = ()
    rows: tuple[AsinRow, ...] = ()
    rows_go_on: bool = False
    pages: tuple[PageReading, ...] = ()
    blocked_requests: tuple[str, ...] = ()  # what the read-only guard stopped: "METHOD url"

    def page(self, about: str) -> PageReading:
        """How the page of this name went."""
        unopened = PageReading(about=about, absence=Absence.NOT_READ, detail="it was not opened")
        return next((page for page in self.pages if page.about == about), unopened)


async def read_insights(
    visit: Visit,
    *,
    account: SellerAccount,
    credentials: Credentials,
    hooks: FlowHooks,
    bounds: Bounds | None = None,
) -> InsightsReading:
    """Bring home what the pages say of this account in this marketplace.

    From the moment the account is chosen the visit is read-only and cannot go to another one; another marketplace
    takes another context.

    Raises:
        Everything `ensure_signed_in` and `choose_account` raise; ChallengeError, ForeignHostError, BrowserLostError
        half-way. A page that cannot be read is no error: its values are named as missing.
    """
    limits = bounds or Bounds()
    place = account.marketplace
    await ensure_signed_in(visit, host=place.host, credentials=credentials, hooks=hooks, bounds=limits)
    await choose_account(visit, account=account, bounds=limits)
    await lock_insights(visit, marketplace_id=place.marketplace_id)
    listener = Listener(visit.page, host=place.host)
    await listener.open()
    try:
        pages = InsightPages(visit=visit, page=PageReader.of(visit), account=account, listener=listener, bounds=limits)
        return await _read(visit, pages, place.marketplace_id)
    finally:
        await listener.close()


async def lock_insights(visit: Visit, *, marketplace_id: str) -> None:
    """Let nothing but the documents and read calls of the list through from now on."""
    data = insights_data("pages")
    await visit.guard.read_only(documents=data["documents"], calls=read_calls(), selection=frozenset({marketplace_id}))


def read_calls() -> list[ReadCall]:
    """The pages' own calls that read although they are no GET."""
    return [
        ReadCall(method=answer["method"], path=path, queries=frozenset(answer["queries"]))
        for answer in insights_data("pages")["answers"]
        for path in answer["paths"]
        if answer["method"] == "POST"
    ]


async def _read(visit: Visit, pages: InsightPages, marketplace_id: str) -> InsightsReading:
    gathered = _Gathered(marketplace_id=marketplace_id)
    for page in insights_data("pages")["pages"]:
        opened = await pages.open(page)
        heard = pages.listener.take(page_date=opened.made)
        if opened.absence is not None:
            gathered.pages.append(PageReading(about=opened.about, absence=opened.absence, detail=opened.detail))
            continue
        try:
            await _READERS[opened.about](visit, gathered, opened, heard)
        except (PageMovedError, ActRefusedError):
            gathered.pages.append(PageReading(about=opened.about, absence=Absence.NOT_READ, detail=MOVED_ON))
    return InsightsReading(
        marketplace_id=marketplace_id,
        values=settle_sightings(gathered.sightings),
        points=tuple(gathered.points),
        rows=tuple(gathered.rows),
        rows_go_on=gathered.rows_go_on,
        pages=tuple(gathered.pages),
        blocked_requests=tuple(visit.guard.blocked),
    )


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What the pages have said so far."""

    marketplace_id: str
    sightings: list[Sighting] = field(default_factory=list)
    points: list[BuyBoxPoint] = field(default_factory=list)
    rows: list[AsinRow] = field(default_factory=list)
    rows_go_on: bool = False
    pages: list[PageReading] = field(default_factory=list)

    def note(self, about: str, *, is_whole: bool, failures: list[HeardAnswer]) -> None:
        """Say how a page went.

        What it lacks is `no_data` only where everything it asked for was answered.
        """
        absence = Absence.NO_DATA if is_whole else Absence.NOT_READ
        detail = "" if is_whole else "nothing that is known was shown"
        if failures:
            absence = failures[0].absence or Absence.NOT_READ
            detail = f"{failures[0].path}: {failures[0].problem}"
        self.pages.append(PageReading(about=about, absence=absence, detail=detail))


async def _health(visit: Visit, gathered: _Gathered, opened: Opened, heard: list[HeardAnswer]) -> None:
    sightings = await read_health_page(PageActs.of(visit))
    answers, failures = _sorted(heard, "health", gathered.marketplace_id)
    for answer in answers:
        gathered.sightings += read_health_answer(
            answer.content, marketplace_id=gathered.marketplace_id, path=answer.path
        )
    if not any(failure.problem == _ELSEWHERE for failure in failures):  # then the page is not of ours either
        gathered.sightings += sightings
    whole = any(is_health_answer(answer.content, marketplace_id=gathered.marketplace_id) for answer in answers)
    gathered.note(opened.about, is_whole=whole, failures=failures)


async def _tiles(visit: Visit, gathered: _Gathered, opened: Opened, heard: list[HeardAnswer]) -> None:
    answers, failures = _sorted(heard, "tiles", gathered.marketplace_id, per_marketplace=False)
    sightings = await read_tiles_page(
        PageActs.of(visit), marketplace_id=gathered.marketplace_id, heard=[answer.content for answer in answers]
    )
    gathered.sightings += sightings
    gathered.note(opened.about, is_whole=True, failures=failures)  # a home page without the tile has no such data


async def _report(_: Visit, gathered: _Gathered, opened: Opened, heard: list[HeardAnswer]) -> None:
    answers, failures = _sorted(heard, "report", gathered.marketplace_id)
    reports = [report for answer in answers if (report := read_report(answer.content)) is not None]
    whole = _whole_reports(reports, by_asin=opened.about == "by_asin")
    failures += [
        HeardAnswer(about="report", path=opened.about, problem=report.problem) for report in reports if report.problem
    ]
    for report in whole:
        gathered.points += [point for point in report.points if point not in gathered.points]
        gathered.rows += [row for row in report.rows if row not in gathered.rows]
        gathered.rows_go_on = gathered.rows_go_on or (report.by_asin and report.goes_on)
    gathered.note(opened.about, is_whole=bool(whole), failures=failures)


def _whole_reports(reports: list[BusinessReport], *, by_asin: bool) -> list[BusinessReport]:
    return [report for report in reports if report.problem is None and report.by_asin is by_asin]


def _sorted(
    heard: list[HeardAnswer], about: str, marketplace_id: str, *, per_marketplace: bool = True
) -> tuple[list[HeardAnswer], list[HeardAnswer]]:
    """The answers of this kind that can be read, and those that failed for good."""
    answers, failures = [], []
    for one in heard:
        if one.about != about:
            continue
        if one.problem is not None:
            failures.append(one)
        elif per_marketplace and is_elsewhere(one.content, marketplace_id):
            failures.append(HeardAnswer(about=about, path=one.path, absence=Absence.NOT_READ, problem=_ELSEWHERE))
        else:
            answers.append(one)
    paths = {answer.path for answer in answers}
    return answers, [one for one in failures if one.path not in paths or about == "report"]


_READERS: dict[str, Callable[..., Any]] = {"health": _health, "tiles": _tiles, "by_date": _report, "by_asin": _report}
