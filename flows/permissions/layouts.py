"""Which generation of the page is in front of us, and what each needs to be whole."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from flows.permissions.rows.tokens import DomSnapshot, TextToken
from flows.permissions.rows.vocabulary import scope_of

_UNIFIED_PATH = "/account/permission"


class Layout(StrEnum):
    """The readers; each is one way through the same two readings."""

    CLASSIC = "classic"  # tables of the old address; one list, regional
    GLOBAL = "global"  # a regional page and Global User Permissions; one alone is incomplete
    UNIFIED = "unified"  # one page since 2025; rights may go by marketplace
    OWN_VIEW = "own_view"  # the user's own rights, read-only, in whatever generation's clothes


def default_scope(url: str, snapshot: DomSnapshot) -> str:
    """The scope of rows that no title puts under another."""
    return "global" if is_global_page(url, snapshot) else "regional"


def is_global_page(url: str, snapshot: DomSnapshot) -> bool:
    """Whether this is Global User Permissions: its first heading says so."""
    if not urlsplit(url).path.startswith(_UNIFIED_PATH):
        return False
    headings = [
        token.text for token in snapshot.tokens if isinstance(token, TextToken) and token.title and not token.tab
    ]
    return bool(headings) and scope_of(headings[0]) == "global"


def layout_of(url: str, scopes: set[str], *, own: bool, editable: bool) -> Layout:
    """Name the layout of a page."""
    if own and not editable:
        return Layout.OWN_VIEW
    if scopes == {"global"}:
        return Layout.GLOBAL
    return Layout.UNIFIED if urlsplit(url).path.startswith(_UNIFIED_PATH) else Layout.CLASSIC
