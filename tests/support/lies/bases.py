"""Permission pages in order, from which lies are made.

Drawn ones, and those of the second site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from random import Random

from tests.second_site.permissions.cases import STYLES
from tests.second_site.permissions.rows import CLASSIC, LEVELS, MUST_BE_NONE, Row, by_section
from tests.support.lies.page import PERMISSIONS, USER

# Pages of the second site that show all their rows at once, each drawn once.
_SECOND = (
    "oldest form", "column buttons, own", "one table", "two columns", "definition lists", "fieldsets",
    "layout tables, own",
    "sections beside", "lists", "with help", "segments, own", "kat expanders", "list items", "late table",
    "accordion, own",
)  # fmt: skip
_NAV = (
    '<div id="partner-navigation"><a id="sc-nav-brand" href="/home">seller central</a><a href="/sign-out">Sign '
    "out</a></div>"
)
TABLES = ("table", "heads")  # lines that stand in tables with heads
_CSS = (
    "body{font:14px sans-serif}td,th{padding:2px 8px;text-align:left}.line{display:flex}.line>:first-child{width:300px}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A page that passes, and its rows.

    A drawn one has the level of each row in a box of its own.
    """

    name: str
    html: str
    rows: tuple[Row, ...]
    own_view: bool
    path: str = PERMISSIONS


@cache
def second_bases() -> tuple[Base, ...]:
    """The pages of the second site, as ordered."""
    return tuple(
        Base(
            name=name.replace(", ", "-").replace(" ", "_"),
            html=style.page(style.rows),
            rows=style.rows,
            own_view=style.own,
            path=style.path.partition("#")[0],
        )
        for name, style in STYLES.items()
        if name in _SECOND
    )


def drawn_base(luck: Random, *, line: str | None = None, level: str | None = None) -> Base:
    """Some sections of the facts, in one of many markups."""
    rows, own = _some(luck), luck.random() < 0.4
    line = line or luck.choice([name for name in _LINES if level is None or name != "terms"])
    level = level or ("word" if line == "terms" else luck.choice(list(_LEVELS)))
    naming = luck.choice(["perm", "", "r{}x"])
    body = ""
    for section, found in by_section(rows):
        lines = "".join(
            _LINES[line](escape(row.label), _LEVELS[level](row, f"{section}{at}", own), naming.format(at))
            for at, row in enumerate(found)
        )
        body += _FRAMES[line].format(section=escape(section), lines=lines)
    heading = f"<h1>{'My' if own else 'Edit User'} Permissions</h1><p>Permissions of {USER}</p>"
    html = page_of(f'{heading}<div id="grid">{body}</div>')
    return Base(name=f"{line}-{level}{'-own' if own else ''}", html=html, rows=rows, own_view=own)


def page_of(main: str) -> str:
    """A page of the site around its main part."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>User '
        f"Permissions</title><style>{_CSS}</style>"
        f"</head><body>{_NAV}<main>{main}</main></body></html>"
    )


def _some(luck: Random) -> tuple[Row, ...]:
    groups = [(name, found) for name, found in by_section(CLASSIC) if len(found) > 1 and name != "Settings"]
    chosen = luck.sample(groups, luck.randint(2, 4))
    kept = [row for _, found in chosen for row in luck.sample(found, min(len(found), luck.randint(2, 5)))]
    settings = [row for row in CLASSIC if row.section == "Settings"]
    must = [row for row in settings if (row.section, row.label) in MUST_BE_NONE]
    more = luck.sample([row for row in settings if row not in must], luck.randint(1, 4))
    return (*kept, *luck.sample([*must, *more], len(must) + len(more)))


# --- What a line is made of. ---

Line = Callable[[str, str, str], str]
_LINES: dict[str, Line] = {
    "table": lambda label, level, name: f"<tr{_named(name)}><td>{label}</td><td>{level}</td></tr>",
    "heads": lambda label, level, name: f'<tr{_named(name)}><th scope="row">{label}</th><td>{level}</td></tr>',
    "boxes": lambda label, level, name: f'<div class="line {name}"><div>{label}</div><div>{level}</div></div>',
    "items": lambda label, level, name: f'<li class="line {name}"><span>{label}</span><span>{level}</span></li>',
    "terms": lambda label, level, name: f"<dt{_named(name)}>{label}</dt><dd{_named(name)}>{level}</dd>",
    "roles": lambda label, level, name: (
        f'<div role="row" class="line {name}"><div role="cell">{label}</div><div role="cell">{level}</div></div>'
    ),
    "elements": lambda label, level, name: (
        f'<perm-row class="line {name}"><span>{label}</span><span>{level}</span></perm-row>'
    ),
    "deep": lambda label, level, name: (
        f'<div><div class="line {name}"><div><div>{label}</div></div><div><div>{level}</div></div></div></div>'
    ),
}
_TABLE = (
    "<section><h2>{section}</h2><table><thead><tr><th>Permission</th><th>Access level</th></tr></thead>"
    "<tbody>{lines}</tbody></table></section>"
)
_PLAIN = "<section><h2>{section}</h2>{lines}</section>"
_FRAMES = {
    "table": _TABLE,
    "heads": _TABLE,
    "boxes": _PLAIN,
    "items": "<section><h2>{section}</h2><ul>{lines}</ul></section>",
    "terms": "<section><h2>{section}</h2><dl>{lines}</dl></section>",
    "roles": '<section><h3>{section}</h3><div role="table">{lines}</div></section>',
    "elements": "<div><h3>{section}</h3>{lines}</div>",
    "deep": _PLAIN,
}


def _named(name: str) -> str:
    return f' class="{name}"' if name else ""


# --- How a level is shown. ---


def _radios(row: Row, name: str, own: bool) -> str:
    off = " disabled" if own else ""
    return " ".join(
        f'<label><input type="radio" name="{escape(name)}"{" checked" if at == row.held else ""}{off}>'
        f"{escape(LEVELS[at])}</label>"
        for at in row.offered
    )


def _list(row: Row, name: str, own: bool) -> str:
    options = "".join(
        f"<option{' selected' if at == row.held else ''}>{escape(LEVELS[at])}</option>" for at in row.offered
    )
    return f'<select aria-label="{escape(row.label)}"{" disabled" if own else ""}>{options}</select>'


def _word(row: Row, name: str, own: bool) -> str:
    return escape(LEVELS[row.held])


_LEVELS: dict[str, Callable[[Row, str, bool], str]] = {
    "word": _word,
    "radios": _radios,
    "list": _list,
    "badge": lambda row, name, own: f'<span class="badge">{escape(LEVELS[row.held])}</span>',
}


def victims(base: Base) -> Sequence[Row]:
    """Rows that may be spoilt: held above None, alone of their name, not called like a section."""
    labels = [row.label for row in base.rows]
    sections = {row.section for row in base.rows}
    return [
        row
        for row in base.rows
        if row.held in ("V", "E") and labels.count(row.label) == 1 and row.label not in sections and "N" in row.offered
    ]
