"""What operations ask for beside their body: the scopes of a key, and headers.

It stands in the description; `agent/web/http/asked.py` holds requests against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.store.api.api_keys import Scope


def needs(*scopes: Scope, also: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Say in an operation's description which scopes its key needs.

    `also` is what else it asks for, such as `KEYED`.
    """
    return {"security": [{"key": [str(scope) for scope in scopes]}], **(also or {})}


def _header(name: str, words: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": words,
        "schema": {"type": "string", **schema},
    }


KEYED: dict[str, Any] = {
    "parameters": [
        _header(
            "Idempotency-Key",
            "A fresh name of this act, kept until its answer came: the same request again gets the same answer.",
            required=True,
            minLength=1,
            maxLength=255,
        )
    ]
}
MATCHED: dict[str, Any] = {"parameters": [_header("If-Match", "The ETag that was read, or *.", required=True)]}
KEYED_AND_MAY_MATCH: dict[str, Any] = {
    "parameters": [*KEYED["parameters"], _header("If-Match", "The ETag that was read, or *.")]
}
CONDITIONAL: dict[str, Any] = {"parameters": [_header("If-None-Match", "The ETag that is known already.")]}
WAITING: dict[str, Any] = {
    "parameters": [
        *CONDITIONAL["parameters"],
        _header("Prefer", "`wait=25`: how many seconds the answer may wait for a change; 30 at most."),
    ]
}
STREAM: dict[str, Any] = {"parameters": [_header("Last-Event-ID", "The last `id` that came.", pattern="^[0-9]{1,15}$")]}
