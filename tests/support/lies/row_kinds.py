"""Lies about one row: its word, its control, what takes its level back."""

from __future__ import annotations

from html import escape
from random import Random
from typing import Any

from tests.support.lies.draw import Draw, options, salt, words

_TAGS = ("aside", "article", "figure", "perm-other", "p", "label", "nav", "fieldset", "section", "form")


def _dress(luck: Random) -> dict[str, Any]:
    """What makes rows unlike one another, or one row unlike the others."""
    return options(luck, dress=["", "hash", "other", "wrap", "tag"], tag=_TAGS) | {"salt": salt(luck)}


def word(luck: Random) -> Draw:
    """The level in a word that no list knows."""
    said, dress = escape(luck.choice(words()["levels"])), _dress(luck)
    tag = luck.choice(["", "span", "b", "em", "div", "strong", "code"])
    html = f"<{tag}>{said}</{tag}>" if tag else said
    return Draw(act="word", what=f"the level is {html!r} (dress: {dress['dress']})", options={"html": html, **dress})


def control(luck: Random) -> Draw:
    """The level by a control that nobody knows, or by none."""
    html, dress = luck.choice(words()["controls"]), _dress(luck)
    return Draw(act="control", what=f"the level is {html} (dress: {dress['dress']})", options={"html": html, **dress})


def relabel(luck: Random) -> Draw:
    """The control that is held is called otherwise."""
    said = luck.choice(words()["levels"])
    return Draw(act="relabel", what=f"the held level is called {said!r}", options={"word": said, **_dress(luck)})


def qualify(luck: Random) -> Draw:
    """Words beside the level that take it back."""
    place = luck.choice(["level", "level", "label", "cell", "after", "before"])
    said = luck.choice(words()["badges" if place == "label" else "qualifiers"])
    tag = luck.choice(["span", "small", "sup", "em", "b", "div", "mark", "kat-badge"])
    html = f'<{tag} class="{salt(luck)}">{said}</{tag}>'
    return Draw(act="qualify", what=f"{html} at {place}", options={"place": place, "html": html, "salt": salt(luck)})


def strike(luck: Random) -> Draw:
    """The level, or the row, struck through."""
    how, tag = luck.choice([("level", "s"), ("level", "del"), ("level", ""), ("row", "")])
    return Draw(act="strike", what=f"struck through: {how} {tag}", options={"how": how, "tag": tag})


def column(luck: Random) -> Draw:
    """A column that says that one row is not in force."""
    head, yes, no = luck.choice(words()["columns"])
    return Draw(act="column", what=f"column {head}: {no}", options={"head": head, "yes": yes, "no": no})


def tree(luck: Random) -> Draw:
    """A row with rows of its own that do not come by a press."""
    drawn = {"html": luck.choice(words()["handles"]), "opens": luck.choice(["dblclick", "key", "arrow", "never"])}
    return Draw(
        act="tree",
        what=f"a closed row of a tree: {drawn['html']} ({drawn['opens']})",
        options=drawn | {"child": "(bulk)"},
    )


_HINTS = ("title", "aria-description", "data-tooltip", "aria-describedby")


def hint(luck: Random) -> Draw:
    """What is said of a row where the pointer rests, or to those who cannot see, takes its level back."""
    drawn = options(luck, name=_HINTS, on=["level", "row", "label"])
    said = luck.choice(words()["badges"]) + luck.choice(["", " on 3 May", " by the account owner"])
    return Draw(act="hint", what=f"{drawn['name']} of the {drawn['on']}: {said}", options={"said": said, **drawn})


def bounded(luck: Random) -> Draw:
    """A label that takes back what its row says, in the text of its name."""
    said = luck.choice([" (not yet in force)", " (pending)", " – revoked", " 🚫", ": suspended", " until 12 Dec"])
    return Draw(act="bounded", what=f"the label goes on: {said}", options={"said": said})


_FADED = (
    "opacity:0", "color:transparent", "font-size:0", "display:inline-block;clip-path:inset(100%)",
    "display:inline-block;transform:scale(0)",
    "position:absolute;left:-5000px", "display:block;width:0;height:0;overflow:hidden",
    "display:block;text-indent:-9999px;overflow:hidden",
    "filter:opacity(0)", "color:#fff", "-webkit-text-security:disc",
)  # fmt: skip


def faded(luck: Random) -> Draw:
    """A level that is written, and cannot be seen."""
    style = luck.choice(_FADED)
    return Draw(act="faded", what=f"the level has style {style}", options={"style": style})
