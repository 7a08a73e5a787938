"""The readers on pages and answers that were written from the facts and not from the stand-in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from flows.insights.health_answers import is_elsewhere, is_health_answer, read_health_answer
from flows.insights.health_page import read_health_page
from flows.insights.sighting import Absence, Settled, Sighting, settle_sightings
from flows.insights.tiles import read_tiles_page
from flows.visit.page_acts import PageActs
from tests.second_site.insights.pages import (
    CA,
    US,
    dashboard,
    defect_block,
    home,
    rating_block,
    shipping_row,
    summary,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
LATE = "performanceMetrics.lateShipmentRate"


async def on_page(chromium: Browser, html: str) -> list[Sighting]:
    context = await chromium.new_context()
    try:
        tab = await context.new_page()
        await tab.set_content(html)
        return await read_health_page(PageActs(tab))
    finally:
        await context.close()


async def tile_on(chromium: Browser, html: str) -> dict[str, Settled]:
    context = await chromium.new_context()
    try:
        tab = await context.new_page()
        await tab.set_content(html)
        return settle_sightings(await read_tiles_page(PageActs(tab), marketplace_id=US, heard=[]))
    finally:
        await context.close()


def values(settled: dict[str, Settled]) -> dict[str, Any]:
    return {what: one.value for what, one in settled.items()}


def heard(content: Any) -> list[Sighting]:
    return read_health_answer(content, marketplace_id=US, path="/performance/api/summary")


async def test_rows_are_read_by_id_from_their_second_column(chromium: Browser) -> None:
    html = dashboard(
        defect_block("0,42 %", "5 von 1.190 Bestellungen"),
        shipping_row("shipping-late-shipment-rate-row", "1.25%", "15 of 1,200 orders", nested=True),
        shipping_row("shipping-view-tracking-rate-row", None),
        rating_block("1 000", "at-risk"),
    )
    assert values(settle_sightings(await on_page(chromium, html))) == {
        "performanceMetrics.orderDefectRate.mfn.rate": 0.0042,
        "performanceMetrics.orderDefectRate.mfn.orderWithDefects.count": 5,
        "performanceMetrics.orderDefectRate.mfn.orderCount": 1190,
        f"{LATE}.rate": 0.0125,
        f"{LATE}.lateShipmentCount": 15,
        f"{LATE}.orderCount": 1200,
        "performanceMetrics.validTrackingRate.rate": None,
        "accountHealthRating.ahrScore": 1000,
        "accountHealthRating.band": "at_risk",
    }


@pytest.mark.parametrize("value", ["12", "1.2.3%", "-1%", "120%", "about 3%", "3% to 4%"])
async def test_a_value_that_nobody_would_read_in_one_way_is_not_read(chromium: Browser, value: str) -> None:
    settled = settle_sightings(
        await on_page(chromium, dashboard(shipping_row("shipping-late-shipment-rate-row", value)))
    )
    assert settled[f"{LATE}.rate"].value is None
    assert settled[f"{LATE}.rate"].absence is Absence.NOT_READ


async def test_the_row_of_another_id_and_a_hidden_badge_say_nothing(chromium: Browser) -> None:
    assert await on_page(chromium, dashboard(shipping_row("some-other-row", "5%"))) == []


async def test_an_answer_and_the_page_agree_within_the_digits_shown(chromium: Browser) -> None:
    page = await on_page(chromium, dashboard(shipping_row("shipping-late-shipment-rate-row", "1.3%", "15 of 1,200")))
    answer = heard(summary(lateShipmentRate={"rate": 0.0125, "orderCount": 1200, "lateShipmentCount": 15}))
    settled = settle_sightings([*answer, *page])
    assert settled[f"{LATE}.rate"].value == 0.0125


@pytest.mark.parametrize("rate", [1.25, 0.0119, 0.0131, 0.125, "n/a"])
async def test_an_answer_that_the_page_contradicts_is_not_read_and_both_are_kept(chromium: Browser, rate: Any) -> None:
    page = await on_page(chromium, dashboard(shipping_row("shipping-late-shipment-rate-row", "1.25%")))
    settled = settle_sightings([*heard(summary(lateShipmentRate={"rate": rate})), *page])[f"{LATE}.rate"]
    assert (settled.value, settled.absence) == (None, Absence.NOT_READ)
    assert len(settled.evidence) == 2


async def test_what_was_read_beside_a_contradiction_is_not_believed_either(chromium: Browser) -> None:
    page = await on_page(chromium, dashboard(shipping_row("shipping-late-shipment-rate-row", "1.25%")))
    late = {"rate": 0.5, "orderCount": 1200, "lateShipmentCount": 600}
    settled = settle_sightings([*heard(summary(lateShipmentRate=late, onTimeDeliveryRate={"rate": 0.97})), *page])
    assert {what: one.value for what, one in settled.items() if one.value is not None} == {}


async def test_only_this_marketplace_is_read_and_the_schemas_names_are_written() -> None:
    answer = summary(
        prefulfillmentCancelRate={
            "rate": 0.001,
            "status": "GOOD",
            "targetValue": 0.025,
            "targetCondition": "LESS_THAN",
        },
        documentRequest={"defectsCount": 2},
        warningState=[{"warningType": "spammingSellerMessaging", "status": "NONE"}],
        accountHealthRating={"ahrStatus": "GREAT", "ahrScore": 250},
    )
    assert values(settle_sightings(heard(answer))) == {
        "accountStatus": "DEACTIVATED",
        "performanceMetrics.preFulfillmentCancellationRate.rate": 0.001,
        "performanceMetrics.preFulfillmentCancellationRate.status": "GOOD",
        "performanceMetrics.preFulfillmentCancellationRate.targetValue": 0.025,
        "performanceMetrics.preFulfillmentCancellationRate.targetCondition": "LESS_THAN",
        "performanceMetrics.documentRequests.defectsCount": 2,
        "performanceMetrics.warningStates.spammingSellerMessaging.status": "NONE",
        "accountHealthRating.ahrScore": 250,
        "accountHealthRating.accountHealthRatingStatus": "GREAT",
    }


async def test_an_answer_that_names_only_other_marketplaces_is_elsewhere() -> None:
    assert is_elsewhere({"marketplaceId": CA, "lateShipmentRate": {"rate": 0.1}}, US)
    assert not is_elsewhere({"lateShipmentRate": {"rate": 0.1}}, US)
    assert is_health_answer(summary(lateShipmentRate={"rate": 0.1}), marketplace_id=US)
    assert not is_health_answer({"banner": {"title": "x"}}, marketplace_id=US)


@pytest.mark.parametrize("status", ["Healthy", "good", 7, True])
async def test_a_word_that_the_schema_does_not_have_is_not_read(status: Any) -> None:
    settled = settle_sightings(heard(summary(lateShipmentRate={"status": status})))
    assert settled[f"{LATE}.status"].absence is Absence.NOT_READ


@pytest.mark.parametrize("older", [False, True])
async def test_the_tile_is_of_this_marketplace_and_ends_with_two_and_thirty_days(
    chromium: Browser, older: bool
) -> None:
    settled = await tile_on(chromium, home(values=["x", "87%", "90.5%"], shown="87%", older=older))
    assert values(settled) == {"buyBox.2d": 87.0, "buyBox.30d": 90.5}


@pytest.mark.parametrize("shown", ["55%", "--", "87", "no %"])
async def test_a_tile_that_shows_something_else_than_its_data_is_not_read(chromium: Browser, shown: str) -> None:
    settled = await tile_on(chromium, home(values=["x", "87%", "90.5%"], shown=shown))
    assert {one.absence for one in settled.values()} == {Absence.NOT_READ}


async def test_dashes_of_the_tile_are_no_data_and_never_nought(chromium: Browser) -> None:
    settled = await tile_on(chromium, home(values=["x", "--", "--"], shown="--"))
    assert {(one.value, one.absence) for one in settled.values()} == {(None, Absence.NO_DATA)}


@pytest.mark.parametrize("values_", [["87%"], ["x", "87", "0.9"], ["x", "870%", "-1%"]])
async def test_values_without_a_sign_or_out_of_range_are_not_read(chromium: Browser, values_: list[str]) -> None:
    settled = await tile_on(chromium, home(values=values_))
    assert {one.value for one in settled.values()} == {None}
