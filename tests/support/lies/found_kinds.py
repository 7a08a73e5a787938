"""Lies that were found by hand.

Events nobody sends, signs that take a level back, numbers that do not agree, names against what is shown.
"""

from __future__ import annotations

from random import Random

from tests.support.lies.draw import LEFT_OUT, UNSURE, Draw, options, salt, words

# What is shown is in order; the sign beside it says that it may not be in force.
_UNREADABLE = frozenset({
    "attribute", "look", "dimmed", "line", "above", "veil", "layer", "count", "counter", "summary", "title", "heading",
    "named", "tipped",
    "tour", "shifted", "backwards", "entitled", "sheeted", "edged", "ringed", "nested", "coloured", "written",
    "disguised",
})  # fmt: skip


def ways() -> tuple[str, ...]:
    """Their names, in the order in which they take turns."""
    return tuple(words()["found"])


def found(luck: Random, way: str) -> Draw:
    """One of the lies that were found by hand."""
    drawn = options(luck, **words()["found"][way])
    what = f"{way}: {', '.join(map(str, drawn.values()))}"
    if "state" in drawn:
        drawn["name"], _, drawn["value"] = drawn["state"].partition("=")
    right = UNSURE if way in _UNREADABLE else LEFT_OUT
    return Draw(act="found", what=what, right=right, options={"way": way, "salt": salt(luck), **drawn})
