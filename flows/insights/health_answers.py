"""Account health in an answer's JSON.

Found by its keys wherever they stand, in both spellings; pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from flows.insights.data import insights_data
from flows.insights.numbers import NumberError, count_of, is_nothing, number_of, parse_percent
from flows.insights.sighting import InsightSource, Scalar, Sighting

_METRICS = "performanceMetrics"
Parse = Callable[[Any], Scalar]


def read_health_answer(content: Any, *, marketplace_id: str, path: str) -> list[Sighting]:
    """Read every value of this marketplace.

    What stands under another one's id is left out.
    """
    sightings: list[Sighting] = []

    def see(what: str, holder: dict[str, Any], key: str, parse: Parse) -> None:
        sightings.extend(
            _sighting(what, holder[written], parse, f"{path} {written}")
            for written in _spellings(key)
            if written in holder
        )

    for name, value in _named(content, marketplace_id):
        if isinstance(value, dict):
            _metric(name, value, see)
            if name == "listingLevelMetrics":
                _listings(value, see)
    sightings += [
        _sighting("accountStatus", status, _enumeration("accountStatus"), f"{path} accountStatus")
        for status in _account_statuses(content, marketplace_id)
    ]
    for holder in _holders(content, marketplace_id):
        _rating(holder, see)
        _warnings(holder, sightings, path)
    return sightings


def is_health_answer(content: Any, *, marketplace_id: str) -> bool:
    """Whether an answer holds a metric of this marketplace at all.

    One that is empty says nothing of what it lacks.
    """
    data = insights_data("health")
    known = {data["order_defects"]["name"], *data["rates"], *data["defects"], "listingLevelMetrics"}
    known |= {other for name in list(known) for other in _spellings(name)}
    return any(name in known for name, _ in _named(content, marketplace_id))


def is_elsewhere(content: Any, marketplace_id: str) -> bool:
    """Whether an answer names marketplaces and this is none of them."""
    named = set(_marketplaces(content))
    return bool(named) and marketplace_id not in named


def _marketplaces(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from _marketplaces(item)
    elif isinstance(content, dict):
        yield from _ids_of(content)
        for value in content.values():
            yield from _marketplaces(value)


def _ids_of(holder: dict[str, Any]) -> list[str]:
    keys = insights_data("health")["words"]["marketplace"]
    return [holder[key].removeprefix("amzn1.mp.o.") for key in keys if isinstance(holder.get(key), str) and holder[key]]


def _holders(content: Any, marketplace_id: str) -> Iterator[dict[str, Any]]:
    """Every object that is not under another marketplace's id."""
    if isinstance(content, list):
        for item in content:
            yield from _holders(item, marketplace_id)
    elif isinstance(content, dict):
        if any(one != marketplace_id for one in _ids_of(content)):
            return
        yield content
        for value in content.values():
            yield from _holders(value, marketplace_id)


def _named(content: Any, marketplace_id: str) -> Iterator[tuple[str, Any]]:
    for holder in _holders(content, marketplace_id):
        yield from holder.items()


def _spellings(name: str) -> tuple[str, ...]:
    return (name, *insights_data("health")["spellings"].get(name, ()))


def _written(name: str) -> str:
    """The schema's name for a name as found."""
    spellings: dict[str, list[str]] = insights_data("health")["spellings"]
    return next((schema for schema, others in spellings.items() if name in others), name)


def _metric(name: str, value: dict[str, Any], see: Callable[[str, dict[str, Any], str, Parse], None]) -> None:
    data = insights_data("health")
    name = _written(name)
    defects = data["order_defects"]
    if name == defects["name"]:
        for side in defects["sides"]:
            if isinstance(value.get(side), dict):
                _rate(f"{_METRICS}.{name}.{side}", value[side], defects, see)
    elif name in data["rates"]:
        _rate(f"{_METRICS}.{name}", value, data["rates"][name], see)
    elif name in data["defects"]:
        _defects(f"{_METRICS}.{name}", value, see)


def _rate(what: str, value: dict[str, Any], shape: dict[str, Any], see: Callable[..., None]) -> None:
    see(f"{what}.rate", value, "rate", _fraction)
    _common(what, value, see)
    for count in shape["counts"]:
        see(f"{what}.{count}", value, count, count_of)
    for part in shape.get("parts", ()):
        if isinstance(value.get(part), dict):
            see(f"{what}.{part}.count", value[part], "count", count_of)
            see(f"{what}.{part}.status", value[part], "status", _enumeration("status"))


def _defects(what: str, value: dict[str, Any], see: Callable[..., None]) -> None:
    see(f"{what}.defectsCount", value, "defectsCount", count_of)
    _common(what, value, see)


def _common(what: str, value: dict[str, Any], see: Callable[..., None]) -> None:
    see(f"{what}.status", value, "status", _enumeration("status"))
    see(f"{what}.targetValue", value, "targetValue", number_of)
    see(f"{what}.targetCondition", value, "targetCondition", _enumeration("targetCondition"))
    _range(what, value, see)


def _range(what: str, value: dict[str, Any], see: Callable[..., None]) -> None:
    for written in _spellings("reportingDateRange"):
        if isinstance(value.get(written), dict):
            for end in ("reportingDateFrom", "reportingDateTo"):
                see(f"{what}.reportingDateRange.{end}", value[written], end, _moment)


def _listings(value: dict[str, Any], see: Callable[..., None]) -> None:
    for name, shape in insights_data("health")["defects"].items():
        for listing in shape["listing"]:
            if isinstance(value.get(listing), dict):
                _defects(f"{_METRICS}.{name}", value[listing], see)


def _rating(holder: dict[str, Any], see: Callable[..., None]) -> None:
    """The rating, in its own object or beside the metrics."""
    if isinstance(rating := holder.get("accountHealthRating"), dict):
        _range("accountHealthRating", rating, see)
    see("accountHealthRating.ahrScore", holder, "ahrScore", _score)
    what = "accountHealthRatingStatus"
    see(f"accountHealthRating.{what}", holder, what, _enumeration(what))


def _warnings(holder: dict[str, Any], sightings: list[Sighting], path: str) -> None:
    """One entry for each kind of warning."""
    for written in _spellings("warningStates"):
        states = holder.get(written)
        for state in states if isinstance(states, list) else ():
            if isinstance(state, dict) and isinstance(kind := state.get("warningType"), str) and kind.isidentifier():
                what = f"{_METRICS}.warningStates.{kind}.status"
                sightings.append(_sighting(what, state.get("status"), _enumeration("status"), f"{path} {written}"))


def _account_statuses(content: Any, marketplace_id: str) -> Iterator[Any]:
    for name, value in _named(content, marketplace_id):
        if name == "accountStatuses" and isinstance(value, list):
            mine = [one for one in value if isinstance(one, dict) and marketplace_id in _ids_of(one)]
            yield from (one.get("status") for one in mine)
        elif name == "accountStatus" and isinstance(value, str):
            yield value


def _sighting(what: str, value: Any, parse: Parse, where: str) -> Sighting:
    nothing = insights_data("health")["words"]["nothing"]
    source = InsightSource.PAGE_JSON
    if value is None or (isinstance(value, str) and value.strip().casefold() in nothing):
        return Sighting(what=what, value=None, source=source, where=where)
    try:
        return Sighting(what=what, value=parse(value), source=source, where=where)
    except (NumberError, ValueError) as err:
        return Sighting(what=what, value=None, source=source, where=where, problem=str(err))


def _fraction(value: Any) -> float:
    """A rate is a fraction; a text with a percent sign says what it is by itself."""
    if isinstance(value, str) and "%" in value and not is_nothing(value, []):
        return round(parse_percent(value).value / 100, 10)
    return float(number_of(value, most=1.0))


def _score(value: Any) -> int:
    return count_of(number_of(value, most=1000))


def _enumeration(name: str) -> Parse:
    data = insights_data("health")

    def parse(value: Any) -> str:
        word = data["same_as"].get(value, value) if isinstance(value, str) else value
        allowed = data["enumerations"][name]
        if word not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} was expected, found {str(value)[:40]!r}")
        return str(word)

    return parse


def _moment(value: Any) -> str:
    """A date as written; milliseconds since 1970 as ISO 8601."""
    if isinstance(value, int) and not isinstance(value, bool) and 10**11 < value < 10**14:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, str):
        datetime.fromisoformat(value.replace("Z", "+00:00"))
        return value
    raise ValueError(f"a date was expected, found {str(value)[:40]!r}")
