"""The API's own application at /api/v1.

Its resources, and how errors become problems.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from agent.store.accounts import UnknownAccountError
from agent.store.database.handles import SQLAlchemyError
from agent.web.api.openapi import DESCRIPTION, describe
from agent.web.api.resources import ROUTERS
from agent.web.http.calls import admit_malformed
from agent.web.http.handlers import HANDLERS, database_is_away
from agent.web.http.problems import Code, Problem, not_found
from agent.web.parts import WebParts

PREFIX = "/api/v1"


def api_app(parts: WebParts | None = None) -> FastAPI:
    """Build it; without parts it only describes itself."""
    app = FastAPI(
        title="The secondary user",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    app.state.described = [route for router in ROUTERS for route in router.routes]
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _unknown_account(_request: Request, _err: Exception) -> Response:
    return not_found("account").response()


async def _invalid(request: Request, err: Exception) -> Response:
    assert isinstance(err, RequestValidationError)  # noqa: S101 - registered for it
    try:
        await run_in_threadpool(admit_malformed, request)
    except Problem as problem:
        return problem.response()
    except SQLAlchemyError as away:
        return await database_is_away(request, away)
    errors = [{"pointer": _pointer(each["loc"]), "detail": _words(each)} for each in err.errors()]
    return Problem(422, Code.INVALID, "The request is not as described; see errors.", errors=errors).response()


_HANDLERS: dict[type[Exception], Any] = {
    **HANDLERS,
    UnknownAccountError: _unknown_account,
    RequestValidationError: _invalid,
}


def _pointer(location: tuple[int | str, ...]) -> str:
    """Where in the request: /body/secret/password.

    A name that the request itself made up is not repeated.
    """
    return "/" + "/".join(str(part) for part in location)


def _words(error: Any) -> str:
    """Ours for what pydantic would tell with the value in it."""
    if error["type"] == "extra_forbidden":
        return "this field is not known here"
    if error["type"] == "json_invalid":
        return "this is not JSON"
    return str(error["msg"]).replace("Value error, ", "")
