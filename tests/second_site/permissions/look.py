"""How one permission page is dressed: words, whose it is, what was put into it.

And the frame of the site around it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.second_site.permissions.rows import LEVELS, Row

USER = "a1@users.example"
WORDS = {
    "en": LEVELS,
    "only": {**LEVELS, "V": "View only", "E": "View and edit"},
    "new": {**LEVELS, "E": "Edit"},
    "zh": {"N": "无", "V": "查看", "E": "查看和编辑", "A": "管理员"},
    "de": {"N": "Keine", "V": "Anzeigen", "E": "Anzeigen und Bearbeiten", "A": "Admin"},
    "ja": {"N": "なし", "V": "表示", "E": "表示と編集", "A": "管理者"},
    "it": {"N": "Nessuna", "V": "Visualizza", "E": "Modifica", "A": "Amministratore"},
}

_NAV = """<div id="partner-navigation"><a id="sc-nav-brand" href="/home">seller central</a>
<span class="dropdown-account-switcher-header-label-global">North Pine Trading</span><span class="dropdown-account-switcher-header-label-regional">United States</span>
<ul class="topnav"><li><a href="/catalog">Catalog</a></li><li><a href="/inventory">Inventory</a></li><li><a href="/pricing/health">Pricing</a></li><li><a href="/orders-v3">Orders</a></li><li><a href="/business-reports">Reports</a></li><li><a href="/performance/dashboard">Performance</a></li></ul>
<input id="sc-search-field" type="search" placeholder="Search" aria-label="Search Seller Central"><a href="/messaging/inbox">Messages <b>3</b></a><a href="/settings">Settings</a><a href="/sign-out">Sign out</a></div>"""
_FOOT = """<div id="sc-footer"><a href="/help">Help</a> <a href="/policies">Program Policies</a> <select aria-label="Language"><option selected>English</option><option>Deutsch</option><option>中文</option></select> <span>&copy; 1999-2026, Amazon.com, Inc. or its affiliates</span></div>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`own`: read-only, of the signed-in user.

    `hooks`: markup put in at a section's end, at the `top` or the `end` of the page.
    """

    own: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: LEVELS)
    language: str = "en-US"
    title: str = "User Permissions"
    hooks: Mapping[str, str] = field(default_factory=dict)
    over: str = ""  # on top of the page
    user: str = USER

    @property
    def off(self) -> str:
        """What locks a control of a page that cannot be changed."""
        return " disabled" if self.own else ""

    def word(self, row: Row, level: str) -> str:
        """What the page calls a level of a row.

        A word of the row's own stands for the level that is held.
        """
        return row.word if row.word and level in row.held else self.words[level]

    def held(self, row: Row, *, between: str = " / ") -> str:
        """The row's level, or levels, as text."""
        return html.escape(between.join(self.word(row, level) for level in row.held))

    def hook(self, place: str) -> str:
        """What was put in at a place."""
        return self.hooks.get(place, "")


def document(title: str, body: str, look: Look, *, css: str = "") -> str:
    """The page with the site's navigation above it and its footer below."""
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><meta name="anti-csrftoken-a2z" content="tok"><style>body{{font:14px/1.4 sans-serif}}[hidden]{{display:none}}{css}</style>'
    return f'<!doctype html><html lang="{look.language}"><head>{head}</head><body>{_NAV}{body}{_FOOT}{look.over}</body></html>'
