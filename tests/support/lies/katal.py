"""Permission pages in Katal's elements, written from public notes alone.

In each language whose words are on record; each with a twin in which one row is None that should not be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

from scripts.grid_libraries import HERE
from tests.support.lies.page import PERMISSIONS, USER, LyingPage, Resource

_SCRIPT = "/static/katal.js"
_SPOILT = "Manage Orders"
_LEVELS = ("None", "View", "View & Edit")
_REGIONS = ("North America", "Europe", "Far East")
_ROWS = (
    "Item Classification Guide", "Manage Inventory/Add a Product", "Campaign Manager",
    "Register for Sponsored Products",
    "Manage Orders", "Transactions", "Customer Metrics", "Business Reports, Sales Summary", "Gift Options",
    "Manage Your Cases", "Agreements/Amendments", "User Permissions",
)  # fmt: skip
_GLOBAL = (
    ("Brand Benefits", "Brand Analytics"),
    ("Growth", "Growth Opportunities"),
    ("Services", "Manage Service Requests"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """The words of a language on record; what is not is said in English."""

    code: str
    words: dict[str, str] = field(default_factory=dict)

    def __call__(self, english: str) -> str:
        return self.words.get(english, english)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    section: str
    label: str
    offered: Sequence[str]
    held: str


_TONGUES = {
    "en": Tongue(code="en-US"),
    "zh": Tongue(code="zh-CN", words={
        "None": "无", "View": "查看", "View & Edit": "查看和编辑", "Inventory": "库存", "Orders": "订单",
        "Reports": "数据报告",
        "Advertising": "广告", "Settings": "设置", "Growth": "增长", "User Permissions": "用户权限",
        "Edit User Permissions": "用户权限", "Edit": "编辑",
        "Manage Permissions": "管理权限", "Manage employees": "管理员工",
    }),
    "de": Tongue(code="de-DE", words={
        "View & Edit": "Anzeigen und Bearbeiten", "Inventory": "Lagerbestand", "Settings": "Einstellungen",
        "User Permissions": "Benutzerberechtigungen", "Edit User Permissions": "Benutzerberechtigungen",
        "Edit": "Bearbeiten",
    }),
    "it": Tongue(code="it-IT", words={
        "View & Edit": "Modifica", "Inventory": "Inventario", "Orders": "Ordini", "Settings": "Impostazioni",
        "User Permissions": "Autorizzazioni utente", "Edit User Permissions": "Autorizzazioni utente",
        "Save Changes": "Salva modifiche", "Edit": "Modifica",
    }),
    "ja": Tongue(code="ja-JP", words={
        "View & Edit": "表示と編集", "Settings": "設定", "Reports": "レポート", "User Permissions": "ユーザー権限",
        "Edit User Permissions": "ユーザー権限",
        "Manage Permissions": "アクセス権限の管理", "Edit": "編集",
    }),
}  # fmt: skip


def katal_pages() -> list[LyingPage]:
    """Every page and its twin."""
    made = (("tables", _tables), ("expanders", _expanders), ("regions", _regions))
    return [
        _page(f"katal-{name}-{language}{'-wrong' * spoilt}", tongue, spoilt=spoilt, **make(tongue, spoilt=spoilt))
        for name, make in made
        for language, tongue in _TONGUES.items()
        for spoilt in (False, True)
    ]


def _page(name: str, tongue: Tongue, *, spoilt: bool, main: str, more: dict[str, str] | None = None) -> LyingPage:
    pages = {path: Resource(type="text/html", body=_whole(tongue, text)) for path, text in (more or {}).items()}
    return LyingPage(
        name=name,
        kind="katal",
        what="Katal's elements" + (", a row that is None" if spoilt else ", all in order"),
        right=frozenset({"fail", "incomplete"} if spoilt else {"pass"}),
        html=_whole(tongue, main),
        resources={_SCRIPT: Resource(type="text/javascript", body=_katal()), **pages},
    )


@cache
def _katal() -> str:
    return (Path(__file__).parent / "js" / "katal.js").read_text(encoding="utf-8")


def _whole(tongue: Tongue, main: str) -> str:
    title = tongue("User Permissions")
    return (
        f'<!doctype html><html lang="{tongue.code}"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:14px sans-serif}.perm{display:flex}.perm>:first-child{width:320px}</style></head><body>"
        '<div id="partner-navigation"><a id="sc-nav-brand" href="/home">seller central</a></div>'
        f'<div id="sc-content-container"><main>{main}</main></div><script src="{_SCRIPT}"></script></body></html>'
    )


@cache
def _known() -> tuple[_Row, ...]:
    told = json.loads((HERE / "rows.json").read_text(encoding="utf-8"))
    return tuple(_Row(**row) for row in told if row["label"] in _ROWS)


def _rows(*, spoilt: bool) -> list[_Row]:
    """The rows of a region; in a spoilt page one of them is None."""
    return [
        _Row(section=row.section, label=row.label, offered=row.offered, held="None")
        if spoilt and row.label == _SPOILT
        else row
        for row in _known()
    ]


def _sections(rows: Sequence[_Row]) -> Iterator[tuple[str, list[_Row]]]:
    for section, found in groupby(rows, key=lambda row: row.section):
        yield section, list(found)


# --- A table for each section, a column for each level: the page of the years to 2024. ---


def _tables(tongue: Tongue, *, spoilt: bool) -> dict[str, str]:
    body = "".join(_table(tongue, section, rows) for section, rows in _sections(_rows(spoilt=spoilt)))
    save = f'<kat-button variant="primary" label="{tongue("Save Changes")}"></kat-button>'
    return {"main": f"<h1>{tongue('User Permissions')}</h1><p>{USER}</p>{body}{save}"}


def _table(tongue: Tongue, section: str, rows: Sequence[_Row]) -> str:
    cell = "<kat-table-cell>{}</kat-table-cell>".format
    heads = "".join(cell(escape(word)) for word in (tongue(section), *map(tongue, _LEVELS)))
    lines = ""
    for row in rows:
        controls = "".join(
            cell(
                f'<kat-radiobutton name="{escape(row.label)}" value="{level}"{" checked" * (level == row.held)}>'
                "</kat-radiobutton>"
                if level in row.offered
                else ""
            )
            for level in _LEVELS
        )
        lines += f"<kat-table-row>{cell(f'<b>{escape(tongue(row.label))}</b>')}{controls}</kat-table-row>"
    return (
        f"<kat-table><kat-table-head><kat-table-row>{heads}</kat-table-row></kat-table-head>"
        f"<kat-table-body>{lines}</kat-table-body></kat-table>"
    )


# --- Marketplaces in tabs, sections in expanders, levels in drop-downs: one page for all, of 2025. ---


def _expanders(tongue: Tongue, *, spoilt: bool) -> dict[str, str]:
    tabs = "".join(
        f'<kat-tab label="{market}" tab-id="t{at}"{" selected" * (not at)}>'
        + "".join(_expander(tongue, section, rows) for section, rows in _sections(_rows(spoilt=spoilt and at == 1)))
        + "</kat-tab>"
        for at, market in enumerate(("United States", "Canada", "Mexico"))
    )
    return {
        "main": f"<h1>{tongue('Edit User Permissions')}</h1><p>{USER}</p>"
        '<kat-input placeholder="Search permissions"></kat-input>'
        f'<kat-toggle label="Grant Universal Site Admin Access"></kat-toggle><kat-tabs>{tabs}</kat-tabs>'
        f'<kat-button label="{tongue("Save Changes")}"></kat-button><kat-button label="Cancel"></kat-button>'
        '<kat-modal title="Leave this page?"><p>Your changes will be lost.</p><kat-button '
        'label="Leave"></kat-button></kat-modal>'
    }


def _expander(tongue: Tongue, section: str, rows: Sequence[_Row]) -> str:
    lines = "".join(
        f'<div class="perm"><div>{escape(tongue(row.label))}</div><kat-dropdown value="{row.held}">'
        + "".join(f'<kat-option value="{level}">{escape(tongue(level))}</kat-option>' for level in row.offered)
        + "</kat-dropdown></div>"
        for row in rows
    )
    return f'<kat-expander label="{escape(tongue(section))}">{lines}</kat-expander>'


# --- A list of users with a way to each region and to the global rights: an account of several regions. ---


def _regions(tongue: Tongue, *, spoilt: bool) -> dict[str, object]:
    ways = {f"{PERMISSIONS}/{at}": f"{tongue('Manage Permissions')} ({name})" for at, name in enumerate(_REGIONS)}
    whole = f"{PERMISSIONS}/global"
    links = "".join(f'<kat-link href="{path}" label="{escape(words)}"></kat-link> ' for path, words in ways.items())
    links += f'<kat-link href="{whole}" label="Manage Global Permissions"></kat-link>'
    pages = {path: _groups(tongue, "", _rows(spoilt=spoilt and at == 1)) for at, path in enumerate(ways)}
    edit = ("None", "View", "View & Edit")
    rights = [_Row(section=section, label=label, offered=edit, held=edit[-1]) for section, label in _GLOBAL]
    pages[whole] = _groups(tongue, "Global User Permissions", rights)
    cell = "<kat-table-cell>{}</kat-table-cell>".format
    head = "".join(map(cell, ("Name", "Email Address", "Account Role", "")))
    mine = "".join(map(cell, ("Channel Advisor", USER, "User", links)))
    other = "".join(map(cell, ("Bea Berg", "owner@seller.example", "Owner", "")))
    return {
        "main": f"<h1>{tongue('User Permissions')}</h1><h2>{tongue('Manage employees')}</h2>"
        f"<kat-table><kat-table-head><kat-table-row>{head}</kat-table-row>"
        f"</kat-table-head><kat-table-body><kat-table-row>{other}</kat-table-row><kat-table-row>{mine}</kat-table-row>"
        "</kat-table-body></kat-table>",
        "more": pages,
    }


def _groups(tongue: Tongue, name: str, rows: Sequence[_Row]) -> str:
    body = ""
    for section, found in _sections(rows):
        lines = "".join(_group(tongue, row, f"{section}{at}") for at, row in enumerate(found))
        body += f"<kat-box><h3>{escape(tongue(section))}</h3>{lines}</kat-box>"
    return f"<h1>{tongue('User Permissions')}</h1><p>{USER}</p>{f'<h2>{name}</h2>' * bool(name)}{body}"


def _group(tongue: Tongue, row: _Row, name: str) -> str:
    controls = "".join(
        f'<kat-radiobutton value="{level}" label="{escape(tongue(level))}"><input slot="radio" type="radio" '
        f'name="{escape(name)}" value="{level}"{" checked" * (level == row.held)}></kat-radiobutton>'
        for level in row.offered
    )
    return (
        f'<div class="perm"><div>{escape(tongue(row.label))}</div>'
        f'<kat-radiobutton-group name="{escape(name)}">{controls}</kat-radiobutton-group></div>'
    )
