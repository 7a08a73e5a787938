"""The home page's Featured Offer tile.

The data the page was sent with, and the text of the tile.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flows.insights.data import insights_data
from flows.insights.inside import script
from flows.insights.numbers import NumberError, is_nothing, parse_percent
from flows.insights.sighting import InsightSource, Sighting
from flows.visit.page_acts import PageActs

_JSON = InsightSource.PAGE_JSON


async def read_tiles_page(page: PageActs, *, marketplace_id: str, heard: list[Any]) -> list[Sighting]:
    """Read the tile. `heard` are the answers with cards."""
    seen = await page.value(script("tiles"), insights_data("tiles"))
    return tile_sightings(seen, marketplace_id=marketplace_id, heard=heard)


def tile_sightings(seen: dict[str, Any], *, marketplace_id: str, heard: list[Any]) -> list[Sighting]:
    """One sighting a window, `buyBox.2d` and `buyBox.30d`; pure.

    The text of the tile does not say which window it shows: it has to be one of them.
    """
    sightings: list[Sighting] = []
    for text in seen["data"]:
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            sightings += [_unread(window, "the tiles' data is no JSON") for window in insights_data("tiles")["windows"]]
            continue
        sightings += _cards(content, marketplace_id)
    for content in heard:
        sightings += _cards(content, marketplace_id)
    return sightings + _text(seen["texts"], sightings)


def _cards(content: Any, marketplace_id: str) -> list[Sighting]:
    sightings: list[Sighting] = []
    for card in _found(content):
        try:
            regions = [json.loads(text) for text in _regional(card)]
        except (ValueError, RecursionError):
            return [_unread(window, "regionalData is no JSON") for window in insights_data("tiles")["windows"]]
        for values in (mine for region in regions for mine in _mine(region, marketplace_id)):
            sightings += [_window(window, values, place) for window, place in insights_data("tiles")["windows"].items()]
    return sightings


def _found(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, list):
        for item in content:
            yield from _found(item)
    elif isinstance(content, dict):
        if content.get("cardType") == insights_data("tiles")["card"]:
            yield content
        else:
            for value in content.values():
                yield from _found(value)


def _regional(card: dict[str, Any]) -> list[str]:
    """The JSON texts of a card's first content."""
    payload = card.get("cardPayload")
    content = payload.get("content") if isinstance(payload, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    data = first.get("regionalData") if isinstance(first, dict) else None
    return [data] if isinstance(data, str) else [json.dumps(data)] if isinstance(data, dict) else []


def _mine(regions: Any, marketplace_id: str) -> Iterator[list[Any]]:
    """The values of this marketplace.

    A region's own are of all its marketplaces together.
    """
    for region in regions.values() if isinstance(regions, dict) else ():
        marketplaces = region.get("marketplaces") if isinstance(region, dict) else None
        for one in marketplaces if isinstance(marketplaces, list) else ():
            if isinstance(one, dict) and one.get("id") == marketplace_id and isinstance(one.get("values"), list):
                yield one["values"]


def _window(window: str, values: list[Any], place: int) -> Sighting:
    if len(values) < 2:
        return _unread(window, "two windows were expected")
    return _percent(window, values[place])


def _percent(window: str, text: Any) -> Sighting:
    what, where = f"buyBox.{window}", f"{insights_data('tiles')['card']} {window}"
    if text is None or (isinstance(text, str) and is_nothing(text, insights_data("health")["words"]["nothing"])):
        return Sighting(what=what, value=None, source=_JSON, where=where)
    try:
        return Sighting(what=what, value=parse_percent(str(text)).value, source=_JSON, where=where)
    except NumberError as err:
        return _unread(window, str(err))


def _text(texts: list[str], sightings: list[Sighting]) -> list[Sighting]:
    """Where the tile's text is none of its windows' values, none of them is believed."""
    windows = insights_data("tiles")["windows"]
    for text in texts:
        if is_nothing(text, insights_data("health")["words"]["nothing"]):
            if sightings and all(sighting.value is not None for sighting in sightings):
                return [_unread(window, f"the tile shows {text!r}") for window in windows]
            continue
        try:
            shown = parse_percent(text)
        except NumberError as err:
            return [_unread(window, f"the tile's text: {err}") for window in windows]
        values = [sighting.value for sighting in sightings if isinstance(sighting.value, float)]
        if sightings and not any(abs(value - shown.value) <= shown.step + 1e-9 for value in values):
            return [_unread(window, f"the tile shows {text!r}") for window in windows]
    return []


def _unread(window: str, problem: str) -> Sighting:
    where = f"{insights_data('tiles')['card']} {window}"
    return Sighting(what=f"buyBox.{window}", value=None, source=_JSON, where=where, problem=problem)
