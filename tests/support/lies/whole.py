"""A page that passes, with something beside its rows."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.support.lies.bases import drawn_base
from tests.support.lies.page import LyingPage, Resource

PLACE = "/account/permissions/part"  # below it the visit may open documents


def whole_page(
    more: str = "",
    *,
    name: str = "whole",
    line: str = "boxes",
    level: str = "word",
    resources: Mapping[str, str] | None = None,
    seconds: float = 0.0,
    html: str = "text/html",
) -> LyingPage:
    """The same drawn rows each time, and `more` behind them.

    `resources` stand below `PLACE`, each of which takes so many seconds.
    """
    base = drawn_base(Random("whole 7"), line=line, level=level)
    return LyingPage(
        name=name,
        kind="whole",
        what=more[:60],
        right=frozenset({"pass"}),
        html=base.html.replace("</main>", f"{more}</main>"),
        own_view=base.own_view,
        path=base.path,
        resources={
            PLACE + path: Resource(type=html, body=body, seconds=seconds) for path, body in (resources or {}).items()
        },
    )
