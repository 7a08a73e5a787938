"""One stand-in, one browser and one stored session for many drawn worlds of insights."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Browser

from agent.domain.insights.document import InsightsDocument, insights_document
from agent.visits.kinds.insights_reading import insights_of
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.insights.figures import Figures
from fixtures.stand_in.insights.look import Look
from fixtures.stand_in.insights.pages import shown
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions
from flows.insights.read import InsightsReading, read_insights
from flows.insights.sighting import InsightSource
from flows.marketplaces import marketplace
from flows.models import SellerAccount
from flows.visit.open_visit import open_visit
from tests.support.sites.flow_rig import QUICK, Helpers
from tests.support.sites.kept_browsers import KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One drawn world and what was read of it."""

    figures: Figures
    look: Look
    reading: InsightsReading
    document: InsightsDocument


@dataclass(slots=True)
class InsightsRig:
    """Many worlds, one after the other."""

    stand_in: StandIn
    browser: Browser
    options: BrowserOptions
    session: dict[str, Any] | None = None

    async def read(self, seed: int, **given: Any) -> World:
        """Let the seller's pages be those of this seed, and read them."""
        realm = self.stand_in.realm
        seller, user = realm.scenario.sellers[0], realm.scenario.users[0]
        realm.change_seller(seller.merchant_id, {"insights": {"seed": seed, **given}})
        code = seller.marketplaces[0]
        account = SellerAccount(
            marketplace=marketplace(code), merchant_id=seller.merchant_id, merchant_name=seller.name
        )
        lent = Helpers(user=user)
        async with open_visit(self.browser, options=self.options, storage_state=self.session) as visit:
            reading = await read_insights(
                visit, account=account, credentials=lent.credentials(), hooks=lent.hooks(), bounds=QUICK
            )
            self.session = await visit.storage_state()
        document = insights_document(insights_of(reading), account="A1", now=datetime.now(UTC))
        figures, _, look = shown(realm, seller.merchant_id, code)
        return World(figures=figures, look=look, reading=reading, document=document)


@asynccontextmanager
async def insights_rig(**rest: Any) -> AsyncIterator[InsightsRig]:
    """A member who may see everything, in a shop whose pages are drawn."""
    email = "a1@users.example"
    seller = {"members": [email], "permissions": {email: {"preset": "as_asked"}}, "insights": {}, **rest}
    async with StandIn(one_account(3, seller=seller)) as stand_in:
        told = stand_in.description()
        options = BrowserOptions(host_resolver_rules=told["host_resolver_rules"], trusted_spki=tuple(told["spki"]))
        async with KEPT.lend(options) as browser:
            yield InsightsRig(stand_in=stand_in, browser=browser, options=options)


def truth_of(figures: Figures) -> dict[str, Any]:
    """What is so, by the paths of the document; None where the site has no data."""
    truth: dict[str, Any] = {
        "accountStatus": figures.account_status,
        "accountHealthRating.ahrScore": figures.score,
        "accountHealthRating.accountHealthRatingStatus": "GREAT" if figures.band == "great" else "WARNED",
        "accountHealthRating.band": figures.band.replace("-", "_"),
        "buyBox.windows.2d": figures.two_days,
        "buyBox.windows.30d": figures.thirty_days,
    }
    for name, metric in figures.metrics.items():
        for path, value in leaves(metric or {}):
            truth[f"performanceMetrics.{name}.{path}"] = value
    return truth


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its dotted path."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif not isinstance(tree, list):
        yield path, tree


def wrong_numbers(world: World) -> list[str]:
    """Every reported value that is not so; empty is what it has to be."""
    truth, document = truth_of(world.figures), world.document
    reported = {name: document[name] for name in ("accountStatus", "accountHealthRating", "performanceMetrics")}
    wrong = []
    for path, value in leaves({**reported, "buyBox": {"windows": document["buyBox"]["windows"]}}):
        if value is None or path.endswith((".marketplaceId", ".reportingDateFrom", ".reportingDateTo")):
            continue
        if path not in truth or not _is_so(value, truth[path], world, path):
            wrong.append(f"{path} is {truth.get(path)}, reported {value}")
    return [*wrong, *_wrong_percentage(world), *_wrong_rows(world)]


def _is_so(value: Any, true: Any, world: World, path: str) -> bool:
    """Equal; where the text of the page is all there is to read, equal in the digits it shows."""
    settled = world.reading.values.get(path)
    if path.endswith(".rate") and settled is not None and settled.source is InsightSource.PAGE and true is not None:
        return bool(abs(value - true) <= 0.5 * 10 ** -(world.look.places + 2) + 1e-9)
    return bool(value == true)


def _wrong_percentage(world: World) -> list[str]:
    buy_box, days = world.document["buyBox"], {day["date"].isoformat(): day["percent"] for day in world.figures.days}
    value = buy_box["buyBoxPercentage"]
    if value is None:
        return []
    true = world.figures.thirty_days if buy_box["granularity"] == "30d" else days.get(buy_box["from"])
    return [] if true == value else [f"buyBoxPercentage of {buy_box['from']} is {true}, reported {value}"]


def _wrong_rows(world: World) -> list[str]:
    asins = {asin["childAsin"]: asin for asin in world.figures.asins}
    wrong = []
    for row in world.document["buyBox"]["byAsin"] or ():
        said = {**row, **row["trafficByAsin"], **row["salesByAsin"]}
        wrong += [
            f"{row['childAsin']} {name} is {asins[row['childAsin']][name]}, reported {value}"
            for name, value in said.items()
            if not isinstance(value, dict) and value is not None and asins[row["childAsin"]][name] != value
        ]
    return wrong


def unnamed_nulls(document: InsightsDocument) -> list[str]:
    """Every null of a document that `missing` does not name."""
    named = {item["what"] for item in document["missing"]}
    found = [path for path, value in leaves({**document, "missing": [], "pages": []}) if value is None]
    return [path for path in found if path not in named]
