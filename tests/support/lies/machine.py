"""The machine that makes lies.

A page that passes, one drawn change, and its truth; and changes that mean nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from tests.second_site.permissions.rows import Row
from tests.support.lies import found_kinds, hand_kinds, page_kinds, part_kinds, row_kinds, widget_kinds
from tests.support.lies.bases import TABLES, Base, drawn_base, page_of, second_bases, victims
from tests.support.lies.draw import LEFT_OUT, Draw, words
from tests.support.lies.page import USER, LyingPage, Resource

_JS = Path(__file__).parent / "js"
_KINDS: tuple[Callable[[Random], Draw], ...] = (
    row_kinds.word, part_kinds.switched, page_kinds.says, part_kinds.late, row_kinds.control, part_kinds.folded,
    page_kinds.whose,
    row_kinds.qualify, part_kinds.elsewhere, part_kinds.unseen, page_kinds.filtered, part_kinds.hidden,
    page_kinds.admin, row_kinds.strike,
    part_kinds.bones, page_kinds.shows, row_kinds.relabel, part_kinds.away, row_kinds.column, row_kinds.tree,
    part_kinds.awaited, row_kinds.hint, row_kinds.faded, row_kinds.bounded,
)  # fmt: skip
_SAME = (
    "", "wrap", "classes", "comments", "data", "bold", "token", "space", "style", "rule", "icon", "ids", "title",
    "measure", "framework",
    "picture", "watched", "tips",
)  # fmt: skip
_FIRST, _SECOND = "/account/permissions/x/1", "/account/permissions/x/2"


def drawn_lie(seed: int) -> LyingPage:
    """The lie of a seed; kinds take turns, so that any run of seeds has all of them."""
    luck, turn = Random(f"lie {seed}"), seed % (len(_KINDS) + 2)
    if turn >= len(_KINDS):
        return _listed(seed, luck) if turn == len(_KINDS) else _linked(seed, luck)
    kind = _KINDS[turn]
    base = _base(kind.__name__, luck)
    draw, victim = kind(luck), luck.choice(list(victims(base)))
    return _changed(f"drawn-{seed}-{kind.__name__}-{base.name}", kind.__name__, base, victim, draw)


def widget_lie(seed: int) -> LyingPage:
    """The lie of a seed by a widget of component libraries; the widgets take turns."""
    luck, way = Random(f"widget {seed}"), widget_kinds.WAYS[seed % len(widget_kinds.WAYS)]
    base = drawn_base(luck, line=luck.choice(TABLES)) if way == "sideways" else _base(way, luck)
    draw, victim = widget_kinds.widget(luck, way), luck.choice(list(victims(base)))
    return _changed(f"widget-{seed}-{way}-{base.name}", way, base, victim, draw)


def found_lie(seed: int) -> LyingPage:
    """The lie of a seed of those that were found by hand; the ways take turns."""
    luck, ways = Random(f"found {seed}"), found_kinds.ways()
    way = ways[seed % len(ways)]
    base = _found_base(way, luck)
    draw, victim = found_kinds.found(luck, way), luck.choice(list(victims(base)))
    return _changed(f"found-{seed}-{way}-{base.name}", way, base, victim, draw)


def _found_base(way: str, luck: Random) -> Base:
    match way:
        case "option":
            return drawn_base(luck, level="list")
        case "mixed":
            return drawn_base(luck, level="radios")
        case "layer" | "dimmed" | "named" | "backwards" | "nested":
            return drawn_base(luck, level=luck.choice(["word", "badge"]))
        case "shifted":
            return drawn_base(luck, line=luck.choice([None, "terms"]))
        case "index" | "skipped" | "numbered" | "count":
            return drawn_base(luck, line=luck.choice(["table", "items", "boxes", "roles"]))
        case "swapped" | "ordered":
            return next(base for base in second_bases() if base.name == "one_table")
    return _base(way, luck)


def hand_lie(seed: int) -> LyingPage:
    """The lie of a seed of those of a second hand; the ways take turns."""
    luck, ways = Random(f"hand {seed}"), hand_kinds.ways()
    way = ways[seed % len(ways)]
    base = _hand_base(way, luck)
    draw, victim = hand_kinds.hand(luck, way), luck.choice(list(victims(base)))
    return _changed(f"hand-{seed}-{way}-{base.name}", way, base, victim, draw)


def _hand_base(way: str, luck: Random) -> Base:
    match way:
        case "faced":
            return drawn_base(luck, level="list")
        case "items":
            return drawn_base(luck, line="items")
        case "gridded":
            return drawn_base(luck, line="boxes", level=luck.choice(["word", "badge"]))
        case "stamped" | "highlighted" | "cropped" | "lettered" | "stroked" | "filmed" | "scrolled":
            return drawn_base(luck, level=luck.choice(["word", "badge"]))
    return drawn_base(luck)


def same_page(seed: int) -> LyingPage:
    """A drawn page with a change that means nothing: it has to pass still."""
    luck, act = Random(f"same {seed}"), _SAME[seed % len(_SAME)]
    base, passes = drawn_base(luck), frozenset({"pass"})
    options = {"salt": f"x{seed}", "count": seed % 5, "same": True}
    draw = Draw(act=act or "nothing", what=f"what means nothing: {act}", right=passes, options=options)
    name = f"same-{seed}-{act or 'nothing'}-{base.name}"
    return _changed(name, "same", base, luck.choice(list(victims(base))), draw)


def _base(kind: str, luck: Random) -> Base:
    if kind == "relabel":
        return drawn_base(luck, level="radios")
    if kind in ("tree", "faded"):
        return drawn_base(luck, level=luck.choice(["word", "badge"]))
    if kind == "column":
        return drawn_base(luck, line=luck.choice(TABLES))
    return luck.choice(second_bases()) if luck.random() < 0.3 else drawn_base(luck)


def _changed(name: str, kind: str, base: Base, victim: Row, draw: Draw) -> LyingPage:
    beside = [row.label for row in base.rows if row.section == victim.section and row is not victim]
    others = [row.label for row in base.rows if row.section != victim.section]
    asked: dict[str, Any] = {"act": draw.act, "label": victim.label, "beside": beside, "others": others, **draw.options}
    given = json.dumps(asked).replace("</", "<\\/")
    script = f"<script>(() => {{ {_scripts()}\nchange({given}); }})()</script></body>"
    return LyingPage(
        name=name,
        kind=kind,
        what=f"{victim.label}: {draw.what}",
        right=draw.right,
        html=base.html.replace("</body>", script),
        own_view=base.own_view,
        path=base.path,
        resources=draw.resources,
        is_changed=True,
    )


def _listed(seed: int, luck: Random) -> LyingPage:
    """A list of users whose row of the subject leads to two pages.

    One of them is not in order.
    """
    base = drawn_base(luck)
    one, two = luck.choice(words()["ways"])
    pages = [base.html, _spoilt(base.html)]
    luck.shuffle(pages)
    ways = ((one, _FIRST), (two, _SECOND))
    return LyingPage(
        name=f"drawn-{seed}-listed-{base.name}",
        kind="listed",
        what=f"the links {one!r} and {two!r} in the row of the user",
        right=LEFT_OUT,
        html=_users(ways),
        own_view=base.own_view,
        resources={path: Resource(type="text/html", body=html) for (_, path), html in zip(ways, pages, strict=True)},
    )


def _linked(seed: int, luck: Random) -> LyingPage:
    """A page in order that leads to one that is not."""
    base, said = drawn_base(luck), luck.choice(words()["links"])
    link = f'<p><a href="{_SECOND}">{said}</a></p><div id="grid">'
    return LyingPage(
        name=f"drawn-{seed}-linked-{base.name}",
        kind="linked",
        what=f"a link {said!r} above the grid",
        right=LEFT_OUT,
        html=base.html.replace('<div id="grid">', link),
        own_view=base.own_view,
        resources={_SECOND: Resource(type="text/html", body=_spoilt(base.html))},
    )


def _spoilt(html: str) -> str:
    """No row at a level above None."""
    return html.replace("View &amp; Edit", "None").replace(" checked", "").replace(" selected", "")


def _users(ways: tuple[tuple[str, str], ...]) -> str:
    links = " ".join(f'<a href="{path}">{escape(said)}</a>' for said, path in ways)
    people = ((USER, "Ada", links), ("b2@users.example", "Bea", links.replace("/x/", "/y/")))
    lines = "".join(f"<tr><td>{name}</td><td>{mail}</td><td>{ways}</td></tr>" for mail, name, ways in people)
    return page_of(f"<h1>User Permissions</h1><table><tr><th>Name</th><th>Email</th><th></th></tr>{lines}</table>")


@cache
def _scripts() -> str:
    return "\n".join(
        (_JS / f"{name}.js").read_text(encoding="utf-8")
        for name in ("tools", "rows", "parts", "widgets", "found", "scrolls", "hand", "pages")
    )
