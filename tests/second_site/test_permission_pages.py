"""Permission pages written from the facts alone are read exactly where they are whole, and never pass where they hold something back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Route

from agent.domain.policy.load import load_policy
from agent.visits.kinds.audit_reading import JudgedAudit, judge_reading
from flows.browser.launch import BrowserOptions
from flows.models import AuditReading, Bounds
from flows.permissions.audit import read_only_paths, read_permissions
from flows.visit.open_visit import open_visit
from tests.second_site.permissions.cases import STYLES, Case, broken_pages, translated_pages, whole_pages
from tests.second_site.permissions.look import USER, Look, document
from tests.second_site.permissions.rows import LEVELS, Row

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "sellercentral.amazon.com"
OPTIONS = BrowserOptions(no_sandbox=True)
PATIENCE = Bounds(step=timedelta(seconds=5))
WHOLE, BROKEN, TRANSLATED = dict(whole_pages()), dict(broken_pages()), dict(translated_pages())


@pytest.mark.sampled(3)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", WHOLE)
async def test_a_whole_page_is_read_exactly_and_judged(chromium: Browser, name: str) -> None:
    case = WHOLE[name]
    reading, judged = await audit(chromium, case)
    assert reading.grid is not None
    assert reading.grid.complete, (reading.grid.gaps, [row.problem for row in reading.grid.rows if row.problem])
    assert read_rows(reading, case) == expected_rows(case)
    assert judged.audit.verdict.value in case.verdicts


@pytest.mark.sampled(1)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", BROKEN)
async def test_a_page_that_holds_something_back_never_passes(chromium: Browser, name: str) -> None:
    _, judged = await audit(chromium, BROKEN[name])
    assert judged.audit.verdict.value in BROKEN[name].verdicts


@pytest.mark.sampled(1)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", TRANSLATED)
async def test_a_page_in_another_language_is_judged_or_left_open(chromium: Browser, name: str) -> None:
    _, judged = await audit(chromium, TRANSLATED[name])
    assert judged.audit.verdict.value in TRANSLATED[name].verdicts


WAITS = {
    "a spinner": '<div class="loading" role="progressbar" aria-label="Loading"><span class="spinner"></span></div>',
    "busy": '<div aria-busy="true" style="height:20px;background:#eee"></div>',
    "a progress bar": "<progress></progress>",
    "a text": "<p>Loading permissions&hellip;</p>",
    "a request to wait": "<p>Please wait&hellip;</p>",
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("markup", WAITS.values(), ids=WAITS)
async def test_a_section_that_closes_again_was_still_loading(chromium: Browser, markup: str) -> None:
    style = STYLES["one at a time"]  # each section that opens closes the one before it
    case = Case(html=style.page(style.rows, Reports=markup), verdicts=frozenset(), own=style.own, path=style.path)
    _, judged = await audit(chromium, case)
    assert judged.audit.verdict == "incomplete"


OTHER = "b2@users.example"
USER_LINES = {
    "as a row": ("<p><strong>Account:</strong> {user}</p>", "pass"),
    "by another word": ("<p><strong>User:</strong> {user}</p>", "pass"),
    "without a word": ("<p>{user}</p>", "pass"),
    "another's": (f"<p><strong>Account:</strong> {OTHER}</p>", "incomplete"),
    "and another's": (f"<p>Account: {{user}}</p><p><strong>Account:</strong> {OTHER}</p>", "incomplete"),
    "with a level": ("<p><strong>Account:</strong> {user} View</p>", "incomplete"),
    "of a state": ("<p><strong>Suspended:</strong> {user}</p>", "incomplete"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("line", "verdict"), USER_LINES.values(), ids=USER_LINES)
async def test_a_line_made_as_the_rows_may_name_the_user_and_nothing_else(
    chromium: Browser, line: str, verdict: str
) -> None:
    style = STYLES["lines with colons"]
    told = f"<p>Account: {USER}</p>"
    html = style.page(style.rows)
    assert told in html
    case = Case(html=html.replace(told, line.format(user=USER)), verdicts=frozenset(), own=style.own, path=style.path)
    reading, judged = await audit(chromium, case)
    assert judged.audit.verdict == verdict, reading.grid and reading.grid.gaps


async def audit(browser: Browser, case: Case) -> tuple[AuditReading, JudgedAudit]:
    """Read one page as an audit does from the account on, and judge it."""
    async with open_visit(browser, options=OPTIONS) as visit:

        async def answer(route: Route) -> None:
            if route.request.resource_type == "document":
                await route.fulfill(
                    status=200,
                    content_type="text/html; charset=utf-8",
                    body=body_at(case, urlsplit(route.request.url).path),
                )
            else:
                await route.fulfill(status=404, body="")

        await visit.context.route("**/*", answer)
        await visit.page.goto(f"https://{HOST}/home")
        await visit.guard.read_only(documents=read_only_paths())
        viewer = USER if case.own else "admin@users.example"
        reading = await read_permissions(visit, host=HOST, subject=USER, viewer=viewer, own=case.own, bounds=PATIENCE)
    return reading, judge_reading(reading, load_policy(), account="A1", user_email=USER, now=datetime.now(UTC))


def body_at(case: Case, path: str) -> str:
    """The page at its own address; the old address of a new page leads on to it."""
    home = urlsplit(case.path).path
    if path == home:
        return case.html
    if path.startswith("/gp/account-manager"):
        return f"<script>location.replace({json.dumps(case.path)})</script>"
    return document("Seller Central", "<h1>Welcome</h1>", Look())


def read_rows(reading: AuditReading, case: Case) -> list[tuple[object, ...]]:
    """What was read; without what is offered where the page does not show it."""
    rows = reading.grid.rows if reading.grid is not None else ()
    return [
        (
            row.section,
            row.permission,
            row.occurrence,
            None if case.by_word else tuple(row.offered),
            row.level and row.level.value,
        )
        for row in rows
    ]


def expected_rows(case: Case) -> list[tuple[object, ...]]:
    """What the page was made of."""
    expected: list[tuple[object, ...]] = []
    seen: list[tuple[str, str]] = []
    for row in case.rows:
        seen.append((row.section, row.label))
        expected.append(
            (row.section, row.label, seen.count(seen[-1]), None if case.by_word else offered(row), LEVELS[row.held])
        )
    return expected


def offered(row: Row) -> tuple[str, ...]:
    """The levels a row offers."""
    return tuple(LEVELS[level] for level in "NVEA" if level in row.offered)
