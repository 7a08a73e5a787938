"""/accounts: register, list, read, change, forget."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import JSONResponse, Response

from agent.actions.changes import Changes as Wanted
from agent.actions.changes import change as change_account
from agent.actions.fields import (
    FieldError,
    parse_account,
    parse_email,
    parse_marketplace,
    parse_marketplaces,
    parse_order,
)
from agent.actions.registration import Registration, register, remove
from agent.domain.authorization import State
from agent.domain.login_order import NewOrder
from agent.errors import UsageError
from agent.store import fleet
from agent.store.api.api_keys import Scope
from agent.store.fleet import Filter
from agent.store.merchants import Merchant
from agent.store.processes import leases
from agent.store.vault.keys import NoVault
from agent.web.api.account import secrets
from agent.web.api.account.registry import account_of, bounded, describe, refusals, settled
from agent.web.api.documents import Account, Accounts, Changes, CreateLogin, NewAccount
from agent.web.api.headers import CONDITIONAL, KEYED, MATCHED, needs
from agent.web.http import cursors
from agent.web.http.calls import Answer, Call, change, once, read
from agent.web.http.preconditions import etag, is_known, require_match
from agent.web.http.problems import Code, Problem, invalid

router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=500)]
_PLACE = "/api/v1/accounts/"
_FIELDS = ("id", "user_email", "marketplace", "merchant_id", "merchant_name", "global_account_id", "api_authorization")


@router.post(
    "/accounts", status_code=201, response_model=Account, openapi_extra=needs(Scope.ACCOUNTS_WRITE, also=KEYED)
)
def register_account(request: Request, body: NewAccount) -> Response:
    """Register an account.

    Needs an Idempotency-Key; `create_login` also the scope `logins:create`.
    """

    def effect(call: Call) -> Answer:
        if body.create_login is not None:
            call.require(Scope.LOGINS_CREATE)
            if body.secret is not None or body.secret_ref is not None:
                raise invalid(
                    "Expected no secret for a login that is to be created, found one; leave it out.",
                    pointer="/body/create_login",
                )
        if body.secret is not None and body.secret_ref is not None:
            raise invalid(
                "Expected either secret or secret_ref, found both; leave one out.", pointer="/body/secret_ref"
            )
        with refusals():
            named = {name: value for name in _FIELDS if (value := getattr(body, name)) is not None}
            new = parse_account(named | {"also_marketplaces": ",".join(body.also_marketplaces or ())})
            window = timedelta(days=call.parts.settings.mail.expires_after_days)
            order = None if body.create_login is None else _order(body.create_login)
            register(call.conn, NoVault(), [Registration(account=new, order=order)], now=call.now, window=window)
        if body.secret is not None:
            given = secrets.checked(call, body.secret.password, body.secret.totp_secret, at="/body/secret")
            secrets.store(call, new.id, given)
        if body.secret_ref is not None:
            secrets.refer(call, new.id, body.secret_ref, at="/body/secret_ref")
        return _answer(call, new.id, status=201, headers={"Location": _PLACE + new.id})

    return once(request, effect=effect)


@router.get("/accounts", response_model=Accounts, openapi_extra=needs(Scope.ACCOUNTS_READ))
def list_accounts(
    request: Request,
    state: State | None = None,
    needs_person: bool | None = None,
    q: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    changed_after: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """List accounts by id."""
    with read(request) as call:
        key = call.parts.web_key
        wanted = Filter(
            state=state,
            needs_person=needs_person,
            text=q,
            changed_after=bounded(changed_after, at="/query/changed_after"),
        )
        after = cursors.decode(key, "accounts", cursor)
        found, last = fleet.page(call.conn, wanted, after=after, limit=limit)
        document: dict[str, Any] = {
            "accounts": [describe(call, account) for account in found],
            "next_cursor": None if last is None else cursors.encode(key, "accounts", last),
        }
    return JSONResponse(document)


@router.get(
    "/accounts/{account_id}",
    response_model=Account,
    responses={304: {"description": "not changed"}},
    openapi_extra=needs(Scope.ACCOUNTS_READ, also=CONDITIONAL),
)
def get_account(request: Request, account_id: str) -> Response:
    """Read one account; internal reason and failure code with `operator:read`."""
    with read(request) as call:
        account = account_of(call, account_id)
        headers = {"ETag": etag(account.revision)}
        if is_known(request, account.revision):
            return Response(status_code=304, headers=headers)
        return JSONResponse(describe(call, account), headers=headers)


@router.patch("/accounts/{account_id}", response_model=Account, openapi_extra=needs(Scope.ACCOUNTS_WRITE, also=MATCHED))
def change_one(request: Request, account_id: str, body: Changes) -> Response:
    """Change a registration; needs If-Match.

    Another merchant, user email or region needs a reason.
    """

    def effect(call: Call) -> Answer:
        account = account_of(call, account_id, lock=True)
        require_match(request, account.revision)
        with refusals():
            wanted = _wanted(body)
            if wanted.audit_as is not None:
                account_of(call, wanted.audit_as)
            try:
                change_account(call.conn, account_id, wanted, reason=body.reason, who=call.who, now=call.now)
            except UsageError as err:
                if type(err) is not UsageError:
                    raise
                detail = "Another merchant, user email or region needs a reason: the account begins again."
                raise invalid(detail, pointer="/body/reason") from err
        return _answer(call, account_id)

    return change(request, effect=effect)


@router.delete(
    "/accounts/{account_id}",
    status_code=204,
    response_class=Response,
    openapi_extra=needs(Scope.ACCOUNTS_WRITE, also=MATCHED),
)
def remove_account(request: Request, account_id: str) -> Response:
    """Forget an account; needs If-Match.

    The user in Seller Central stays until the seller deletes it.
    """

    def effect(call: Call) -> Answer:
        account = account_of(call, account_id, lock=True)
        require_match(request, account.revision)
        if leases.holder_of(call.conn, account_id, now=leases.shared_now(call.conn, call.now)) is not None:
            raise Problem(409, Code.VISIT_RUNNING, "A visit of this account is running; try again when it has ended.")
        keep = timedelta(days=call.parts.settings.observe.erase_after_days)
        remove(call.conn, account_id, now=call.now, keep_evidence=keep, who=call.who)
        return Answer(204)

    return change(request, effect=effect)


def _order(given: CreateLogin) -> NewOrder:
    try:
        order = parse_order({"create_login": "true", **given.model_dump()})
    except FieldError as err:
        raise invalid(f"{err}.", pointer=f"/body/create_login/{err.field}") from err
    assert order is not None  # noqa: S101 - create_login is true
    return order


def _wanted(body: Changes) -> Wanted:
    merchant = Merchant(merchant_id=body.merchant_id, global_account_id=body.global_account_id, name=body.merchant_name)
    return Wanted(
        user_email=None if body.user_email is None else parse_email(body.user_email),
        marketplace=None if body.marketplace is None else parse_marketplace(body.marketplace),
        merchant=None if merchant == Merchant() else merchant,
        audit_as=body.audit_as,
        also_marketplaces=None
        if body.also_marketplaces is None
        else parse_marketplaces(",".join(body.also_marketplaces)),
    )


def _answer(call: Call, account_id: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    account = settled(call, account_id)
    tagged = {**(headers or {}), "ETag": etag(account.revision)}
    return Answer(status, describe(call, account), tagged, due=True)
