"""Permission pages made in the browser, each by another author's habits.

The scripts are in `apps/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.second_site.permissions.look import Look, document
from tests.second_site.permissions.rows import Row, by_section

_APPS = Path(__file__).parent / "apps"
_CSS = """.headrow,.sticky{position:sticky;top:0;background:#fff;z-index:2}.col{margin:0 8px}.prow{display:flex;justify-content:space-between}
.vbox{height:420px;overflow:auto;position:relative}.vbox [role=row]{display:grid;grid-template-columns:3fr 1fr 1fr 1fr 1fr}
kat-table{display:table}kat-table-head,kat-table-body{display:table-row-group}kat-table-row{display:table-row}kat-table-cell{display:table-cell}"""
_SWITCHES = {
    "FIRST": True,
    "STOP": 0,
    "STUCK": False,
    "FROZEN": False,
    "ON": False,
}  # what an app may be asked to do otherwise


def application(name: str, rows: Sequence[Row], look: Look, *, delay: int = 400, **switches: object) -> str:
    """The page of one application.

    A skeleton, then what its script draws after `delay` ms.
    """
    columns = "NVEA" if any("A" in row.offered for row in rows) else "NVE"
    constants: Mapping[str, object] = {
        "DATA": [_section(title, found, look) for title, found in by_section(rows)],
        "OWN": look.own,
        "TITLE": f"{'Your permissions' if look.own else 'Permissions for'} ({look.user})",
        "TOP": look.hooks.get("top", ""),
        "END": look.hooks.get("end", ""),
        "LV": look.words,
        "CO": list(columns),
        "COLS": [look.words[level] for level in columns],
        **_SWITCHES,
        **switches,
    }
    given = "".join(f"const {key} = {json.dumps(value)};".replace("</", "<\\/") for key, value in constants.items())
    script = f"setTimeout(() => {{ const root = document.getElementById('root'); root.textContent = '';\n{_script(name)}\n}}, {delay});"
    body = (
        '<div id="sc-content-container"><div id="root"><div class="skeleton" aria-busy="true">&nbsp;</div></div></div>'
    )
    return document(
        "User permissions", f"{body}<script>{given}\n{_script('shared')}\n{script}</script>", look, css=_CSS
    )


def _section(title: str, rows: Sequence[Row], look: Look) -> dict[str, object]:
    return {"s": title, "hook": look.hooks.get(title, ""), "rows": [_row(row, look) for row in rows]}


def _row(row: Row, look: Look) -> dict[str, object]:
    offered = [[level, look.word(row, level), level in row.held] for level in row.offered]
    return {"l": row.label, "d": row.text, "o": offered, "h": [look.word(row, level) for level in row.held]}


def _script(name: str) -> str:
    return (_APPS / f"{name}.js").read_text(encoding="utf-8")
