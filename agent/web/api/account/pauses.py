"""Pausing, resuming and releasing: one account, or everything."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from agent.actions import lifecycle
from agent.domain.authorization import State
from agent.store.api.api_keys import Scope
from agent.store.processes import switches
from agent.web.api.account.registry import account_of, status_answer
from agent.web.api.documents import Paused, StatusDocument, Why
from agent.web.api.headers import KEYED, KEYED_AND_MAY_MATCH, needs
from agent.web.http.calls import Answer, Call, change, once
from agent.web.http.preconditions import require_match
from agent.web.http.problems import Code, Problem

router = APIRouter()


@router.post(
    "/accounts/{account_id}/pause", response_model=StatusDocument, openapi_extra=needs(Scope.OPERATOR_WRITE, also=KEYED)
)
def pause_account(request: Request, account_id: str, body: Why) -> Response:
    """Stop everything for one account until it is resumed."""

    def effect(call: Call) -> None:
        lifecycle.pause(call.conn, account_id, now=call.now, reason=_why(call, "paused", body))

    return _one(request, account_id, effect)


@router.post(
    "/accounts/{account_id}/resume",
    response_model=StatusDocument,
    openapi_extra=needs(Scope.OPERATOR_WRITE, also=KEYED),
)
def resume_account(request: Request, account_id: str, body: Why) -> Response:
    """Let a paused account go on where it stood; another one stays as it is."""

    def effect(call: Call) -> None:
        lifecycle.resume(call.conn, account_id, now=call.now, reason=_why(call, "resumed", body))

    return _one(request, account_id, effect)


@router.post(
    "/accounts/{account_id}/release",
    response_model=StatusDocument,
    openapi_extra=needs(Scope.OPERATOR_WRITE, also=KEYED_AND_MAY_MATCH),
)
def release_account(request: Request, account_id: str, body: Why) -> Response:
    """Let an account that needed people go on, after they have done what was needed.

    If-Match is taken if given.
    """

    def effect(call: Call) -> None:
        account = account_of(call, account_id, lock=True)
        require_match(request, account.revision, optional=True)
        if account.authorization is State.PAUSED:
            raise Problem(409, Code.PAUSED, "The account is paused; resume it first.")
        lifecycle.release(call.conn, account_id, now=call.now, reason=_why(call, "released", body))

    return _one(request, account_id, effect)


@router.put("/pause", response_model=Paused, openapi_extra=needs(Scope.OPERATOR_WRITE))
def pause_everything(request: Request, body: Why) -> Response:
    """Stop every flow within seconds, until resumed; survives restarts."""

    def effect(call: Call) -> Answer:
        lifecycle.pause_all(call.conn, now=call.now, who=f"{call.who}: {body.reason}")
        return Answer(200, {"paused": True, "by": switches.paused_by(call.conn)})

    return change(request, effect=effect)


@router.delete("/pause", response_model=Paused, openapi_extra=needs(Scope.OPERATOR_WRITE))
def resume_everything(request: Request) -> Response:
    """Let everything go on."""

    def effect(call: Call) -> Answer:
        lifecycle.resume_all(call.conn, now=call.now)
        return Answer(200, {"paused": False, "by": None}, due=True)

    return change(request, effect=effect)


def _one(request: Request, account_id: str, act: Callable[[Call], None]) -> Response:
    def effect(call: Call) -> Answer:
        account_of(call, account_id, lock=True)
        act(call)
        return status_answer(call, account_id)

    return once(request, effect=effect)


def _why(call: Call, done: str, body: Why) -> str:
    return f"{done} by {call.who}: {body.reason}"
