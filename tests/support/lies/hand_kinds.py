"""Lies of a second hand.

Pictures and marks that no element holds, doors within drawings, numbers that the browser draws, words of other
languages, waiting that no clock tells of.
"""

from __future__ import annotations

from random import Random

from tests.support.lies.draw import LEFT_OUT, OTHER, UNSURE, Draw, options, salt, words
from tests.support.lies.page import Resource

_UNREADABLE = frozenset({
    "stamped", "highlighted", "faced", "foreign", "sentence", "tiled", "trailed", "lettered", "tipped_head",
    "told", "stroked", "filmed", "fonted", "led", "touched", "iconed",
})  # fmt: skip
_ELSEWHERE = "/account/permissions/x/3"
_WORKER = "/account/permissions/w.js"


def ways() -> tuple[str, ...]:
    """Their names, in the order in which they take turns."""
    return tuple(words()["hand"])


def hand(luck: Random, way: str) -> Draw:
    """One of the lies of the second hand."""
    drawn = options(luck, **words()["hand"][way])
    what = f"{way}: {', '.join(map(str, drawn.values()))}"
    resources = {
        _ELSEWHERE: Resource(type="text/html", body="<p>Manage Orders</p><p>None</p>"),
        _WORKER: Resource(type="text/javascript", body="setTimeout(() => postMessage(1), 9000)"),
    }
    given = {"way": way, "salt": salt(luck), "other": OTHER, "elsewhere": _ELSEWHERE, "worker": _WORKER, **drawn}
    right = UNSURE if way in _UNREADABLE else LEFT_OUT
    return Draw(act="hand", what=what, right=right, options=given, resources=resources)
