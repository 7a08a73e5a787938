"""Lies of the page around the grid.

What it says of itself, what it leaves out, whose it is.
"""

from __future__ import annotations

from random import Random

from tests.support.lies.draw import OTHER, UNSURE, Draw, form, options, words
from tests.support.lies.page import USER


def says(luck: Random) -> Draw:
    """The page says that it is not whole, or not in force."""
    html = form(luck, "banners", said=luck.choice(words()["banners"]))
    drawn = options(luck, at=["head", "above", "below", "section", "over"])
    return Draw(act="says", what=f"{html} ({drawn['at']})", right=UNSURE, options={"html": html, **drawn})


def filtered(luck: Random) -> Draw:
    """A row is filtered away, and the filter is shown."""
    drawn = options(luck, html=words()["filters"], at=["head", "above"])
    return Draw(act="filter", what=drawn["html"], right=UNSURE, options=drawn)


def admin(luck: Random) -> Draw:
    """Admin, in words of its own, outside the rows."""
    drawn = options(luck, html=words()["admin"], at=["head", "above", "below"])
    return Draw(act="says", what=f"{drawn['html']} ({drawn['at']})", options=drawn)


def whose(luck: Random) -> Draw:
    """The rights of somebody else; our address stands elsewhere."""
    html = form(luck, "whose")
    drawn = options(luck, at=["head", "above", "below", "over"]) | {"user": USER, "other": OTHER, "html": html}
    return Draw(act="whose", what=f"the page is another's: {html}", right=UNSURE, options=drawn)


def shows(luck: Random) -> Draw:
    """Beside the heading, a picker or a line shows another person."""
    html = form(luck, "shows")
    return Draw(act="says", what=html, right=UNSURE, options={"html": html, **options(luck, at=["head", "above"])})
