"""`/sign-in/oidc`: to the identity provider, and back with a session."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.store.console import operator_log, people, sessions
from agent.store.database.engine import writing
from agent.web.console import render
from agent.web.console.entry import access
from agent.web.http.admission import require_rate
from agent.web.http.problems import not_found
from agent.web.oidc.attempt import WITHIN, SignInAttempt, open_attempt
from agent.web.oidc.errors import NoRoleError, ProviderAwayError, SignInRefusedError
from agent.web.oidc.id_token import SignedIn, verify
from agent.web.oidc.provider import CALLBACK, Provider
from agent.web.parts import WebParts

_COSTS = 10.0
_LONGEST = 4096  # characters of a code or state


async def begin(request: Request) -> Response:
    """Send the browser to the provider; `again` asks for proof anew."""
    return await run_in_threadpool(_begin, request)


async def callback(request: Request) -> Response:
    """Take what the browser brings back."""
    return await run_in_threadpool(_callback, request)


def _begin(request: Request) -> Response:
    parts, provider = _parts(request)
    require_rate(parts, "console sign-in", cost=_COSTS)
    query = request.query_params
    attempt = SignInAttempt.new(to=query.get("next", "/"), again="again" in query, now=parts.clock.now())
    try:
        response = RedirectResponse(attempt.address(provider), 303, headers=render.HEADERS)
    except ProviderAwayError as err:
        return _failed(parts, str(err), 503)
    response.set_cookie(
        access.attempt_cookie(parts.settings),
        attempt.sealed(parts.web_key),
        max_age=int(WITHIN.total_seconds()),
        httponly=True,
        secure=access.has_tls(parts.settings),
        samesite="lax",  # it must come along when the provider sends the browser back
        path="/",
    )
    return response


def _callback(request: Request) -> Response:
    parts, provider = _parts(request)
    require_rate(parts, "console sign-in", cost=_COSTS)
    try:
        attempt, who = _proven(request, parts, provider)
    except SignInRefusedError as err:
        response = _failed(parts, str(err), 403)
    except NoRoleError:
        response = _failed(
            parts, "You are known, and have no role here. Ask whoever manages the identity provider.", 403
        )
    except ProviderAwayError as err:
        response = _failed(parts, str(err), 503)
    else:
        # A page, not a redirect: a Strict cookie does not go along on the way back from another site.
        response = render.plain(parts, "entry/signed_in.html.j2", {"to": attempt.to}, status=200)
        access.set_cookie(response, parts.settings, _start(request, parts, who))
    name = access.attempt_cookie(parts.settings)
    response.delete_cookie(name, path="/", secure=access.has_tls(parts.settings), httponly=True, samesite="lax")
    return response


def _proven(request: Request, parts: WebParts, provider: Provider) -> tuple[SignInAttempt, SignedIn]:
    query, now = request.query_params, parts.clock.now()
    cookie = request.cookies.get(access.attempt_cookie(parts.settings), "")
    attempt = open_attempt(parts.web_key, cookie, state=query.get("state", "")[:_LONGEST], now=now)
    named = query.get("iss")
    if (named is None and provider.metadata().names_itself) or named not in (None, provider.issuer):
        raise SignInRefusedError("The answer came from another identity provider; begin again.")
    code = query.get("code", "")
    if not code or len(code) > _LONGEST:
        raise SignInRefusedError("The identity provider did not let you in; begin again.")
    token = provider.exchange(code, verifier=attempt.verifier)
    claim = parts.settings.web.oidc.role_claim
    return attempt, verify(provider, token, nonce=attempt.nonce, role_claim=claim, now=parts.clock.now())


def _start(request: Request, parts: WebParts, who: SignedIn) -> str:
    """Begin a session; the one this browser had ends."""
    now, source = parts.clock.now(), request.client.host if request.client else "unknown"
    with writing(parts.engine) as conn:
        before = request.cookies.get(access.cookie_name(parts.settings), "")
        if before and (old := sessions.find(conn, parts.web_key, before, now=now)) is not None:
            sessions.end(conn, old.id)
        people.save(conn, who.name, who.role, now=now)
        proven = who.authenticated_at or sessions.NEVER_PROVEN
        secret = sessions.start(conn, parts.web_key, who.name, source=source, now=now, proven_at=proven)
        told = {"act": "sign in", "subject": who.name, "reason": f"by the identity provider, as {who.role}"}
        operator_log.append(conn, person=who.name, source=source, now=now, **told)
    return secret


def _failed(parts: WebParts, sentence: str, status: int) -> Response:
    return render.plain(parts, "entry/sign_in_failed.html.j2", {"sentence": sentence}, status=status)


def _parts(request: Request) -> tuple[WebParts, Provider]:
    parts: WebParts = request.app.state.parts
    if parts.provider is None:
        raise not_found("page")
    return parts, parts.provider


ROUTES = {"/sign-in/oidc": begin, CALLBACK: callback}
