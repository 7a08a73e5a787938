"""Who asks: the session of the cookie, its role, where the console opens."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from agent.settings.model import Settings
from agent.store.console import people, sessions
from agent.store.console.people import Person, Role
from agent.store.console.sessions import ConsoleSession
from agent.store.database.handles import Connection
from agent.web.http.problems import Code, Problem
from agent.web.parts import WebParts

_LOOPBACK = ("127.", "localhost", "[::1]", "::1")
_PLAIN, _SECURE = "console", "__Host-console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A signed-in person, and the transaction of the request."""

    request: Request
    parts: WebParts
    conn: Connection
    person: Person
    session: ConsoleSession
    form_token: str
    now: datetime

    def may(self, role: Role) -> bool:
        """Whether the person's role holds another."""
        return self.person.role.holds(role)

    @property
    def source(self) -> str:
        """Where the browser is, for the log."""
        return self.request.client.host if self.request.client else "unknown"


class NobodySignedInError(Exception):
    """No person is signed in; the page says how to."""


def is_local(settings: Settings, address: str) -> bool:
    """Whether the console is reached on this machine alone."""
    return address.startswith(_LOOPBACK) and not settings.web.behind_proxy


def is_open(settings: Settings, address: str) -> bool:
    """Whether there is a console: on this machine, or where people sign in by OIDC."""
    return is_local(settings, address) or settings.web.oidc.issuer is not None


def visitor(request: Request, parts: WebParts, conn: Connection) -> Visitor:
    """The person of a request.

    Raises:
        NobodySignedInError: the cookie stands for no live session of a person who may still come in.
    """
    secret, now = request.cookies.get(cookie_name(parts.settings), ""), parts.clock.now()
    session = sessions.find(conn, parts.web_key, secret, now=now) if secret else None
    person = people.find(conn, session.person) if session else None
    if session is None or person is None:
        raise NobodySignedInError
    return Visitor(
        request=request,
        parts=parts,
        conn=conn,
        person=person,
        session=session,
        form_token=sessions.form_token(parts.web_key, secret),
        now=now,
    )


def require_own_form(visit: Visitor, token: str) -> None:
    """Refuse a form that no page of this session made.

    Raises:
        Problem: 403.
    """
    request = visit.request
    site = request.headers.get("sec-fetch-site", "")
    from_here = site == "same-origin" or (not site and request.headers.get("origin") is not None)
    if not from_here or not hmac.compare_digest(token.encode(), visit.form_token.encode()):
        raise Problem(403, Code.ORIGIN_REFUSED, "This form was not made by a page of your session; load it again.")


def require_role(visit: Visitor, role: Role) -> None:
    """Refuse a person whose role is too small.

    Raises:
        Problem: 403.
    """
    if not visit.may(role):
        raise Problem(403, Code.SCOPE_MISSING, f"This needs the role {role}; yours is {visit.person.role}.")


def cookie_name(settings: Settings) -> str:
    """The cookie's name: bound to the host where there is TLS."""
    return _SECURE if has_tls(settings) else _PLAIN


def set_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(settings),
        secret,
        max_age=int(sessions.SESSION_FOR.total_seconds()),
        httponly=True,
        secure=has_tls(settings),
        samesite="strict",
        path="/",
    )


def attempt_cookie(settings: Settings) -> str:
    """The name of the cookie that holds an attempt to sign in by the provider."""
    return "__Host-sign-in" if has_tls(settings) else "sign-in"


def has_tls(settings: Settings) -> bool:
    """Whether browsers reach us by TLS."""
    web = settings.web
    return web.tls_cert_file is not None or web.behind_proxy or (web.public_url or "").startswith("https:")
