"""The description of the API (OpenAPI 3.1), and what of it FastAPI cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

DESCRIPTION = (
    "How ChannelAdvisor's own application registers accounts, shows where each stands, and is told of every change. "
    "Errors are problems (RFC 9457) whose `code` is a section of docs/operations.md. Changes are additive only: "
    "unknown fields and unknown values of an enumeration have to be tolerated."
)
_ERRORS = {
    "400": "the Idempotency-Key is missing, or the host is not ours",
    "401": "no key, or not a good one",
    "403": "the key lacks the scope, or the page is of another origin",
    "404": "there is no such thing",
    "405": "the path has other methods",
    "408": "the body did not arrive in time",
    "409": "it cannot be done now; the code says why",
    "410": "it was there and is forgotten",
    "412": "the revision is another one",
    "413": "over 64 kB",
    "415": "not application/json",
    "422": "the request is not as described",
    "428": "If-Match is missing",
    "429": "too many requests; Retry-After says when",
    "503": "the database is away, or too much is going on",
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one sentence; nothing of the request is repeated"},
        "code": {"type": "string", "description": "a section of docs/operations.md"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_PUBLIC = frozenset({"/"})
_METHODS = ("get", "post", "put", "patch", "delete")


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=app.servers,
        )
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = _PROBLEM
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        components["responses"] = {f"Problem{status}": _response(words) for status, words in _ERRORS.items()}
        for path, methods in document["paths"].items():
            for method in set(methods) & set(_METHODS):
                _complete(methods[method], public=path in _PUBLIC)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(operation: dict[str, Any], *, public: bool) -> None:
    """Every operation may end in any of the problems."""
    responses = operation["responses"]
    responses.pop("422", None)
    responses |= {status: {"$ref": f"#/components/responses/Problem{status}"} for status in _ERRORS}
    assert public or operation["security"]  # noqa: S101 - each operation says which scopes it needs


def _response(words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    header = {"schema": {"type": "string"}}
    return {"description": words, "content": content, "headers": {"Request-Id": header}}
