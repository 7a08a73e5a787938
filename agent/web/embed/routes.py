"""The panel: its script, its page for an iframe, and the status it asks for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from agent.domain.published.status_document import status_document
from agent.pages import page_text
from agent.store import accounts
from agent.store.accounts import UnknownAccountError
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.database.engine import reading
from agent.web.embed import tokens
from agent.web.embed.tokens import EmbedToken
from agent.web.http.admission import require_rate
from agent.web.http.calls import parts_of
from agent.web.http.preconditions import is_known, wait_of
from agent.web.http.problems import Code, Problem, not_found
from agent.web.parts import WebParts
from agent.web.waiting import LONGEST_WAIT, conditional, wait_for_change

_HERE = Path(__file__).parent
_DAY = "public, max-age=3600"
_REFUSALS_COST = 10.0


async def script(_request: Request) -> Response:
    """The custom element."""
    headers = {
        "Cache-Control": _DAY,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(_load("panel.js"), media_type="text/javascript; charset=utf-8", headers=headers)


async def page_script(_request: Request) -> Response:
    """What the iframe's page does.

    Takes the token out of its address and gives it to the element.
    """
    return Response(_load("page.js"), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": _DAY})


async def page(request: Request) -> Response:
    """The iframe's page; only pages of the token's origin may frame it."""
    try:
        token = await run_in_threadpool(_token, request, request.query_params.get("token", ""))
    except Problem as problem:
        if problem.code is not Code.TOKEN_REFUSED or "text/html" not in request.headers.get("accept", ""):
            raise
        return _no_status(problem.status)
    body = _load("page.html").decode()
    for name, value in {"{account}": token.account_id, "{origin}": token.origin}.items():
        body = body.replace(name, page_text(value))
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {token.origin}"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


async def status(request: Request) -> Response:
    """The status document, for the token in the header.

    Follows changes as the API does.
    """
    if request.method == "OPTIONS":
        return _preflight(request)
    token = await run_in_threadpool(_token, request, request.headers.get("authorization", "").partition(" ")[2])
    origin = request.headers.get("origin")
    if origin not in (None, token.origin, *_own(request)):
        raise _refused()

    def look() -> dict[str, Any]:
        with reading(parts_of(request).engine) as conn:
            return {**status_document(accounts.get(conn, token.account_id))}

    try:
        document = await run_in_threadpool(look)
        seconds = wait_of(request, longest=LONGEST_WAIT)
        waited = is_known(request, document["revision"]) and seconds > 0
        if waited:
            await wait_for_change(request, token.account_id, revision=document["revision"], seconds=seconds)
            document = await run_in_threadpool(look)
    except UnknownAccountError:
        raise not_found("account") from None
    response = conditional(request, document, seconds=seconds if waited else None)
    response.headers["Embed-Expires"] = str(int(token.expires_at.timestamp()))
    return _shared(response, token.origin)


ROUTES: list[BaseRoute] = [
    Route("/embed/panel.js", script),
    Route("/embed/page.js", page_script),
    Route("/embed/{account}", page),
    Route("/embed/{account}/status", status, methods=["GET", "OPTIONS"]),
]


def _token(request: Request, text: str) -> EmbedToken:
    """The live token that was given, for this account, by a key that still may."""
    parts = parts_of(request)
    now = parts.clock.now()
    token = tokens.decode(parts.web_key, text, now=now)
    if token is None or token.account_id != request.path_params["account"] or not _is_backed(parts, token):
        require_rate(parts, f"embed {request.client.host if request.client else ''}", cost=_REFUSALS_COST)
        raise _refused()
    require_rate(parts, f"embed {token.account_id}")
    return token


def _is_backed(parts: WebParts, token: EmbedToken) -> bool:
    with reading(parts.engine) as conn:
        key = api_keys.find(conn, token.key_id)
    return key is not None and key.is_live(parts.clock.now()) and Scope.EMBED_WRITE in key.scopes


def _refused() -> Problem:
    return Problem(
        401,
        Code.TOKEN_REFUSED,
        "The panel's token is missing, expired, or for another account or origin; the host makes a new one.",
    )


def _no_status(status: int) -> Response:
    """The page of a frame whose token has ended, the same for every account."""
    headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
    return Response(_load("refused.html"), status, media_type="text/html; charset=utf-8", headers=headers)


def _preflight(request: Request) -> Response:
    """Whether a page may ask is said with the answer itself, which needs the token.

    A preflight tells nothing.
    """
    headers = {
        "Access-Control-Allow-Headers": "authorization, if-none-match, prefer",
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Max-Age": "600",
    }
    allowed, origin = parts_of(request).settings.web.embed_origins, request.headers.get("origin", "null")
    if allowed and origin not in allowed:
        return Response(status_code=204)
    return _shared(Response(status_code=204, headers=headers), origin)


def _shared(response: Response, origin: str) -> Response:
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "ETag, Embed-Expires, Request-Id"
    response.headers["Vary"] = "Origin, Authorization"
    return response


def _own(request: Request) -> tuple[str, ...]:
    return tuple(request.scope["state"]["door"].origins)


@cache
def _load(name: str) -> bytes:
    """A script as it is sent, without indentation and whole-line comments."""
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    kept = [line.strip() for line in lines if not line.strip().startswith("//")]
    return ("\n".join(kept) + "\n").encode()
