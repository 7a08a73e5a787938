"""The platform's switch, and the status document that its customers see."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from agent.actions.authorization import authorize_api
from agent.domain import account as domain
from agent.domain.published.status_document import status_document
from agent.store.api.api_keys import Scope
from agent.store.merchants import Merchant
from agent.web.api.account.registry import account_of, is_id, refusals, status_answer
from agent.web.api.documents import ApiAuthorization, StatusDocument
from agent.web.api.headers import WAITING, needs
from agent.web.http.admission import admit, is_use_new, note_use, presented_by, require_scope
from agent.web.http.calls import Answer, Call, change, parts_of
from agent.web.http.preconditions import is_known, wait_of
from agent.web.http.problems import invalid, not_found
from agent.web.waiting import LONGEST_WAIT, conditional, wait_for_change

router = APIRouter()


@router.put(
    "/accounts/{account_id}/api-authorization", response_model=StatusDocument, openapi_extra=needs(Scope.ACCOUNTS_WRITE)
)
def put_api_authorization(request: Request, account_id: str, body: ApiAuthorization) -> Response:
    """Say whether the API authorization is complete, and of which seller.

    The same again changes nothing.
    """

    def effect(call: Call) -> Answer:
        account_of(call, account_id, lock=True)
        merchant = Merchant(
            merchant_id=body.merchant_id, global_account_id=body.global_account_id, name=body.merchant_name
        )
        given = None if merchant == Merchant() else merchant
        status = domain.ApiAuthorization(body.status)
        if given is not None and status is domain.ApiAuthorization.PENDING:
            raise invalid(
                "Expected a merchant with the status complete alone, found one with pending; leave it out.",
                pointer="/body/status",
            )
        with refusals():
            authorize_api(call.conn, account_id, status, merchant=given, now=call.now)
        return status_answer(call, account_id)

    return change(request, effect=effect)


@router.get(
    "/accounts/{account_id}/status",
    response_model=StatusDocument,
    responses={304: {"description": "not changed"}},
    openapi_extra=needs(Scope.STATUS_READ, also=WAITING),
)
async def get_status(request: Request, account_id: str) -> Response:
    """Read the status document.

    With If-None-Match and `Prefer: wait=25` the answer waits for a change.
    """

    document = await _look(request, account_id)
    seconds = wait_of(request, longest=LONGEST_WAIT)
    waited = is_known(request, document["revision"]) and seconds > 0
    if waited:
        await wait_for_change(request, account_id, revision=document["revision"], seconds=seconds)
        document = await _look(request, account_id)
    return conditional(request, document, seconds=seconds if waited else None)


async def _look(request: Request, account_id: str) -> dict[str, Any]:
    """The document as stored now, for a key that may read it now."""
    parts = parts_of(request)
    seen = await parts.looks.ask(presented_by(request), account_id if is_id(account_id) else None)
    key = admit(request, parts, seen.key)
    require_scope(key, Scope.STATUS_READ)
    if seen.account is None:
        raise not_found("account")
    if is_use_new(key, now := parts.clock.now()):
        await run_in_threadpool(note_use, parts, key, now)
    return {**status_document(seen.account)}
