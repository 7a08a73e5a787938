"""`/accounts/{id}/insights`: each metric beside its target.

Drawn over the readings that are kept; what is missing is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from agent.domain.insights.judge import JudgedRate
from agent.store import accounts
from agent.store import insights as kept
from agent.store.api import operations
from agent.store.api.operations import OperationKind
from agent.store.console.people import Role
from agent.store.insights import StoredInsights
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.console.pages.charts import Series, describe, line_chart
from agent.web.http.startable import require_startable
from flows import marketplace

_READINGS = 60  # drawn


def show(visit: Visitor) -> Response:
    """Render the newest reading and the charts."""
    account = accounts.get(visit.conn, str(visit.request.path_params["account"]))
    codes = (account.marketplace, *account.also_marketplaces)
    asked = visit.request.query_params.get("marketplace", "")
    shown = asked if asked in codes else account.marketplace
    place = marketplace(shown).marketplace_id
    found = kept.list_insights(visit.conn, account.id, limit=_READINGS, marketplace_id=place)
    readings = list(reversed(found))
    newest = readings[-1].document if readings else None
    values = {
        "account": account,
        "shown": shown,
        "codes": codes,
        "newest": newest,
        "rows": [] if newest is None else _rows(readings),
        "missing": [] if newest is None else _by_reason(_wholes(newest["missing"])),
        "proven": kept.features_read(visit.conn, account.id),
    }
    return render.page(visit, "pages/insights.html.j2", values)


def _rows(readings: Sequence[StoredInsights]) -> list[dict[str, Any]]:
    """One row a metric: newest value, target, whether it meets it, chart."""
    metrics = {judged["metric"]: judged for reading in readings for judged in reading.document["judged"]}
    newest = readings[-1].document
    rows = [
        _row(number, _series(name, judged, readings), newest["judged"])
        for number, (name, judged) in enumerate(metrics.items())
    ]
    points = tuple(
        (one.captured_at, float(value))
        for one in readings
        if (value := one.document["buyBox"]["buyBoxPercentage"]) is not None
    )
    share = Series(name="Featured Offer (Buy Box) percentage", points=points, percent=False)
    return [_row(len(rows), share, []), *rows]


def _series(name: str, judged: JudgedRate, readings: Sequence[StoredInsights]) -> Series:
    points = tuple(
        (one.captured_at, float(each["value"]))
        for one in readings
        for each in one.document["judged"]
        if each["metric"] == name
    )
    return Series(
        name=name,
        points=points,
        target=judged["targetValue"],
        condition=judged["targetCondition"] or "",
        percent="Rate" in name,
    )


def _row(number: int, series: Series, judged: Sequence[JudgedRate]) -> dict[str, Any]:
    now = next((one for one in judged if one["metric"] == series.name), None)
    return {
        "name": series.name,
        "value": series.shown(series.points[-1][1]) if series.points else None,
        "target": None if series.target is None else series.shown(series.target),
        "condition": series.condition,
        "met": None if now is None else now["met"],
        "chart": line_chart(series, number=number),
        "words": describe(series),
    }


def _wholes(missing: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is missing, a metric of which nothing was read once."""
    names = {item["what"] for item in missing}
    return [
        item
        for item in missing
        if not {".".join(item["what"].split(".")[:length]) for length in range(1, item["what"].count(".") + 1)} & names
    ]


def _by_reason(missing: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """Why something is missing, and all that is for this reason."""
    found: dict[str, list[str]] = {}
    for item in missing:
        told = "; ".join(item.get("evidence") or ())
        why = str(item["reason"]).replace("_", " ") + (f" ({told})" if told else "")
        found.setdefault(why, []).append(str(item["what"]))
    return list(found.items())


def _ask(visit: Visitor, _form: Mapping[str, str]) -> Done:
    account = accounts.get(visit.conn, str(visit.request.path_params["account"]), lock=True)
    require_startable(visit.conn, account)
    operations.add(visit.conn, account.id, OperationKind.INSIGHTS, asked_by=visit.person.name, now=visit.now)
    return Done(act="insights", subject=account.id, to=f"/accounts/{account.id}/insights", wake=True)


ask = acts(_ask, role=Role.OPERATOR)
