"""What the handlers of one account share.

Finding it, describing it, and turning refusals into problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from agent import clock
from agent.actions.fields import FieldError
from agent.domain.account import Account
from agent.domain.published.status_document import status_document
from agent.store import accounts
from agent.store.accounts import AccountExistsError
from agent.store.api.api_keys import Scope
from agent.store.merchants import MerchantDiffersError
from agent.store.outbox.revise import settle
from agent.store.vault import sign_in_secrets
from agent.web.http.calls import Answer, Call
from agent.web.http.preconditions import etag
from agent.web.http.problems import Code, Problem, invalid, not_found

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_id(text: str) -> bool:
    """Whether an account can have this id."""
    return _ID.fullmatch(text) is not None


def account_of(call: Call, account_id: str, *, lock: bool = False) -> Account:
    """The account of a path.

    Raises:
        Problem: 404.
    """
    if not is_id(account_id):
        raise not_found("account")
    return accounts.get(call.conn, account_id, lock=lock)


def describe(call: Call, account: Account) -> dict[str, Any]:
    """The document of an account.

    Its status, its registration, and for operators what on-call reads.
    """
    document: dict[str, Any] = {
        **status_document(account),
        "id": account.id,
        "also_marketplaces": list(account.also_marketplaces),
        "merchant_id": account.merchant_id,
        "merchant_name": account.merchant_name,
        "global_account_id": account.global_account_id,
        "merchant_source": account.merchant_source,
        "audit_as": account.audit_as,
        "api_authorization": account.api_authorization,
        "has_secrets": sign_in_secrets.has(call.conn, account.id),
        "accepted_at": timestamp(account.accepted_at),
        "last_complete_read_at": timestamp(account.last_complete_read_at),
        "created_at": timestamp(account.created_at),
        "updated_at": timestamp(account.updated_at),
    }
    if call.may(Scope.OPERATOR_READ):
        document |= {
            "internal_reason": account.internal_reason,
            "failure_code": account.failure_code,
            "due": timestamp(account.due),
        }
    return document


def settled(call: Call, account_id: str) -> Account:
    """The account as this transaction leaves it, with its new revision."""
    settle(call.conn)
    return accounts.get(call.conn, account_id)


def status_answer(call: Call, account_id: str, *, due: bool = True) -> Answer:
    """The status document after a change."""
    account = settled(call, account_id)
    return Answer(200, {**status_document(account)}, {"ETag": etag(account.revision)}, due=due)


@contextmanager
def refusals(at: str = "/body") -> Iterator[None]:
    """Turn what the actions refuse into problems.

    Their sentences name the place, never the value. `at`: where in the request the fields stand.
    """
    try:
        yield
    except FieldError as err:
        raise invalid(f"{err}.", pointer=f"{at}/{err.field}") from err
    except MerchantDiffersError as err:
        raise Problem(
            409,
            Code.MERCHANT_DIFFERS,
            "The account is bound to another merchant: nothing was changed; docs/operations.md says what to do.",
        ) from err
    except AccountExistsError as err:
        if err.code == Code.EMAIL_TAKEN:
            raise Problem(
                409, Code.EMAIL_TAKEN, "Another account has this user email; correct the one that is wrong."
            ) from err
        raise Problem(
            409, Code.ACCOUNT_EXISTS, "An account with this id is registered already; change it by PATCH."
        ) from err


def bounded(moment: datetime | None, *, at: str) -> datetime | None:
    """A time that every database can compare with.

    Raises:
        Problem: 422, it is none.
    """
    if moment is not None and not 1970 <= moment.year <= 9000:
        raise invalid("Expected a time such as 2026-01-31T12:00:00Z, found one before 1970 or after 9000.", pointer=at)
    return moment


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second; None stays None."""
    return None if moment is None else clock.timestamp(moment)
