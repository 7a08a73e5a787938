"""The frame of every Seller Central page.

Head, navigation, account header, and a body that may be drawn late.
"""

from __future__ import annotations

import json
from html import escape

from tests.second_site.seller_central.katal import katal
from tests.second_site.seller_central.world import COUNTRIES, Session, Variant, World


def app_page(
    world: World, session: Session, body: str, *, title: str = "Seller Central", menu_entry: bool = True
) -> str:
    """A page inside the application.

    Token, search field (drawn late), settings menu, logout, store and country.
    """
    variant = world.variant
    entry = (
        '<a href="/gp/account-manager/home.html/ref=xx_userperms_dnav_xx">User Permissions</a>' if menu_entry else ""
    )
    navigation = (
        f'<div id="sc-navbar" class="sc-header"><a id="sc-logo-top" href="/home">seller central</a>{_header(variant, session)}'
        '<div id="partner-navigation" class="nav-right-section"><button data-test-tag="nav-settings-button" type="button">Settings</button>'
        f'<ul class="sc-settings" style="position:absolute;left:-9999px"><li><a href="/hz/sc/account-information">Account Info</a></li>'
        f'<li>{entry}</li></ul><div class="search-slot"></div><a href="/messaging/inbox">Messages</a>'
        '<ul id="sc-quicklinks"><li id="sc-quicklink-settings" class="sc-quicklink">Settings</li>'
        '<li id="sc-quicklink-logout" class="sc-logout-quicklink"><a href="/sign-out">Sign out</a></li></ul></div></div>'
    )
    late_search = (
        "<script>setTimeout(() => { const slot = document.querySelector('.search-slot'); const field = document.createElement('input');"
        "field.id = 'sc-search-field'; field.type = 'search'; field.placeholder = 'Search'; "
        f"slot.append(field); }}, {variant.late + 120});</script>"
    )
    head = '<meta name="anti-csrftoken-a2z" content="gLkx0q">'
    content = f'<div id="sc-content-container">{body}</div>'
    return document(title, navigation + content + late_search, head=head, late=variant.late)


def document(title: str, body: str, *, head: str = "", late: int = 0) -> str:
    """Any page of the site."""
    return (
        f'<!doctype html><html class="a-js"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}'
        f"{katal(late // 2)}</head><body>{body}</body></html>"
    )


def drawn_late(body: str, milliseconds: int) -> str:
    """The same markup put into the page by a script, as a single-page application does."""
    if not milliseconds:
        return body
    markup = json.dumps(body).replace("</", "<\\/")
    return (
        '<div id="root"><div class="loading-spinner"></div></div><script>setTimeout(() => { const root = document.getElementById("root");'
        f"root.innerHTML = {markup}; root.querySelectorAll('script').forEach(old => {{ const fresh = document.createElement('script');"
        f"fresh.textContent = old.textContent; old.replaceWith(fresh); }}); }}, {milliseconds});</script>"
    )


def _header(variant: Variant, session: Session) -> str:
    if session.selected is None or variant.header == "absent":
        return ""
    merchant, marketplace = session.selected
    store, country = escape(merchant.name), COUNTRIES[marketplace][0]
    match variant.header:
        case "old_partner":
            return (
                '<div id="partner-switcher"><span class="partner-label">'
                f'<span data-test-id="partner-switcher-account-name">{store}</span></span>'
                f'<select id="sc-mkt-picker-switcher-select" class="sc-mkt-picker-switcher-select">'
                f"<option>Elsewhere</option><option selected>{country}</option></select></div>"
            )
        case "regional_child":
            return (
                '<div class="dropdown-account-switcher-header" role="button">'
                f'<span class="dropdown-account-switcher-header-label-global">{store}</span> | '
                '<span class="dropdown-account-switcher-header-label-regional">'
                f'<span class="dropdown-account-switcher-header-label-regional-child">{country}</span></span></div>'
            )
        case _:
            dot = "." if variant.header == "stray_dot" else ""
            return (
                '<div class="dropdown-account-switcher-header" role="button" tabindex="0">'
                f'<span class="dropdown-account-switcher-header-label-global">{store}{dot}</span>'
                f'<span class="dropdown-account-switcher-header-label-regional">{country}</span></div>'
            )
