"""Lies about a part of the grid.

Behind something, folded, late, unseen, out of the picture, not yet there.
"""

from __future__ import annotations

import re
from random import Random

from tests.support.lies.draw import UNSURE, Draw, form, options, salt, switch, words
from tests.support.lies.page import Resource

_HOW = ("gone", "display", "hidden", "visibility", "content", "template", "flat")
_UNSEEN = (
    "closed", "declared", "canvas", "image", "drawing", "background", "frame", "foreign", "object", "pseudo", "input",
    "unslotted", "consent", "named", "hinted",
)  # fmt: skip
_AWAY = ("left", "slide", "right", "clip", "cut", "turned", "tiny", "fixed")
# Ways that nothing of the browser tells to be under way: seen by looking a second time.
_UNTOLD = ("interval", "chain", "frames", "animation", "css", "stream", "idle", "channel", "store", "worker")
# Ways by which it never comes to a visit that only reads, or that shows no pictures; what is waited for is told all
# the same.
_NEVER = ("picture", "shown", "lazy", "decode", "every", "boxed", "wide", "resized", "posted", "missing")
_TOLD = ("timer", "fetch", "xhr", "import", "script", "style", "view")


def elsewhere(luck: Random) -> Draw:
    """The same rows in another store, region or mode, where one is not in order."""
    name, html = switch(luck)
    drawn = options(luck, at=["head", "above", "below"])
    return Draw(act="elsewhere", what=f"behind {name} ({drawn['at']}): {html}", options={"html": html, **drawn})


def switched(luck: Random) -> Draw:
    """A part of the grid behind a switch."""
    name, html = switch(luck)
    drawn = options(luck, at=["head", "above"], how=_HOW, part=["section", "tail"], on=["click"])
    what = f"{drawn['part']} ({drawn['how']}) behind {name}: {html}"
    return Draw(act="behind", what=what, options={"html": html, **drawn})


def folded(luck: Random) -> Draw:
    """Rows behind an expander, a pager, a link."""
    said = luck.choice(words()["expanders"])
    html = form(luck, "folds", said=said)
    if not said:
        html = re.sub(r"(data-go[^>]*>)", rf"\1{words()['forms']['icon']}", html)  # nobody sees what has no size
    drawn = options(
        luck,
        at=["here", "here", "below"],
        how=_HOW,
        part=["tail", "row", "section"],
        on=["click", "click", "pointerup"],
    )
    return Draw(act="behind", what=f"{drawn['part']} ({drawn['how']}) behind {html}", options={"html": html, **drawn})


def hidden(luck: Random) -> Draw:
    """Rows that are there and are not shown, with nothing to press."""
    drawn = options(
        luck, how=["display", "hidden", "visibility", "content", "flat", "shut"], part=["row", "tail", "section"]
    )
    return Draw(act="hide", what=f"{drawn['part']} is hidden ({drawn['how']})", options=drawn)


def late(luck: Random) -> Draw:
    """A part that comes late."""
    is_told = luck.random() < 0.5
    ms = luck.choice([700, 1200, 1800, 2500, 3200] if is_told else [600, 1200, 1800])
    drawn = options(luck, way=_TOLD if is_told else _UNTOLD, part=["row", "tail", "section"])
    seconds = ms / 1000 if drawn["way"] != "view" else luck.choice([0.5, 2, 5, 7])
    resources = {
        "/late.json": Resource(type="application/json", body="1", seconds=seconds),
        "/late.js": Resource(type="text/javascript", body="window.show()", seconds=seconds),
        "/late.css": Resource(type="text/css", body="i{color:#123}", seconds=seconds),
    }
    what = f"{drawn['part']} comes by {drawn['way']} after {seconds} s"
    return Draw(act="late", what=what, options={"ms": ms, **drawn}, resources=resources)


def awaited(luck: Random) -> Draw:
    """A part that waits for a picture, for being scrolled to, for a wider window, for an answer."""
    drawn = options(luck, way=_NEVER, part=["row", "tail", "section"])
    seconds = luck.choice([0.2, 2, 7])
    resources = {"/part.png": Resource(type="image/png", body="", seconds=seconds)}
    given = {"ms": luck.choice([0, 1]), **drawn}
    return Draw(act="late", what=f"{drawn['part']} waits for {drawn['way']}", options=given, resources=resources)


def unseen(luck: Random) -> Draw:
    """A part that no text says."""
    drawn = options(luck, way=_UNSEEN, part=["row", "section"])
    if drawn["way"] in ("pseudo", "input", "consent", "named", "hinted"):
        drawn["part"] = "row"
    resources = {
        "/part.png": Resource(type="image/png", body=""),
        "/part.html": Resource(type="text/html", body="<p>Manage Orders</p><p>None</p>"),
    }
    what = f"{drawn['part']} as {drawn['way']}"
    return Draw(act="unseen", what=what, options=drawn | {"salt": salt(luck)}, resources=resources)


def away(luck: Random) -> Draw:
    """A part that is drawn where nobody sees it."""
    drawn = options(luck, way=_AWAY, part=["row", "section"])
    return Draw(act="away", what=f"{drawn['part']} out of the picture ({drawn['way']})", options=drawn)


def bones(luck: Random) -> Draw:
    """Boxes without words in place of rows."""
    drawn = options(luck, part=["row", "tail"]) | {"html": form(luck, "bones"), "count": luck.randint(1, 4)}
    what = f"{drawn['count']} boxes without words in place of {drawn['part']}: {drawn['html']}"
    return Draw(act="bones", what=what, right=UNSURE, options=drawn | {"salt": salt(luck)})
