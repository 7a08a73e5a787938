"""The pages made with real component libraries.

What each one shows, over the bundles of `scripts/grid_libraries.py`. Each page of `readable.json` is in order, and has
two twins that are not: in one a level is another, in the other it is none that anybody knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from scripts.grid_libraries import HERE
from tests.support.lies.bases import page_of
from tests.support.lies.page import USER, LyingPage, Resource

STATIC = "/static/bundles/"
MARKETPLACES = (
    "United States", "Canada", "Mexico", "Brazil", "United Kingdom", "Germany", "France", "Italy", "Spain",
)  # fmt: skip
_MUST_BE_NONE = ("Agreements/Amendments", "User Permissions")
_SPOILT = "Payments"  # the row that is not in order where a marketplace is
_FEW = (
    "Item Classification Guide", "Campaign Manager", "Register for Sponsored Products", "Manage Orders",
    "Customer Metrics",
    "Business Reports, Sales Summary", _SPOILT, "Image Uploading", "Fulfillment Settings", *_MUST_BE_NONE,
)  # fmt: skip
_TWINS = {"readable": None, "wrong": "None", "unread": ""}  # what stands in the spoilt row
_Row = dict[str, Any]


def library_pages(bundles: Path) -> list[LyingPage]:
    """Every page; `bundles` holds what is answered late."""
    return [_page(told, bundles) for told in told_pages()]


@cache
def told_pages() -> list[dict[str, Any]]:
    """The pages as they are written down; no bundle is needed for their names."""
    told: list[dict[str, Any]] = json.loads((HERE / "pages.json").read_text(encoding="utf-8"))
    return [*told, *(_twin(one, twin) for one in readable_kinds() for twin in _TWINS)]


@cache
def readable_kinds() -> list[dict[str, Any]]:
    """What can be read, by kind; `ranked` where 0.1 could not."""
    kinds: list[dict[str, Any]] = json.loads((HERE / "readable.json").read_text(encoding="utf-8"))
    return kinds


def read_kinds(kinds: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that pass; of each other `unread` says why it is incomplete."""
    return [kind for kind in kinds if "unread" not in kind]


def readable_table() -> str:
    """The kinds and what an audit makes of a page in order, as Markdown."""
    lines = [
        "| Group | Drawn with | could not be read in 0.1 | Verdict when all is in order |",
        "| --- | --- | --- | --- |",
    ]
    for kind in readable_kinds():
        verdict = f"incomplete: {kind['unread']}" if "unread" in kind else "pass"
        lines.append(f"| {kind['kind']} | {kind['what']} | {'yes' if kind['ranked'] else ''} | {verdict} |")
    return "\n".join(lines)


def _twin(told: dict[str, Any], twin: str) -> dict[str, Any]:
    """One page of a kind: in order, or with one row that is not."""
    spoilt, where = _TWINS[twin], told.get("markets")
    return told | {
        "name": f"{twin}-{told['name']}",
        "what": f"{told['what']}, {twin}",
        "right": ["fail", "incomplete"] if spoilt is not None else ["incomplete"] if "unread" in told else ["pass"],
        "set": {} if spoilt is None or where else {_SPOILT: spoilt},
        "options": told.get("options", {}),
        **({"markets_wrong": None if spoilt is None else where, "markets_say": spoilt or "Limited"} if where else {}),
    }


def _page(told: dict[str, Any], bundles: Path) -> LyingPage:
    links = "".join(f'<link rel="stylesheet" href="{STATIC}{name}">' for name in told["css"])
    kind = ' type="module"' if "/" in told["bundle"] else ""
    given = json.dumps(_given(told)).replace("</", "<\\/")
    head = f'<h1>Edit User Permissions</h1><p>Permissions of {USER}</p><div id="app"></div>'
    scripts = f'<script>window.__C={given}</script><script{kind} src="{STATIC}{told["bundle"]}.js"></script></body>'
    return LyingPage(
        name=told["name"],
        kind=told["kind"],
        what=told["what"],
        right=frozenset(told["right"]),
        html=page_of(head).replace("</head>", f"{links}</head>").replace("</body>", scripts),
        resources={path: _late(one, bundles) for path, one in told.get("resources", {}).items()},
    )


def _late(one: dict[str, Any], bundles: Path) -> Resource:
    body = (bundles.parent / one["file"]).read_text(encoding="utf-8")
    return Resource(type=one["type"], body=body, seconds=one["seconds"])


def _given(told: dict[str, Any]) -> dict[str, Any]:
    """What the page's script is told: which component, and the rows."""
    rows: Iterable[_Row] = json.loads((HERE / "rows.json").read_text(encoding="utf-8"))
    rows = _first_of_settings(list(rows)) if told["rows"] == "must_first" else rows
    rows = [row for row in rows if row["label"] in _FEW] if told["rows"] == "few" else rows
    held = [row | {"held": told["set"].get(row["label"], row["held"])} for row in rows]
    if "markets_wrong" in told:
        held = [row | {"markets": _by_marketplace(row, told)} for row in held]
    options = dict(told.get("options", {}))
    if options.pop("flip", False):
        options["flip"] = _under_headings(held)
    return {"kit": told["kit"], "rows": held, **options}


def _first_of_settings(rows: list[_Row]) -> list[_Row]:
    """What must be None comes first in Settings, so that it is on the first page of a pager."""
    must = [row for row in rows if row["label"] in _MUST_BE_NONE]
    rest = [row for row in rows if row not in must]
    at = next(index for index, row in enumerate(rest) if row["section"] == "Settings")
    return [*rest[:at], *must, *rest[at:]]


def _by_marketplace(row: _Row, told: dict[str, Any]) -> dict[str, str]:
    says, wrong = told.get("markets_say", "None"), told["markets_wrong"]
    return {name: says if name == wrong and row["label"] == _SPOILT else row["held"] for name in MARKETPLACES}


def _under_headings(rows: list[_Row]) -> list[_Row]:
    """Settings first, a heading before each section."""
    names = sorted(dict.fromkeys(row["section"] for row in rows), key=lambda name: name != "Settings")
    return [line for name in names for line in ({"h": name}, *(row for row in rows if row["section"] == name))]
