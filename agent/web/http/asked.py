"""What an operation's description asks of a request.

The scopes of its key, and the headers that must be there.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from agent.store.api.api_keys import Scope


def scopes_asked(request: Request) -> tuple[Scope, ...]:
    """The scopes that the operation's key needs, all of them.

    Raises:
        LookupError: the operation says nothing of scopes; no key may use it then.
    """
    (key,) = _described(request)["security"]
    return tuple(Scope(name) for name in key["key"])


def headers_asked(request: Request) -> frozenset[str]:
    """The names, in lower case, of the headers that the operation cannot do without."""
    parameters = _described(request).get("parameters", ())
    return frozenset(each["name"].lower() for each in parameters if each["in"] == "header" and each["required"])


def _described(request: Request) -> dict[str, Any]:
    return request.scope["route"].openapi_extra or {}
