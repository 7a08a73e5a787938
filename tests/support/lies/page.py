"""One permission page with its truth, as value, and the pages of `tests/data/grid_lies.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data" / "grid_lies.json"
PERMISSIONS = "/account/permissions"
USER = "a1@users.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What the site answers at another path than the page's.

    `seconds` is how long it takes to do so.
    """

    type: str
    body: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LyingPage:
    """A page, and the verdicts that are true of it.

    `own_view`: it is shown to the subject itself.

    `is_changed`: a script of ours makes the lie when the page is open, and says so on the console.
    """

    name: str
    kind: str
    what: str
    right: frozenset[str]
    html: str
    own_view: bool = False
    path: str = PERMISSIONS
    resources: Mapping[str, Resource] = field(default_factory=dict)
    is_changed: bool = False


@cache
def kept_pages() -> tuple[LyingPage, ...]:
    """Every page of the collection that is kept in the repository."""
    kept = json.loads(DATA.read_text(encoding="utf-8"))
    return tuple(_page(told, kept["pieces"]) for told in kept["pages"])


def _page(told: Mapping[str, Any], pieces: list[str]) -> LyingPage:
    resources = {
        path: Resource(type=one["type"], body=joined(one["body"], pieces), seconds=one["seconds"])
        for path, one in told.get("resources", {}).items()
    }
    return LyingPage(
        name=told["name"],
        kind=told["kind"],
        what=told["what"],
        right=frozenset(told["right"]),
        html=joined(told["html"], pieces),
        own_view=told.get("own_view", False),
        path=told.get("path", PERMISSIONS),
        resources=resources,
    )


def joined(parts: list[int | str], pieces: list[str]) -> str:
    """Put a text together: a number stands for a piece that several pages share."""
    return "".join(pieces[part] if isinstance(part, int) else part for part in parts)
