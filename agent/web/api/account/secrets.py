"""`PUT /accounts/{id}/secret`: write-only.

And how secrets are kept where the vault key is not at hand.
"""

from __future__ import annotations

import fnmatch
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from agent.actions.credentials import give_secrets
from agent.actions.fields import parse_secrets
from agent.errors import UsageError
from agent.secret_stores import parse_reference
from agent.store.api.api_keys import Scope
from agent.store.sign_in import secret_refs
from agent.store.vault import handed_in
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.web.answers import require_sealing_key
from agent.web.api.account.registry import account_of, refusals
from agent.web.api.documents import NewSecret
from agent.web.api.headers import needs
from agent.web.http.calls import Answer, Call, change
from agent.web.http.problems import invalid

router = APIRouter()


@router.put(
    "/accounts/{account_id}/secret", status_code=204, response_class=Response, openapi_extra=needs(Scope.ACCOUNTS_WRITE)
)
def put_secret(request: Request, account_id: str, body: NewSecret) -> Response:
    """Replace an account's password and seed. Nothing of them is ever read back."""

    def effect(call: Call) -> Answer:
        account_of(call, account_id, lock=True)
        if body.ref is not None:
            if body.password is not None or body.totp_secret is not None:
                raise invalid(
                    "Expected either ref, or password and totp_secret, found both; leave one out.", pointer="/body/ref"
                )
            refer(call, account_id, body.ref, at="/body/ref")
            return Answer(204, due=True)
        store(call, account_id, checked(call, body.password, body.totp_secret, at="/body"))
        return Answer(204, due=True)

    return change(request, effect=effect)


def checked(call: Call, password: Any, seed: Any, *, at: str) -> SignInSecrets:
    """Secrets that can be ones.

    Raises:
        Problem: 422.
    """
    if password is None or seed is None:
        raise invalid("Expected both password and totp_secret, found one of them or none.", pointer=at)
    with refusals(at):
        return parse_secrets({"password": password.get_secret_value(), "totp_secret": seed.get_secret_value()})


def store(call: Call, account_id: str, given: SignInSecrets) -> None:
    """Keep secrets: in the vault, or sealed for a worker to put them there.

    Raises:
        Problem: 503, this process can do neither.
    """
    parts = call.parts
    if parts.vault is not None:
        give_secrets(call.conn, parts.vault, account_id, given, now=call.now)
        return
    handed_in.put(call.conn, require_sealing_key(parts), account_id, given, now=call.now)


def refer(call: Call, account_id: str, ref: str, *, at: str) -> None:
    """Keep a reference that the settings allow (decision 47).

    It is read by a worker, before its next visit.

    Raises:
        Problem: 422, it is not allowed, or none that is supported.
    """
    patterns = call.parts.settings.secrets.allowed_refs
    if not any(fnmatch.fnmatchcase(ref, pattern.replace("{account}", account_id)) for pattern in patterns):
        raise invalid(
            "Expected a reference that SECRETS__ALLOWED_REFS allows for this account, found another one.", pointer=at
        )
    try:
        reference = parse_reference(ref)
    except UsageError as err:
        raise invalid(
            "Expected a reference such as vault://mount/path, found none of a store that is supported.", pointer=at
        ) from err
    secret_refs.put(call.conn, account_id, str(reference), now=call.now)
