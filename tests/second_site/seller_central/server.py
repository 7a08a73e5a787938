"""The second Seller Central as a TLS server on loopback.

Routes, sessions, and a record of all it was asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from tests.second_site.seller_central import invitation, refused, sign_in, switcher
from tests.second_site.seller_central.refused import html
from tests.second_site.seller_central.shell import app_page
from tests.second_site.seller_central.world import COUNTRIES, Invitation, Merchant, Person, Post, Session, World
from tests.support.sites.same_place import end, listen_there, same_identity

COOKIE = "session-at"
SESSION = web.RequestKey("session", Session)
NEW = web.RequestKey("new", str)
PERMISSION_PATHS = ("/gp/account-manager/home.html", "/account/permissions", "/account/permission")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where the site listens, the pin of its key, and its world."""

    port: int
    spki: str
    world: World


@asynccontextmanager
async def second_seller_central() -> AsyncIterator[Running]:
    """Serve until the block ends."""
    world = World()
    site = SellerCentral(world)
    runner = web.AppRunner(site.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = await listen_there(runner)
    try:
        yield Running(port=port, spki=same_identity().pin, world=world)
    finally:
        await end(runner)


class SellerCentral:
    """The routes of the site over one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def application(self) -> web.Application:
        """The site as aiohttp serves it."""
        app = web.Application(middlewares=[self._remember])
        add = app.router.add_route
        add("GET", "/", self._landing)
        add("GET", "/ap/signin", self._sign_in)
        add("POST", "/ap/signin", self._signed_in)
        add("GET", "/sign-out", self._sign_out)
        add("*", "/ap/register", self._forbidden)
        add("POST", "/register/start", self._forbidden)
        add("POST", "/invitation/reject", self._forbidden)
        add("GET", "/authorization/failed-global/", self._failed)
        add("GET", "/authorization/no-account", self._no_account)
        add("GET", "/bm/unauthorized", self._failed)
        add("GET", "/account-switcher/default/merchantMarketplace", self._person(self._switcher))
        add("POST", "/account-switcher/{rest:.*}", self._person(self._chosen))
        add("GET", "/account-switcher/", self._missing)
        add("GET", "/authorization/select-account", self._person(self._picker))
        add("GET", "/home", self._person(self._home))
        add("GET", "/amazonsell/business", self._person(self._home))
        add("GET", "/invitation/accept", self._person(self._invitation))
        add("GET", "/invitation/accept/known", self._person(self._known))
        add("GET", "/invitation/accept/done", self._person(self._done))
        add("POST", "/invitation/accept/confirm", self._person(self._accept))
        add("GET", "/{path:.*}", self._person(self._page))
        add("POST", "/{path:.*}", self._missing)
        return app

    @web.middleware
    async def _remember(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        world = self.world
        world.seen.append(f"{request.method} {request.host}{request.path_qs}")
        if request.method != "GET":
            form = {key: str(value) for key, value in (await request.post()).items()}
            world.posts.append(Post(host=request.host, path=request.path, form=form))
        session = self._session(request)
        fresh = session is None
        if session is None:
            value = world.session_for("")
            session = world.sessions[value]
            request[NEW] = value
        request[SESSION] = session
        try:
            response = await handler(request)
        except web.HTTPException as redirect:
            response = web.Response(status=redirect.status, headers=redirect.headers, text="")
        if fresh:
            response.set_cookie(COOKIE, request[NEW], secure=True, httponly=True, max_age=86400)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _session(self, request: web.Request) -> Session | None:
        if ticket := request.query.get("ssoResponse"):
            request[NEW] = ticket
            return self.world.sessions.get(ticket)
        return self.world.sessions.get(request.cookies.get(COOKIE, ""))

    def _person(self, handler: Callable[[web.Request, Person, Session], Awaitable[web.StreamResponse]]) -> Handler:
        """Only for somebody who is signed in; everybody else goes to the sign-in first."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            session: Session = request[SESSION]
            person = self.world.people.get(session.email)
            if person is None or session.step:
                raise web.HTTPFound(
                    f"/ap/signin?openid.return_to={quote(request.path_qs, safe='')}&openid.assoc_handle=sc_na_amazon_v2"
                )
            return await handler(request, person, session)

        return guarded

    async def _landing(self, request: web.Request) -> web.StreamResponse:
        return html('<a id="sign-in-button" href="/home">Log in</a>')

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        session: Session = request[SESSION]
        if request.query.get("change"):
            session.typed_email = ""
        return html(sign_in.sign_in_page(session, request.query.get("openid.return_to", "/home")))

    async def _signed_in(self, request: web.Request) -> web.StreamResponse:
        session: Session = request[SESSION]
        form = self.world.posts[-1].form
        return_to = form.get("return_to", "/home")
        if problem := sign_in.answer(self.world, session, form):
            return html(sign_in.sign_in_page(session, return_to, problem))
        if session.email and not session.step:
            raise web.HTTPFound(return_to)
        return html(sign_in.sign_in_page(session, return_to))

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        session: Session = request[SESSION]
        session.email, session.typed_email, session.selected = "", "", None
        raise web.HTTPFound("/")

    async def _forbidden(self, request: web.Request) -> web.StreamResponse:
        self.world.forbidden.append(f"{request.method} {request.path}")
        return html("<h1>Done</h1>")

    async def _failed(self, request: web.Request) -> web.StreamResponse:
        return html(refused.failed_global())

    async def _no_account(self, request: web.Request) -> web.StreamResponse:
        return html(refused.no_account())

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        return html("<h1>Page Not Found</h1>", status=404)

    async def _switcher(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        if self.world.variant.switcher == "picker":
            return await self._missing(request)
        broken = self.world.errors_left > 0
        self.world.errors_left -= broken
        return html(
            switcher.switcher_page(
                self.world, person, session, return_to=request.query.get("returnTo", "/home"), broken=broken
            )
        )

    async def _picker(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        return html(switcher.picker_page(self.world, person, session, return_to=request.query.get("returnTo", "/home")))

    async def _chosen(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        self._take_choice(request, person, session)
        return web.json_response({"status": "SUCCESS"})

    async def _home(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        self._take_choice(request, person, session)
        self._choose_or_leave(request, person, session)
        return html(
            app_page(self.world, session, f"<h1>Good morning, {person.first_name}</h1><div class='widgets'></div>")
        )

    def _take_choice(self, request: web.Request, person: Person, session: Session) -> None:
        """The switcher's own parameters choose; they stay in the address."""
        token, marketplace = request.query.get("mons_sel_dir_mcid", ""), request.query.get("mons_sel_mkid", "")
        merchant = next((one for one in person.merchants if token == f"amzn1.merchant.d.{one.token}"), None)
        if merchant is None or marketplace not in merchant.marketplaces:
            return
        session.selected = (merchant, marketplace)
        host = COUNTRIES[marketplace][1]
        if self.world.variant.change_domain and request.method == "GET" and request.host != host:
            ticket = next(value for value, one in self.world.sessions.items() if one is session)
            raise web.HTTPFound(f"https://{host}{request.path_qs}&mons_redirect=change_domain&ssoResponse={ticket}")

    def _choose_or_leave(self, request: web.Request, person: Person, session: Session) -> None:
        """Nothing selected: the one that is there, or the switcher, or the page that says there is none."""
        if session.selected is not None:
            return
        if not person.merchants:
            raise web.HTTPFound("/authorization/no-account")
        if self.world.variant.switcher == "none":
            session.selected = (person.merchants[0], person.merchants[0].marketplaces[0])
            return
        back = quote(request.path_qs, safe="")
        if self.world.variant.switcher == "picker":
            raise web.HTTPFound(f"/authorization/select-account?returnTo={back}&mons_redirect=remedy_url")
        raise web.HTTPFound(f"/account-switcher/default/merchantMarketplace?returnTo={back}")

    def _ask_again(self, where: str, session: Session) -> None:
        """The site forgets, once, that somebody is signed in."""
        if self.world.variant.ask_sign_in_at == where and not self.world.asked_again:
            self.world.asked_again = True
            session.email, session.typed_email = "", ""

    async def _invitation(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        self._ask_again("invitation", session)
        if not session.email:
            raise web.HTTPFound(f"/ap/signin?openid.return_to={quote(request.path_qs, safe='')}")
        one = self.world.invitations.get(request.query.get("invitationId", ""))
        if one is None:
            return await self._missing(request)
        if (
            one.state == "offered"
            and one.email.casefold() != person.email.casefold()
            and self.world.variant.answer != "approval_step"
        ):
            one = Invitation(number=one.number, merchant=one.merchant, email=one.email, state="somebody_else")
        return html(invitation.landing_page(self.world, session, one))

    async def _known(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        one = self.world.invitations[request.query["invitationId"]]
        one.state = "offered"
        raise web.HTTPFound(f"/invitation/accept?merchantId={one.merchant.token}&invitationId={one.number}")

    async def _accept(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        one = self.world.invitations[self.world.posts[-1].form["invitationId"]]
        if one.state != "offered":
            return html(invitation.landing_page(self.world, session, one))
        answer = self.world.variant.answer
        one.state = "accepted"
        if answer not in ("approval_step", "code", "failed_global", "no_account"):
            person.merchants.append(one.merchant)
        self._ask_again("accept", session)
        match answer:
            case "lost":
                return await _cut_off(request)
            case "dogs":
                return html(refused.dogs(), status=503)
            case "switcher":
                raise web.HTTPFound("/account-switcher/default/merchantMarketplace?returnTo=%2Fhome")
            case "failed_global":
                raise web.HTTPFound("/authorization/failed-global/?returnTo=%2Fhome")
            case "no_account":
                raise web.HTTPFound("/authorization/no-account")
            case "approval_step" | "success_alert" | "code" | "blank":
                raise web.HTTPFound(f"/invitation/accept/done?how={answer}")
            case "again":
                raise web.HTTPFound(f"/invitation/accept?merchantId={one.merchant.token}&invitationId={one.number}")
            case _:
                raise web.HTTPFound("/home")

    async def _done(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        match request.query["how"]:
            case "approval_step":
                body = invitation.approval_body(self.world.variant)
            case "success_alert":
                body = invitation.success_body(self.world.variant)
            case "code":
                body = invitation.code_body(self.world.variant)
            case _:
                body = "<p>Thank you.</p>"
        return html(invitation.result_page(self.world, session, body))

    async def _page(self, request: web.Request, person: Person, session: Session) -> web.StreamResponse:
        self._take_choice(request, person, session)
        self._choose_or_leave(request, person, session)
        if request.path.rstrip("/") in PERMISSION_PATHS or request.path.startswith("/gp/account-manager/home.html"):
            self._ask_again("permissions", session)
            if not session.email:
                raise web.HTTPFound(f"/ap/signin?openid.return_to={quote(request.path_qs, safe='')}")
            return refused.refused_page(self.world, session, request.path)
        if request.path in self.world.variant.may_open:
            rows = "".join(
                f"<tr><td>Order {number}</td><td>shipped</td><td><a href='#'>Details</a></td></tr>"
                for number in range(9)
            )
            title = request.path.strip("/").replace("/", " ").title()
            return html(
                app_page(self.world, session, f"<h1>{title}</h1><table>{rows}</table><button>Download</button>")
            )
        return refused.refused_page(self.world, session, request.path)


async def _cut_off(request: web.Request) -> web.StreamResponse:
    """An answer that breaks off after its head.

    A connection that only closes would make the browser ask once more by itself.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": "5000"})
    await response.prepare(request)
    if request.transport is not None:
        request.transport.abort()
    return response


__all__ = ["Merchant", "Running", "second_seller_central"]
