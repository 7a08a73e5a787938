"""Lies by the widgets of component libraries.

Slides, drawers, popovers, slots, steps, lists that draw what is in view.
"""

from __future__ import annotations

from random import Random

from tests.support.lies.draw import LEFT_OUT, UNSURE, Draw, options, salt, words
from tests.support.lies.page import Resource

WAYS = (
    "wheel", "end", "box", "snap", "slide", "slot", "popover", "dialog", "drawer", "label", "found", "print", "details",
    "hack",
    "attr", "overlay", "delegated", "marker", "steps", "sizes", "react", "inner", "font", "auto", "sideways",
)  # fmt: skip
DEPUTIES = (
    "closest", "matches", "dataset", "classes", "id", "tag", "text", "props", "keeps", "jquery", "action", "own",
    "keyboard", "cursor",
    "but", "noted", "tabbed", "noticed",
)  # fmt: skip
_UNREADABLE = frozenset({"drawer", "delegated", "label", "sideways", "marker"})  # what is shown at first is in order


def widget(luck: Random, way: str) -> Draw:
    """A part of the grid kept by one kind of widget."""
    drawn = {
        name: luck.choice(words()["widgets"][name]) for name in ("openers", "steps", "sizes", "plain", "summaries")
    }
    seconds = luck.choice([0.5, 1.5, 3, 6])
    given = {
        "way": way,
        "html": drawn["openers"],
        "opener": luck.choice(words()["widgets"]["inline"]),
        "steps": drawn["steps"],
        "sizes": drawn["sizes"],
        "plain": drawn["plain"],
        "said": drawn["summaries"],
        "word": luck.choice(words()["badges"]),
        "ms": luck.choice([0, 200, 900]),
        "salt": salt(luck),
        "by": luck.choice(DEPUTIES),
        "target": luck.choice(["name", "name", "row", "level", "level", "title", "area"]),
        "press": luck.choice(["click", "mousedown", "pointerup"]),
        **options(luck, at=["head", "above", "below"], part=["section", "tail", "row"], on=["click", "pointerup"]),
    }
    resources = {
        "/slow.html": Resource(type="text/html", body="<p></p>", seconds=seconds),
        "/slow.woff": Resource(type="font/woff", body="", seconds=seconds),
    }
    shown = {
        "slot": "html",
        "popover": "html",
        "dialog": "html",
        "label": "opener",
        "steps": "steps",
        "sizes": "sizes",
        "delegated": "by",
    }
    more = f" of the {given['target']}" if way == "delegated" else ""
    what = f"{given['part']} by {way} ({given['at']}) {given.get(shown.get(way, ''), '')}{more} {seconds} s"
    right = UNSURE if way in _UNREADABLE else LEFT_OUT
    return Draw(act="widget", what=what, right=right, options=given, resources=resources)
