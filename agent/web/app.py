"""The one application of the web role.

The door, and behind it API, panel, health and console.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from agent.web import health, well_known
from agent.web.api.app import PREFIX, api_app
from agent.web.api.direct import Direct
from agent.web.console import nowhere
from agent.web.console import routes as console
from agent.web.console.entry.access import is_open
from agent.web.embed import routes as embed
from agent.web.http.door import Door, own_names
from agent.web.http.handlers import HANDLERS
from agent.web.parts import WebParts


def web_app(parts: WebParts, *, address: str) -> ASGIApp:
    """Build it for an address `host:port` that is listened on."""
    api = api_app(parts)
    routes: list[BaseRoute] = [Mount(PREFIX, api), *health.ROUTES, *well_known.ROUTES, *embed.ROUTES]
    handlers = HANDLERS
    if is_open(parts.settings, address):
        routes += console.routes()
        handlers = HANDLERS | {HTTPException: nowhere.answer}
    inner = Starlette(routes=routes, exception_handlers=handlers)
    inner.state.parts = parts
    hosts, origins = own_names(address, parts.settings.web.public_url)
    return Door(app=Direct(app=inner, api=api), hosts=hosts, origins=origins)
