"""Errors of the HTTP API (RFC 9457).

Each has a code that is a section of docs/operations.md; none echoes the input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class Code(StrEnum):
    """What went wrong, for programs."""

    ACCOUNT_EXISTS = "account_exists"
    ADDRESS_REFUSED = "address_refused"
    API_AUTHORIZATION_PENDING = "api_authorization_pending"
    BUSY = "busy"
    CLAIMED_BY_OTHER = "claimed_by_other"
    DATABASE_AWAY = "database_away"
    EMAIL_TAKEN = "email_taken"
    ELSEWHERE = "elsewhere"
    FORGOTTEN = "forgotten"
    HOST_REFUSED = "host_refused"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IN_PROGRESS = "in_progress"
    INTERNAL = "internal"
    INVALID = "invalid"
    INVITATION_REFUSED = "invitation_refused"
    KEY_REFUSED = "key_refused"
    LINK_REFUSED = "link_refused"
    MAIL_REFUSED = "mail_refused"
    MERCHANT_DIFFERS = "merchant_differs"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NEEDS_PERSON = "needs_person"
    NO_OPEN_REQUEST = "no_open_request"
    NOT_FOUND = "not_found"
    ORIGIN_REFUSED = "origin_refused"
    PAUSED = "paused"
    PRECONDITION_MISSING = "precondition_missing"
    REQUEST_EXPIRED = "request_expired"
    REVISION_DIFFERS = "revision_differs"
    SCOPE_MISSING = "scope_missing"
    SECRET_SHOWN_ONCE = "secret_shown_once"  # noqa: S105
    SECRETS_NOT_TAKEN = "secrets_not_taken"
    TOKEN_REFUSED = "token_refused"  # noqa: S105
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    TYPE_REFUSED = "type_refused"
    VISIT_RUNNING = "visit_running"


class Problem(Exception):
    """An answer that is no success.

    `detail` is one sentence of ours that holds nothing of what was sent.
    """

    def __init__(
        self,
        status: int,
        code: Code,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = [dict(each) for each in errors]
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": f"urn:secondary-user:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": str(self.code),
            "errors": self.errors,
        }

    def response(self) -> JSONResponse:
        """The answer."""
        return JSONResponse(self.document(), self.status, headers=self.headers, media_type=MEDIA_TYPE)


def invalid(detail: str, *, pointer: str = "") -> Problem:
    """422 for one field, named by its JSON pointer."""
    return Problem(422, Code.INVALID, detail, errors=[{"pointer": pointer, "detail": detail}] if pointer else [])


def unknown_type(pointer: str) -> Problem:
    """422 for a type of events that there is not."""
    return invalid("Expected types of events such as invitation.accepted.v1, found one that is none.", pointer=pointer)


def not_found(what: str) -> Problem:
    """404; `what` is a noun of ours."""
    return Problem(404, Code.NOT_FOUND, f"There is no such {what}.")
