"""Long-polls of a status document, for the API and the panel."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.web.http.calls import parts_of
from agent.web.http.preconditions import etag, is_known
from agent.web.http.problems import Code, Problem

LONGEST_WAIT = 30.0  # seconds
_MOST_WAITING = 200


async def wait_for_change(request: Request, account_id: str, *, revision: int, seconds: float) -> None:
    """Wait without counting among the requests that are worked on.

    Raises:
        Problem: 503, too many wait already.
    """
    parts, door = parts_of(request), request.scope["state"]["door"]
    if parts.changes.waiting >= _MOST_WAITING:
        raise Problem(503, Code.BUSY, "Too many wait already; ask again.", headers={"Retry-After": "5"})
    door.step_aside()
    try:
        await parts.changes.wait(account_id, revision=revision, seconds=seconds, stopping=parts.stopping)
    finally:
        door.step_back()


def conditional(request: Request, document: dict[str, Any], *, seconds: float | None) -> Response:
    """The document, or 304 when the caller has it already."""
    headers = {"ETag": etag(document["revision"]), "Cache-Control": "no-cache"}
    if seconds is not None:
        headers["Preference-Applied"] = f"wait={seconds:g}"
    if is_known(request, document["revision"]):
        return Response(status_code=304, headers=headers)
    return JSONResponse(document, headers=headers)
