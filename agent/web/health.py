"""/healthz, /readyz and /metrics of the web role.

Metrics need a key with `operator:read`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from agent.store.api.api_keys import Scope
from agent.store.database.handles import SQLAlchemyError
from agent.web.http.calls import parts_of, read
from agent.web.http.handlers import database_away


async def healthz(_request: Request) -> Response:
    """Alive: this answers at all."""
    return PlainTextResponse("alive\n")


async def readyz(request: Request) -> Response:
    """Ready: the heartbeat reaches the database."""
    if parts_of(request).is_ready():
        return PlainTextResponse("ready\n")
    return PlainTextResponse("no heartbeat: the database does not answer\n", 503)


async def metrics(request: Request) -> Response:
    """The page Prometheus reads."""
    await run_in_threadpool(_require_operator, request)
    try:
        page = await parts_of(request).metrics()
    except SQLAlchemyError:
        raise database_away() from None
    return Response(page, media_type="text/plain; version=0.0.4")


ROUTES: list[BaseRoute] = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _require_operator(request: Request) -> None:
    with read(request, Scope.OPERATOR_READ):
        pass
