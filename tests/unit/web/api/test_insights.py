"""Insights by the API and in the console: what is kept, the newest first, and charts that can be read out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio

from agent.domain.authorization import Event
from agent.store import transitions
from agent.store.api.api_keys import Scope
from agent.store.api.operations import OperationKind, OperationState, take
from agent.store.database.engine import reading, writing
from agent.web.console.pages.charts import Series, describe, line_chart
from tests.support.insights import keep_insights, late_shipments
from tests.support.stored.registry import NOW, add_account
from tests.support.web.console import signed_in, submit
from tests.support.web.web_server import WebServer, once
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

INSIGHTS = ACCOUNTS + "/A1/insights"
DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def admin(web: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    with writing(web.engine) as conn:
        add_account(conn)
    async with signed_in(web) as client:
        yield client


async def test_readings_come_the_newest_first_page_by_page_and_since_a_time(any_web: WebServer) -> None:
    async with any_web.client(Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE) as client:
        await registered(client, api_authorization="complete")
        assert (await client.get(INSIGHTS)).status_code == 404
        for number in range(3):
            at = NOW + number * DAY
            keep_insights(any_web.engine, late_shipments(0.01 * (number + 1), now=at), at=at)
        first = (await client.get(INSIGHTS, params={"limit": 2})).json()
        rest = (await client.get(INSIGHTS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        since = (await client.get(INSIGHTS, params={"since": (NOW + 2 * DAY).isoformat()})).json()
        later = await client.get(INSIGHTS, params={"since": (NOW + 9 * DAY).isoformat()})
        wrong = [await client.get(INSIGHTS, params={"since": text}) for text in ("yesterday", "2026-11-23T12:00:00")]
    rates = [one["performanceMetrics"]["lateShipmentRate"]["rate"] for one in (*first["insights"], *rest["insights"])]
    assert rates == [0.03, 0.02, 0.01]
    assert rest["next_cursor"] is None
    assert [one["captured_at"] for one in since["insights"]] == ["2026-11-25T12:00:00Z"]
    assert (later.status_code, later.json()["insights"]) == (200, [])
    assert [answer.status_code for answer in wrong] == [422, 422]


async def test_a_reading_is_asked_for_and_queued_for_a_worker(web: WebServer) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        asked = await client.post(INSIGHTS, headers=once())
    assert (asked.status_code, asked.json()["kind"]) == (202, "insights")
    with writing(web.engine) as conn:
        taken = take(conn, worker="w1", but=[])
    assert taken is not None
    assert (taken.kind, taken.state) == (OperationKind.INSIGHTS, OperationState.RUNNING)


@pytest.mark.parametrize("event", [Event.PAUSED, Event.HUMAN_NEEDED])
async def test_a_reading_that_cannot_be_made_is_not_queued(web: WebServer, event: Event) -> None:
    async with web.client() as client:
        await registered(client, api_authorization="complete")
        with writing(web.engine) as conn:
            transitions.apply(conn, "A1", event, now=NOW, why="a test")
        status, _ = code_of(await client.post(INSIGHTS, headers=once()))
    assert status == 409


async def test_the_console_shows_each_metric_beside_its_target_and_what_is_missing(
    web: WebServer, admin: httpx.AsyncClient
) -> None:
    assert "Nothing was read yet" in (await admin.get("/accounts/A1/insights")).text
    for number, rate in enumerate((0.01, 0.05)):
        at = NOW + number * DAY
        keep_insights(web.engine, late_shipments(rate, now=at), at=at)
    shown = (await admin.get("/accounts/A1/insights")).text
    assert "From 1.00% on 2026-11-23 to 5.00% on 2026-11-24, 2 readings. The target is below 4.00%." in shown
    assert "✕ no" in shown
    missing = re.search(r"<b><bdi>no data</bdi></b>: <bdi>([^<]+)", shown)
    assert missing
    assert "performanceMetrics.validTrackingRate" in missing[1].split(", ")
    assert shown.count('role="img"') >= 2
    assert "style=" not in shown  # the policy of the console allows none


async def test_an_operator_asks_for_a_reading_in_the_console(web: WebServer, admin: httpx.AsyncClient) -> None:
    answer = await submit(admin, "/accounts/A1/insights", "/accounts/A1/insights")
    assert answer.status_code == 200
    with reading(web.engine) as conn, conn.begin_nested():
        taken = take(conn, worker="w1", but=[])
    assert taken is not None
    assert taken.kind is OperationKind.INSIGHTS


@pytest.mark.parametrize("values", [[], [0.5], [0.1, 0.1], [0.0, 1.0, 0.5]])
def test_a_chart_is_well_formed_and_says_in_words_what_it_shows(values: list[float]) -> None:
    points = tuple((NOW + number * DAY, value) for number, value in enumerate(values))
    series = Series(name='<b>"late" & more</b>', points=points, target=0.04, condition="LESS_THAN")
    drawn = ElementTree.fromstring(str(line_chart(series, number=3)))  # noqa: S314 - made by us
    title, desc = drawn[0], drawn[1]
    assert (title.text, desc.text) == (series.name, describe(series))
    assert drawn.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
    coordinates = [
        float(part) for one in drawn.iter("polyline") for part in one.attrib["points"].replace(",", " ").split()
    ]
    assert all(0 <= number <= 240 for number in coordinates)
