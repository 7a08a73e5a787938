"""The User Permissions page as a secondary user gets it.

Refused in each way the facts tell of, or one's own rights.
"""

from __future__ import annotations

from aiohttp import web

from tests.second_site.seller_central.shell import app_page, document, drawn_late
from tests.second_site.seller_central.world import Session, World

WORDS = {
    "access_required": (
        "Access required",
        "Access required",
        "Ask your administrator to grant you access to this page.",
    ),
    "access_required_zh": ("需要访问权限", "需要访问权限", "您没有查看此页面的权限。请联系您的账户管理员。"),
    "ask_administrator": (
        "Seller Central",
        "",
        "If you are unable to access a Seller Central feature that you need, ask your primary account administrator to grant you access.",
    ),
    "permissions_manager": (
        "Seller Central",
        "",
        "This page is not available to you. The account owner or a permissions manager can grant you access.",
    ),
    "manage_agents": ("Manage Agents", "Manage Agents", "You have not connected an agent yet."),
    "invalid_access": ("Seller Central", "Invalid Access", "You do not have permissions to view this page"),
    "not_permitted": (
        "Seller Central",
        "",
        "You're not permitted to take this action. You must be the primary user of a Professional selling account",
    ),
}


def refused_page(world: World, session: Session, path: str) -> web.StreamResponse:
    """One page that this user may not open."""
    is_permissions = path.startswith(("/gp/account-manager", "/account/permission"))
    how = world.variant.refused if is_permissions or not world.variant.probes else world.variant.probes
    if how in WORDS:
        title, heading, text = WORDS[how]
        body = drawn_late(f"<h1>{heading}</h1><p>{text}</p>", world.variant.late)
        return html(app_page(world, session, body, title=title, menu_entry=False))
    match how:
        case "redirect_home":
            raise web.HTTPFound("/home")
        case "redirect_home_query":
            raise web.HTTPFound("/home?ref_=xx_userperms&mons_redirect=no_access")
        case "redirect_new_home":
            raise web.HTTPFound("/amazonsell/business?ref=homepage_redirect_ngs")
        case "failed_global":
            raise web.HTTPFound(f"/authorization/failed-global/?returnTo={path}")
        case "not_found":
            return html(
                app_page(world, session, "<h1>Page Not Found</h1><p>The page you requested does not exist.</p>"),
                status=404,
            )
        case "not_found_200":
            return html(app_page(world, session, "<h1>Page Not Found</h1>", title="Page Not Found"))
        case "unauthorized_path":
            raise web.HTTPFound("/bm/unauthorized")
        case "unlisted_path":
            raise web.HTTPFound("/hz/sc/welcome")
        case "unlisted_path_by_script":
            return html(
                app_page(world, session, "<div id='root'></div><script>location.replace('/hz/sc/welcome')</script>")
            )
        case "shell":
            return html(app_page(world, session, '<div id="root"></div>', menu_entry=False))
        case "dogs":
            return html(dogs(), status=503)
        case "sign_in":
            raise web.HTTPFound("/ap/signin?openid.return_to=%2Fhome&openid.pape.max_auth_age=300")
        case "own_view_at_the_newer_address" if not path.startswith("/account/"):
            return html(app_page(world, session, "<h1>Page Not Found</h1>"), status=404)
        case "own_view" | "own_view_at_the_newer_address":
            return html(app_page(world, session, own_rights(editable=False), title=world.variant.heading))
        case "editable":
            return html(app_page(world, session, own_rights(editable=True), title=world.variant.heading))
    raise AssertionError(how)


def own_rights(*, editable: bool) -> str:
    """A classic grid of a person's own rights."""
    lock = "" if editable else " disabled"
    sections: dict[str, dict[str, tuple[str, ...]]] = {
        "Orders": {"Manage Orders": ("None", "View", "View & Edit"), "Manage Returns": ("None", "View & Edit")},
        "Settings": {"User Permissions": ("None", "View & Edit"), "Agreements/Amendments": ("None", "View & Edit")},
    }
    tables = ""
    for section, rows in sections.items():
        lines = ""
        for number, (label, levels) in enumerate(rows.items()):
            held = ("View & Edit" if editable else "None") if section == "Settings" else "View & Edit"
            cells = "".join(
                f'<td><input type="radio" name="{section}{number}" value="{level}"{" checked" if level == held else ""}{lock}></td>'
                if level in levels
                else "<td></td>"
                for level in ("None", "View", "View & Edit")
            )
            lines += f"<tr><td><b>{label}:</b></td>{cells}</tr>"
        head = f"<tr><td><strong>{section}</strong></td><th>None</th><th>View</th><th>View &amp; Edit</th></tr>"
        tables += f'<table id="permissions-table">{head}{lines}</table>'
    save = '<input type="submit" value="Continue">' if editable else ""
    return f'<h1>User Permissions</h1><form method="post" action="/gp/account-manager/save">{tables}{save}</form>'


def failed_global() -> str:
    """Signed in, and not allowed."""
    return document(
        "Seller Central",
        "<div class='auth-failed'><h1>You are not authorized</h1><p>You do not have access to this page.</p></div>",
    )


def no_account() -> str:
    """Signed in, and no seller account behind the login."""
    return document(
        "Seller Central",
        '<h1>You do not have a selling account</h1><form method="post" action="/register/start"><button type="submit" '
        'data-metric-name="sc:auth-failed:no-account:start-registration-button">Register now</button></form>',
    )


def dogs() -> str:
    """The site is down."""
    return document(
        "Sorry! Something went wrong!",
        '<a href="/dogsofamazon"><img id="d" alt="Dogs of Amazon" src="data:,"></a><p>Sorry! Something went wrong on our end.</p>',
    )


def html(text: str, status: int = 200) -> web.Response:
    """A page as a response."""
    return web.Response(text=text, content_type="text/html", status=status)
