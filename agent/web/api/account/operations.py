"""What a worker is asked to do, and `GET /operations/{id}`: how far it is."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from agent.mail.trust.examine import Examination
from agent.store.api import operations
from agent.store.api.api_keys import Scope
from agent.store.api.operations import OperationKind
from agent.store.audits import audit_by_number
from agent.web.api.account.invitations import admit, look_at
from agent.web.api.account.registry import account_of, timestamp
from agent.web.api.documents import Invitation, Operation
from agent.web.api.headers import KEYED, needs
from agent.web.http.calls import Answer, Call, once, read
from agent.web.http.problems import not_found
from agent.web.http.startable import api_pending, require_startable
from agent.web.parts import WebParts

router = APIRouter()

_PLACE = "/api/v1/operations/"
_ID = re.compile(r"[0-9a-f]{32}")


@router.post(
    "/accounts/{account_id}/audits",
    status_code=202,
    response_model=Operation,
    openapi_extra=needs(Scope.AUDITS_WRITE, also=KEYED),
)
def ask_for_audit(request: Request, account_id: str) -> Response:
    """Ask for one audit now. The web role starts no browser: a worker makes the visit."""

    def effect(call: Call) -> Answer:
        account = account_of(call, account_id, lock=True)
        require_startable(call.conn, account)
        made = operations.add(call.conn, account_id, OperationKind.AUDIT, asked_by=call.who, now=call.now)
        return _queued(call, made)

    return once(request, effect=effect)


@router.post(
    "/accounts/{account_id}/insights",
    status_code=202,
    response_model=Operation,
    openapi_extra=needs(Scope.AUDITS_WRITE, also=KEYED),
)
def ask_for_insights(request: Request, account_id: str) -> Response:
    """Ask for one reading of account health and Featured Offer now.

    A worker makes the visit, which only reads.
    """

    def effect(call: Call) -> Answer:
        account = account_of(call, account_id, lock=True)
        require_startable(call.conn, account)
        made = operations.add(call.conn, account_id, OperationKind.INSIGHTS, asked_by=call.who, now=call.now)
        return _queued(call, made)

    return once(request, effect=effect)


@router.post(
    "/accounts/{account_id}/invitations",
    status_code=202,
    response_model=Operation,
    openapi_extra=needs(Scope.ACCOUNTS_WRITE, also=KEYED),
)
def give_invitation(request: Request, account_id: str, body: Invitation) -> Response:
    """Give an invitation that a person has, as its link or as the mail.

    It passes the same checks as a received one.
    """

    examined: list[Examination | None] = []

    def first(parts: WebParts) -> None:
        examined.append(look_at(body, settings=parts.settings, now=parts.clock.now()))

    def effect(call: Call) -> Answer:
        account = account_of(call, account_id, lock=True)
        if not account.api_complete:
            raise api_pending()
        row_id = admit(call, account, body, examined[0])
        made = operations.add(
            call.conn, account_id, OperationKind.INVITATION, asked_by=call.who, now=call.now, invitation_id=row_id
        )
        return _queued(call, made)

    return once(request, effect=effect, first=first)


@router.get("/operations/{operation_id}", response_model=Operation, openapi_extra=needs(Scope.ACCOUNTS_READ))
def get_operation(request: Request, operation_id: str) -> Response:
    """Say how far an operation is, and what came of it."""
    with read(request) as call:
        found = operations.get(call.conn, operation_id) if _ID.fullmatch(operation_id) else None
        if found is None:
            raise not_found("operation")
        return JSONResponse(_document(call, found))


def _queued(call: Call, made: operations.Operation) -> Answer:
    return Answer(202, _document(call, made), {"Location": _PLACE + made.id}, due=True)


def _document(call: Call, operation: operations.Operation) -> dict[str, Any]:
    audit = None if operation.audit_id is None else audit_by_number(call.conn, operation.account_id, operation.audit_id)
    return {
        "id": operation.id,
        "account": operation.account_id,
        "kind": operation.kind,
        "state": operation.state,
        "outcome": operation.outcome,
        "audit": None if audit is None else {**audit, "number": operation.audit_id},
        "created_at": timestamp(operation.created_at),
        "ended_at": timestamp(operation.ended_at),
    }
