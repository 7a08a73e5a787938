"""/.well-known/webhook-keys.json: the public keys that webhooks are signed with."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from agent.store.database.engine import reading
from agent.store.webhooks.endpoints import public_keys
from agent.web.http.calls import parts_of


async def webhook_keys(request: Request) -> Response:
    """A JSON Web Key Set; needs no key, because it holds none that is secret."""
    parts = parts_of(request)

    def load() -> list[dict[str, str | None]]:
        with reading(parts.engine) as conn:
            return list(public_keys(conn, sealing=parts.web_key.vault(), now=parts.clock.now()))

    headers = {"Cache-Control": "public, max-age=300"}
    return JSONResponse({"keys": await run_in_threadpool(load)}, headers=headers)


ROUTES: list[BaseRoute] = [Route("/.well-known/webhook-keys.json", webhook_keys)]
