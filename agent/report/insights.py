"""Insights for people and spreadsheets: a few lines, or one line a value."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from agent.domain.insights.document import InsightsDocument, MissingValue
from agent.domain.insights.judge import JudgedRate
from agent.table_file import TableFile

COLUMNS = ("account", "marketplaceId", "captured_at", "what", "value", "missing", "evidence")
_CONDITIONS = {"LESS_THAN": "<", "GREATER_THAN": ">", "EQUALS": "="}
_MET = {True: "met", False: "NOT MET", None: "no target read"}


def insights_csv(documents: Iterable[InsightsDocument]) -> str:
    """One line a value or missing value, with a head; nothing in it is a formula."""
    out = io.StringIO()
    table = TableFile(out)
    table.row(COLUMNS)
    for document in documents:
        head = [document["account"], document["marketplaceId"], document["captured_at"]]
        for what, value in flat_values(document):
            table.row((*head, what, value, "", ""))
        for missing in document["missing"]:
            table.row((*head, missing["what"], "", missing["reason"], "; ".join(missing["evidence"])))
    return out.getvalue()


def flat_values(document: InsightsDocument) -> Iterator[tuple[str, Any]]:
    """Every value that was read, by its dotted path; a row of a list by its own name."""
    named: dict[str, Any] = {
        "accountStatus": document["accountStatus"],
        "accountHealthRating": document["accountHealthRating"],
        "performanceMetrics": {k: v for k, v in document["performanceMetrics"].items() if k != "marketplaceId"},
        "buyBox": document["buyBox"],
    }
    yield from _flat(named, "")


def insights_lines(document: InsightsDocument) -> Iterator[str]:
    """What a person wants to know first, then what is missing and why."""
    yield f"{document['account']}  {document['marketplaceId']}  read {document['captured_at']} ({document['source']})"
    rating = document["accountHealthRating"]
    told = [_word(document["accountStatus"]), f"rating {_word(rating['ahrScore'])}", _word(rating["band"])]
    yield f"  account health: {', '.join(told)}"
    for judged in document["judged"]:
        yield f"  {_metric(judged)}"
    yield f"  Featured Offer (Buy Box): {_percentage(document['buyBox'])}"
    rows = document["buyBox"]["byAsin"]
    yield f"  by ASIN: {len(rows)} rows" if rows is not None else "  by ASIN: -"
    yield from _missing_lines(document["missing"])


def _flat(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _flat(value, f"{path}.{name}" if path else name)
    elif isinstance(tree, list):
        for number, item in enumerate(tree):
            name = item.get("childAsin") or item.get("sku") or item.get("warningType") or number
            yield from _flat(item, f"{path}.{name}")
    elif tree is not None:
        yield path, tree


def _metric(judged: JudgedRate) -> str:
    value = judged["value"]
    shown = f"{value:.2%}" if isinstance(value, float) else str(value)
    target = judged["targetValue"]
    sign = _CONDITIONS.get(judged["targetCondition"] or "", "?")
    wanted = "" if target is None else f" (target {sign} {target:g})"
    return f"{judged['metric']}: {shown}{wanted} {_MET[judged['met']]}"


def _percentage(buy_box: dict[str, Any]) -> str:
    value = buy_box["buyBoxPercentage"]
    if value is None:
        return "-"
    days = f"{buy_box['from']} to {buy_box['to']}, " if buy_box["from"] else ""
    return f"{value:g} % ({days}{buy_box['granularity']})"


def _missing_lines(missing: list[MissingValue]) -> Iterator[str]:
    """By reason; a metric that is missing as a whole is named once."""
    wholes = {item["what"] for item in missing}
    by_reason: dict[str, list[str]] = {}
    for item in missing:
        parts = item["what"].split(".")
        above = {".".join(parts[:length]) for length in range(1, len(parts))}
        if not above & wholes:
            by_reason.setdefault(str(item["reason"]), []).append(item["what"])
    for reason, names in by_reason.items():
        yield f"  missing, {reason}: {', '.join(names)}"


def _word(value: object) -> str:
    return "-" if value is None else str(value)
