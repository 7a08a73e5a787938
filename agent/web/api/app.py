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

from agent.settings.plain_words import plain
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
    return Problem(
        422, Code.INVALID, "The request is not as described; errors names each place.", errors=errors
    ).response()


_HANDLERS: dict[type[Exception], Any] = {
    **HANDLERS,
    UnknownAccountError: _unknown_account,
    RequestValidationError: _invalid,
}


_SAID = {  # by the type of error, as pydantic names it
    "bool_type": "expected true or false, found another kind of value",
    "datetime_from_date_parsing": "expected a time such as 2026-01-31T12:00:00Z, found something else",
    "datetime_parsing": "expected a time such as 2026-01-31T12:00:00Z, found something else",
    "dict_type": "expected an object, found another kind of value",
    "extra_forbidden": "this field is not known here; leave it out",
    "int_type": "expected a whole number, found another kind of value",
    "json_invalid": "expected JSON, found something that cannot be read as JSON",
    "list_type": "expected a list, found another kind of value",
    "missing": "expected this, found nothing",
    "model_attributes_type": "expected an object, found another kind of value",
    "string_type": "expected text, found another kind of value",
    "timezone_aware": "expected a time with its zone, such as 2026-01-31T12:00:00Z, found one without",
}


def _pointer(location: tuple[int | str, ...]) -> str:
    """Where in the request: /body/secret/password.

    A name that the request itself made up is not repeated.
    """
    return "/" + "/".join(str(part) for part in location)


def _words(error: Any) -> str:
    """Ours for what pydantic would tell with the value in it."""
    return _SAID.get(error["type"]) or plain(str(error["msg"]).replace("Value error, ", ""))
