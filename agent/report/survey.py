"""The report of a survey: what is ready, what is a draft, what to look at.

As JSON, text and one HTML page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.pages import page_text
from flows import ScreenSight, StageEnd

_NARROW = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;"
    "vertical-align:top}table{display:block;overflow-x:auto}.bad{color:#b00020}.good{color:#17702c}@media(prefers-color-scheme:dark){.bad{color:#ff8a95}.good{color:#7ddb93}}"
)

_NOT_LOOKED_AT = (
    "the register form, the pages that ask for codes and phone numbers on the way to a new login, and the "
    "settings of two-step verification: a survey never opens them, and nothing that acts on them has met the real site",
)


def survey_document(
    *, account: str, at: datetime, ends: Sequence[StageEnd], sights: Sequence[ScreenSight], drafts: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything a survey found, as plain values.

    `drafts`: names of drafts that came of it.
    """
    screens = [_screen(sight) for sight in _once(sights)]
    unknown = [one for one in screens if one["screen"] == "unknown"]
    drifted = [one for one in screens if one["drift"]]
    lost = [one for one in screens if one["not_found"]]
    return {
        "schema": 1,
        "account": account,
        "at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "ready": sorted({str(one["screen"]) for one in screens if one not in [*unknown, *drifted, *lost]}),
        "drafts": list(drafts),
        "look_at": [*_stage_words(ends), *(_look_at(one) for one in [*unknown, *drifted, *lost])],
        "stages": [{"stage": end.stage, "reached": end.is_reached, "said": end.said, "code": end.code} for end in ends],
        "screens": screens,
        "unknown": unknown,
        "not_looked_at": list(_NOT_LOOKED_AT),
    }


def is_ready(document: dict[str, Any]) -> bool:
    """Whether nothing is left to look at."""
    return not document["look_at"]


def survey_lines(document: dict[str, Any]) -> Iterator[str]:
    """The report as lines for a terminal."""
    yield f"survey of account {document['account']}, {document['at']}"
    for stage in document["stages"]:
        yield f"  {'reached' if stage['reached'] else 'STOPPED'} {stage['stage']}: {stage['said']}"
    yield "screens, in the order they came:"
    for one in document["screens"]:
        yield f"  {_line(one)}"
        yield from (f"      nearest: {near}" for near in one["near"])
    yield f"ready: {', '.join(document['ready']) or 'nothing'}"
    yield f"drafts: {', '.join(document['drafts']) or 'none'}"
    yield f"to look at: {len(document['look_at'])}"
    yield from (f"  {one}" for one in document["look_at"])
    yield from (f"not looked at: {one}" for one in document["not_looked_at"])


def survey_html(document: dict[str, Any]) -> str:
    """The report as one page without scripts and without addresses of others."""
    stages = [(one["stage"], "reached" if one["reached"] else "stopped", one["said"]) for one in document["stages"]]
    screens = [
        (
            one["stage"],
            one["screen"],
            one["claim"],
            one["url"],
            "; ".join([*one["drift"], *one["not_found"], *one["near"]]),
        )
        for one in document["screens"]
    ]
    parts = [
        f"<h1>Survey of account {page_text(document['account'])}</h1><p>{page_text(document['at'])}</p>",
        _list("To look at", document["look_at"], kind="bad"),
        _list("Drafts", document["drafts"]),
        _list("Ready", document["ready"], kind="good"),
        _list("Not looked at", document["not_looked_at"]),
        _table("Parts", ("Part", "Came to its end", "What was seen"), stages),
        _table("Screens", ("Part", "Screen", "Claim", "Address", "Drift, or what is nearest"), screens),
    ]
    head = f'<meta charset="utf-8">{_NARROW}<title>Survey</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{"".join(parts)}</main></body></html>\n'


def _once(sights: Sequence[ScreenSight]) -> list[ScreenSight]:
    """Each page once.

    The same screen at the same address comes several times in one visit.
    """
    return list({(one.stage, one.screen, one.claim, one.url, one.title): one for one in sights}.values())


def _screen(sight: ScreenSight) -> dict[str, Any]:
    lost = [one for one in sight.elements if one.candidate is None and one.needed]
    return {
        "stage": sight.stage,
        "screen": sight.screen,
        "claim": sight.claim,
        "handling": sight.kind,
        "adopted": sight.adopted,
        "url": sight.url,
        "title": sight.title,
        "alert": sight.alert,
        "elements": {one.name: one.candidate for one in sight.elements},
        "drift": [
            (
                f"{one.name} by candidate {one.candidate} of {one.candidates}; no longer: "
                f"{', '.join(map(str, one.drifted))}"
            )
            for one in sight.drift
        ],
        "not_found": [f"{one.name}: none of its {one.candidates} candidates finds it" for one in lost],
        "near": list(sight.near),
    }


def _stage_words(ends: Sequence[StageEnd]) -> list[str]:
    return [f"{end.stage} stopped ({end.code}): {end.said}" for end in ends if not end.is_reached]


def _look_at(one: dict[str, Any]) -> str:
    if one["screen"] == "unknown":
        near = f"; nearest: {one['near'][0]}" if one["near"] else ""
        return f"unknown page {one['url']} ({one['title'] or 'no title'}){near}"
    return f"{one['screen']}: {'; '.join([*one['drift'], *one['not_found']])}"


def _line(one: dict[str, Any]) -> str:
    if one["screen"] == "unknown":
        return f"{one['stage']}: UNKNOWN {one['url']} ({one['title'] or 'no title'})"
    found = ", ".join(f"{name} by candidate {at}" for name, at in one["elements"].items() if at is not None)
    marks = "".join(f"; {word}" for word in [*(f"DRIFT {each}" for each in one["drift"]), *one["not_found"]])
    adopted = " (adopted)" if one["adopted"] else ""
    return f"{one['stage']}: {one['screen']}{adopted} by {one['claim']}" + (f" ({found})" if found else "") + marks


def _list(title: str, items: Sequence[str], *, kind: str = "") -> str:
    inner = "".join(f"<li>{page_text(item)}</li>" for item in items) or "<li>nothing</li>"
    return f'<h2 class="{kind}">{title} ({len(items)})</h2><ul>{inner}</ul>'


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{page_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
