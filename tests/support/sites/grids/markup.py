"""Small permission pages drawn in shapes that the stand-in does not have, from one list of rows; each with what it must
read as.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import count, groupby
from random import Random

URL = "https://sellercentral.amazon.com/account/permissions#/user-management/users"
N, V, E, A = "None", "View", "Edit", "Admin"
LEVELS = (N, V, E, A)
ROWS = (
    ("Inventory", "Item Classification Guide", (N, V, E)),
    ("Inventory", "Manage Inventory/Add a Product", (N, E)),
    ("Orders", "Manage Orders", (N, V, E, A)),
    ("Orders", "Manage Returns", (N, E)),
    ("Reports", "Customer Metrics", (N, V)),
    ("Reports", "Reports", (N, V, E)),  # called like its section
    ("Settings", "Agreements/Amendments", (N, E)),
    ("Settings", "User Permissions", (N, E)),
)
FEW = (ROWS[2], *ROWS[-2:])
MARKETS = {"US": "United States", "CA": "Canada", "MX": "Mexico"}
BOXES = ".r{display:flex}.l{flex:0 0 240px}.g{flex:0 0 160px}"
DOTS = "[role=radio]{width:14px;height:14px;border:1px solid}"
Row = tuple[str, tuple[str, ...], dict[str, str]]  # label, offered, level held by scope
Key = tuple[str, str, str, int, tuple[str, ...], str | None]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What one page shows."""

    sections: tuple[tuple[str, tuple[Row, ...]], ...]
    scopes: tuple[str, ...]

    def wanted(self, *, offers: bool = True) -> set[Key]:
        """The rows as `tests.support.sites.grids.recorded.read_rows` gives them.

        `offers`: the page shows what could be chosen.
        """
        return {
            (scope, section, label, 1, tuple(_contract(level) for level in offered if offers), _contract(held[scope]))
            for section, rows in self.sections
            for label, offered, held in rows
            for scope in self.scopes
        }


def draw(
    name: str, *, scopes: tuple[str, ...] = ("regional",), rows: tuple[tuple[str, str, tuple[str, ...]], ...] = ROWS
) -> Drawing:
    """Draw the levels of every row by the page's name.

    The first two scopes never hold the same.
    """
    luck = Random(name)
    drawn = []
    for section, label, offered in rows:
        held = [*luck.sample(offered, 2), *luck.choices(offered, k=len(scopes))]
        drawn.append((section, (label, offered, dict(zip(scopes, held, strict=False)))))
    return Drawing(
        sections=tuple((s, tuple(row for _, row in of)) for s, of in groupby(drawn, key=lambda row: row[0])),
        scopes=scopes,
    )


def document(body: str, *, style: str = "", script: str = "") -> str:
    """A whole page around a grid."""
    plain = "body{font:13px Arial;margin:20px} td,th{padding:3px 8px}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>User '
        f"Permissions</title><style>{plain}{style}</style></head>"
        f"<body><h1>Edit User Permissions</h1>{body}<script>{script}</script></body></html>"
    )


def _contract(level: str) -> str:
    return "View & Edit" if level == E else level


# --- Rows that are named more than once. ---


def words_beside_radios(page: Drawing) -> str:
    """The word of a level stands behind its radio, as a plain text."""
    return _listed(page, lambda row: "".join(f"<span>{_radio(row, level)} {level}</span> " for level in row[1]))


def radios_named_twice(page: Drawing) -> str:
    """A radio has a name of its own, and the same word stands behind it."""
    return _listed(
        page, lambda row: "".join(f"{_radio(row, level, named=level)}<span>{level}</span>" for level in row[1])
    )


def titles_in_groups(page: Drawing) -> str:
    """The label stands before a group that has the same title."""
    return _listed(
        page,
        lambda row: (
            f"<fieldset><legend>{escape(row[0])}</legend>{_labelled(row[1], row[2]['regional'], row[0])}</fieldset>"
        ),
    )


def groups_called_alike(page: Drawing) -> str:
    """Every group has the same name, which says nothing about the row."""
    return _listed(
        page,
        lambda row: (
            f'<div role="radiogroup" aria-label="Choose one">{_labelled(row[1], row[2]["regional"], row[0])}</div>'
        ),
    )


def lists_called_as_rows(page: Drawing) -> str:
    """A drop-down that is called as the label beside it says."""
    return _listed(
        page,
        lambda row: _list(row[1], row[2]["regional"]).replace(
            "<select", f'<select aria-label="{escape(row[0])} level"'
        ),
    )


def _listed(page: Drawing, widget: Callable[[Row], str], *, style: str = "") -> str:
    body = ""
    for title, rows in page.sections:
        lines = "".join(f'<li class="r"><span class="l">{escape(row[0])}</span>{widget(row)}</li>' for row in rows)
        body += f"<section><h2>{title}</h2><ul>{lines}</ul></section>"
    return document(body, style=BOXES + style)


def _radio(row: Row, level: str, *, named: str = "") -> str:
    name = f' aria-label="{named}"' if named else ""
    return f'<input type="radio" name="{escape(row[0])}"{name}{_on(level == row[2]["regional"])}>'


# --- Inputs that are not drawn; their labels are. ---
DRAWN = "input{display:none}label{border:1px solid #888;padding:2px 6px}:checked + label{background:#07c;color:#fff}"


def labels_for_inputs(page: Drawing) -> str:
    """Each level is a button drawn by the label of an input that is not displayed."""
    return _listed(page, _pills, style=DRAWN)


def labels_for_invisible_inputs(page: Drawing) -> str:
    """The same with inputs that keep their place but cannot be seen.

    What is held is drawn in bold alone.
    """
    return _listed(page, _pills, style="input{visibility:hidden}:checked + label{font-weight:bold}")


def dots_under_heads(page: Drawing) -> str:
    """A table of dots under level heads.

    The dot is an empty label around an input that is not displayed.
    """

    def cells(row: Row, page: Drawing, number: Iterator[int]) -> str:
        dots = {level: f"<label>{_radio(row, level)}<i></i></label>" for level in row[1]}
        return "".join(f"<td>{dots.get(level, '')}</td>" for level in LEVELS)

    heads = "<tr><th>Permission</th>" + "".join(f"<th>{level}</th>" for level in LEVELS) + "</tr>"
    style = (
        "label input{display:none}i{display:inline-block;width:14px;height:14px;border:1px solid}:checked + "
        "i{background:#07c}"
    )
    return document("".join(_table(title, heads, rows, page, cells) for title, rows in page.sections), style=style)


def _pills(row: Row) -> str:
    pills = ""
    for level in row[1]:
        name = f"{row[0]}-{level}".replace(" ", "-")
        pills += (
            _radio(row, level).replace("<input", f'<input id="{escape(name)}"')
            + f'<label for="{escape(name)}">{level}</label>'
        )
    return f"<div>{pills}</div>"


# --- Lists that come only when a drop-down is pressed. ---
OPENER = """
const offers = JSON.parse(document.getElementById("offers").textContent);
let open = null;
const close = () => { if (open) { open.box.remove(); open.by.setAttribute("aria-expanded", "false"); open = null; } };
document.querySelectorAll("[aria-haspopup=listbox]").forEach((el) => el.addEventListener("click", () => setTimeout(() => {
  if (open && open.by === el) return close();
  close();
  const box = document.createElement("ul");
  box.setAttribute("role", "listbox");
  for (const level of offers[el.dataset.row]) {
    const o = document.createElement("li");
    o.setAttribute("role", "option");
    o.setAttribute("aria-selected", String(level === el.textContent.trim()));
    o.textContent = level;
    o.onclick = () => { el.textContent = level; close(); };
    box.append(o);
  }
  document.body.append(box);
  el.setAttribute("aria-expanded", "true");
  open = { box, by: el };
}, 30)));
document.addEventListener("keydown", (e) => { if (e.key === "Escape" && !window.deaf) close(); });
"""  # noqa: E501 - a text in lines of its own


def buttons_that_open_lists(page: Drawing) -> str:
    """A button shows the level.

    Its list is made at the end of the page when it is pressed, and Escape takes it away.
    """
    return _opening(page, '<button aria-haspopup="listbox" aria-expanded="false" data-row="{row}">{level}</button>')


def boxes_that_open_lists(page: Drawing) -> str:
    """The same with boxes that have the role of a drop-down and are called as the row."""
    return _opening(
        page,
        '<div role="combobox" aria-haspopup="listbox" tabindex="0" aria-label="{row}" data-row="{row}">{level}</div>',
    )


def _opening(page: Drawing, opener: str) -> str:
    offers = json.dumps({label: offered for _, rows in page.sections for label, offered, _ in rows})
    grid = _listed(page, lambda row: opener.format(row=escape(row[0]), level=row[2]["regional"]))
    return grid.replace(
        "<script></script>", f'<script type="application/json" id="offers">{offers}</script><script>{OPENER}</script>'
    )


# --- Rights by marketplace, a group of columns for each. ---


def two_rows_of_heads(page: Drawing) -> str:
    """A table with the marketplaces over the levels; the label's head spans both rows."""
    heads = _two_heads([MARKETS[s] for s in page.scopes], '<th rowspan="2">Permission</th>', "")
    return document("".join(_table(title, heads, rows, page, _radio_cells) for title, rows in page.sections))


def heads_once(page: Drawing) -> str:
    """One table: heads at the top, sections as rows of one cell, radios named by nothing but their place; a blank
    corner.
    """
    heads = _two_heads(list(page.scopes), "<td></td>", "<td></td>")
    width, number, body = 1 + len(LEVELS) * len(page.scopes), count(), ""
    for title, rows in page.sections:
        body += f'<tr><th colspan="{width}">{title}</th></tr>'
        body += "".join(f"<tr><td>{escape(row[0])}</td>{_radio_cells(row, page, number)}</tr>" for row in rows)
    return document(f"<table><thead>{heads}</thead><tbody>{body}</tbody></table>")


def a_group_in_each_cell(page: Drawing) -> str:
    """One cell a marketplace with labelled radios in it."""

    return _one_column_each(
        page, lambda row, s: f"<fieldset>{_labelled(row[1], row[2][s], f'{row[0]}-{s}')}</fieldset>"
    )


def aria_grid(page: Drawing) -> str:
    """Boxes with roles; the heads of marketplaces are wide, and nothing but their place says over which columns."""
    span, body = len(LEVELS), ""
    groups = "".join(f'<div role="columnheader" style="flex:0 0 {60 * span}px">{MARKETS[s]}</div>' for s in page.scopes)
    heads = "".join(f'<div role="columnheader" class="c">{level}</div>' for _ in page.scopes for level in LEVELS)
    for title, rows in page.sections:
        body += f'<h2 id="t-{title}">{title}</h2><div role="grid" aria-labelledby="t-{title}">'
        body += f'<div role="row"><div role="columnheader" class="l">Permission</div>{groups}</div>'
        body += f'<div role="row"><div role="columnheader" class="l"></div>{heads}</div>'
        for label, offered, held in rows:
            cells = "".join(
                '<div role="gridcell" '
                f'class="c">{_aria_radio(level, on=level == held[s]) if level in offered else ""}</div>'
                for s in page.scopes
                for level in LEVELS
            )
            body += (
                f'<div role="row"><div role="rowheader" class="l"><b>{escape(label)}</b><p>What it is '
                f"for.</p></div>{cells}</div>"
            )
        body += "</div>"
    return document(body, style="[role=row]{display:flex}.l{flex:0 0 240px}.c{flex:0 0 60px}" + DOTS)


def boxes_without_roles(page: Drawing) -> str:
    """No table at all: a head line of marketplaces over the whole list, radios that name marketplace and level
    themselves.
    """
    number, body = count(), ""
    line = "".join(f'<span class="g">{MARKETS[s]}</span>' for s in page.scopes)
    for title, rows in page.sections:
        body += f"<section><h3>{title}</h3>"
        for label, offered, held in rows:
            groups = "".join(
                f'<div class="g">{_named(label, MARKETS[s], offered, held[s], next(number))}</div>' for s in page.scopes
            )
            body += f'<div class="r"><div class="l"><strong>{escape(label)}</strong></div>{groups}</div>'
        body += "</section>"
    return document(f'<div class="r"><span class="l"></span>{line}</div>{body}', style=BOXES)


def words_by_marketplace(page: Drawing) -> str:
    """A view without controls: the word of the level under each marketplace."""

    return _one_column_each(page, lambda row, s: row[2][s])


def marks_by_marketplace(page: Drawing) -> str:
    """A view without controls: a mark under the level held, another under those that are offered."""

    def cells(row: Row, page: Drawing, number: Iterator[int]) -> str:
        _, offered, held = row
        return "".join(
            f"<td>{'' if level not in offered else '✓' if level == held[s] else '○'}</td>"
            for s in page.scopes
            for level in LEVELS
        )

    heads = _two_heads([MARKETS[s] for s in page.scopes], '<th rowspan="2">Permission</th>', "")
    return document("".join(_table(title, heads, rows, page, cells) for title, rows in page.sections))


def lists_by_marketplace(page: Drawing) -> str:
    """Boxes: marketplaces over the list, a drop-down under each."""
    body = ""
    line = "".join(f'<span class="g">{MARKETS[s]}</span>' for s in page.scopes)
    for title, rows in page.sections:
        body += f"<section><h3>{title}</h3>"
        for label, offered, held in rows:
            lists = "".join(f'<div class="g">{_list(offered, held[s])}</div>' for s in page.scopes)
            body += f'<div class="r"><div class="l"><strong>{escape(label)}</strong><p>About it.</p></div>{lists}</div>'
        body += "</section>"
    return document(f'<div class="r"><span class="l">Permission</span>{line}</div>{body}', style=BOXES)


def marketplaces_in_each_row(page: Drawing) -> str:
    """No heads: every row has a line for each marketplace, which names it beside its radios."""
    body = ""
    for title, rows in page.sections:
        body += f"<section><h3>{title}</h3>"
        for label, offered, held in rows:
            lines = "".join(
                f"<div><span>{MARKETS[s]}</span> {_labelled(offered, held[s], f'{label}-{s}')}</div>"
                for s in page.scopes
            )
            body += f'<div class="r"><h4>{escape(label)}</h4><div>{lines}</div></div>'
        body += "</section>"
    return document(body)


def groups_named_by_marketplace(page: Drawing) -> str:
    """Nothing but the name of the group says for which marketplace its radios are."""
    body = ""
    for title, rows in page.sections:
        body += f"<h3>{title}</h3>"
        for label, offered, held in rows:
            groups = ""
            for s in page.scopes:
                radios = "".join(_aria_radio(level, on=level == held[s]) for level in offered)
                groups += f'<div role="radiogroup" aria-label="{MARKETS[s]}" class="g">{radios}</div>'
            body += f'<div class="r"><div class="l">{escape(label)}</div>{groups}</div>'
    return document(body, style=BOXES + DOTS)


Cells = Callable[[Row, Drawing, Iterator[int]], str]


def _one_column_each(page: Drawing, content: Callable[[Row, str], str]) -> str:
    def cells(row: Row, page: Drawing, number: Iterator[int]) -> str:
        return "".join(f"<td>{content(row, scope)}</td>" for scope in page.scopes)

    heads = "<tr><th>Permission</th>" + "".join(f"<th>{MARKETS[s]}</th>" for s in page.scopes) + "</tr>"
    return document("".join(_table(title, heads, rows, page, cells) for title, rows in page.sections))


def _two_heads(markets: list[str], corner: str, below: str) -> str:
    groups = "".join(f'<th colspan="{len(LEVELS)}">{market}</th>' for market in markets)
    levels = "".join(f"<th>{level}</th>" for _ in markets for level in LEVELS)
    return f"<tr>{corner}{groups}</tr><tr>{below}{levels}</tr>"


def _table(title: str, heads: str, rows: tuple[Row, ...], page: Drawing, cells: Cells) -> str:
    number = count()
    body = "".join(f"<tr><td><b>{escape(row[0])}</b></td>{cells(row, page, number)}</tr>" for row in rows)
    return f"<h2>{title}</h2><table><thead>{heads}</thead><tbody>{body}</tbody></table>"


def _radio_cells(row: Row, page: Drawing, number: Iterator[int]) -> str:
    label, offered, held = row
    cells = ""
    for scope in page.scopes:
        name = f"{label}-{scope}-{next(number)}"
        for level in LEVELS:
            radio = f'<input type="radio" name="{escape(name)}"{_on(level == held[scope])}>'
            cells += f"<td>{radio if level in offered else ''}</td>"
    return cells


def _labelled(offered: tuple[str, ...], held: str, name: str) -> str:
    return "".join(
        f'<label><input type="radio" name="{escape(name)}"{_on(level == held)}> {level}</label>' for level in offered
    )


def _list(offered: tuple[str, ...], held: str) -> str:
    return (
        "<select>"
        + "".join(f"<option{' selected' * (level == held)}>{level}</option>" for level in offered)
        + "</select>"
    )


def _named(label: str, market: str, offered: tuple[str, ...], held: str, number: int) -> str:
    start = f'<input type="radio" name="n{number}-{market}" aria-label="{escape(label)}, {market}, '
    return "".join(f'{start}{level}"{_on(level == held)}>' for level in offered)


def _aria_radio(level: str, *, on: bool) -> str:
    return f'<div role="radio" aria-label="{level}" aria-checked="{str(on).lower()}" tabindex="0"></div>'


def _on(held: bool) -> str:
    return " checked" if held else ""
