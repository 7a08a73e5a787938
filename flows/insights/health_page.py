"""Account health on the page itself.

Ids and the text below them, as a person sees it.
"""

from __future__ import annotations

from typing import Any

from flows.insights.data import insights_data
from flows.insights.inside import script
from flows.insights.numbers import NumberError, count_of, counts_in, is_nothing, parse_count, parse_percent
from flows.insights.sighting import InsightSource, Sighting
from flows.visit.page_acts import PageActs

_METRICS = "performanceMetrics"
_PAGE = InsightSource.PAGE


async def read_health_page(page: PageActs) -> list[Sighting]:
    """Read what the open page shows."""
    return sightings_of(await page.value(script("health"), insights_data("health")["page"]))


def sightings_of(seen: dict[str, Any]) -> list[Sighting]:
    """Turn the texts of the page into sightings; pure."""
    sightings: list[Sighting] = []
    for rule, row in zip(insights_data("health")["page"]["rates"], seen["rates"], strict=True):
        sightings += _rate_row(rule, row)
    for rule, row in zip(insights_data("health")["page"]["defects"], seen["defects"], strict=True):
        sightings += _defects_row(rule, row)
    for css, what in insights_data("health")["page"]["single_rates"].items():
        sightings += [_percent(f"{_METRICS}.{what}", text, css) for text in seen["single"].get(css, ())]
    for css, what in insights_data("health")["page"]["single_counts"].items():
        sightings += [_count(f"{_METRICS}.{what}", text, css) for text in seen["single"].get(css, ())]
    return sightings + _rating(seen)


def _rate_row(rule: dict[str, Any], row: dict[str, Any] | None) -> list[Sighting]:
    if row is None:
        return []
    what, where = f"{_METRICS}.{rule['rate']}", rule["row"]
    if row["several"]:
        return [_unread(what, where, "the row stands several times")]
    if not row["values"]:
        nothing = bool(row["none"]) and all(_is_nothing(text) for text in row["none"])
        return [Sighting(what=what, value=None, source=_PAGE, where=where)] if nothing else []
    rates = [_percent(what, text, where) for text in row["values"]]
    return rates + _counts(rule, row, rates)


def _counts(rule: dict[str, Any], row: dict[str, Any], rates: list[Sighting]) -> list[Sighting]:
    """The two numbers of "x of y".

    Whatever the order, the part is not larger than the whole.
    """
    where = rule["row"]
    wanted = {key: f"{_METRICS}.{rule[key]}" for key in ("part", "whole")}
    sightings = []
    for text in row["counts"]:
        try:
            numbers = counts_in(text)
        except NumberError as err:
            return [_unread(what, where, str(err)) for what in wanted.values()]
        if len(numbers) == 2:
            part, whole = sorted(numbers)
            sightings += [
                Sighting(what=wanted["part"], value=part, source=_PAGE, where=where),
                Sighting(what=wanted["whole"], value=whole, source=_PAGE, where=where),
            ]
    return sightings


def _defects_row(rule: dict[str, Any], row: dict[str, Any] | None) -> list[Sighting]:
    if row is None:
        return []
    what, where = f"{_METRICS}.{rule['defects']}", rule["row"]
    if row["several"]:
        return [_unread(what, where, "the row stands several times")]
    return [_count(what, text, where) for text in row["values"] or row["none"]]


def _rating(seen: dict[str, Any]) -> list[Sighting]:
    bands, css = seen["bands"], insights_data("health")["page"]["rating"]["score"]
    sightings = [_score(text, css) for text in seen["scores"]]
    what = "accountHealthRating.band"
    if len(bands) > 1:
        sightings.append(_unread(what, "badge", f"one badge was expected, found {', '.join(bands)}"))
    elif bands:
        sightings.append(Sighting(what=what, value=bands[0], source=_PAGE, where="badge"))
    return sightings


def _score(text: str, where: str) -> Sighting:
    what = "accountHealthRating.ahrScore"
    if _is_nothing(text):
        return Sighting(what=what, value=None, source=_PAGE, where=where)
    try:
        score = count_of(parse_count(text))
    except NumberError as err:
        return _unread(what, where, str(err))
    if score > 1000:
        return _unread(what, where, f"at most 1000 was expected, found {score}")
    return Sighting(what=what, value=score, source=_PAGE, where=where)


def _percent(what: str, text: str, where: str) -> Sighting:
    """A rate as a fraction; the text is rounded to its last digit."""
    if _is_nothing(text):
        return Sighting(what=what, value=None, source=_PAGE, where=where)
    try:
        percent = parse_percent(text)
    except NumberError as err:
        return _unread(what, where, str(err))
    return Sighting(what=what, value=round(percent.value / 100, 10), source=_PAGE, where=where, step=percent.step / 100)


def _count(what: str, text: str, where: str) -> Sighting:
    if _is_nothing(text):
        return Sighting(what=what, value=None, source=_PAGE, where=where)
    try:
        return Sighting(what=what, value=parse_count(text), source=_PAGE, where=where)
    except NumberError as err:
        return _unread(what, where, str(err))


def _is_nothing(text: str) -> bool:
    return is_nothing(text, insights_data("health")["words"]["nothing"])


def _unread(what: str, where: str, problem: str) -> Sighting:
    return Sighting(what=what, value=None, source=_PAGE, where=where, problem=problem)
