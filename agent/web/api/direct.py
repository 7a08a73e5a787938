"""The status document without a router.

It is what platforms ask for most, and routing takes longer than answering.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.store.database.handles import SQLAlchemyError
from agent.web.api.account.authorization import get_status
from agent.web.api.app import PREFIX
from agent.web.http.handlers import database_is_away
from agent.web.http.problems import Problem

_STATUS = re.compile(re.escape(PREFIX) + "/accounts/([^/]+)/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """ASGI middleware that answers `GET /accounts/{id}/status` directly.

    By the API's own handler; all else is for `app`.
    """

    app: ASGIApp
    api: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass it on."""
        if scope["type"] != "http" or scope["method"] != "GET" or not (found := _STATUS.fullmatch(scope["path"])):
            await self.app(scope, receive, send)
            return
        request = Request({**scope, "app": self.api}, receive)
        response = await _status(request, found[1])
        await response(scope, receive, send)


async def _status(request: Request, account_id: str) -> Response:
    try:
        return await get_status(request, account_id)
    except Problem as problem:
        return problem.response()
    except SQLAlchemyError as err:
        return await database_is_away(request, err)
