"""One call of the API: who asks, whether they may, in which transaction.

And what is done only once for a key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.store.api import api_keys, idempotency
from agent.store.api.api_keys import ApiKey, Scope
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.web.http.admission import admit, is_use_new, note_use, presented_by, require_scope
from agent.web.http.asked import headers_asked, scopes_asked
from agent.web.http.preconditions import require_some_match
from agent.web.http.problems import Code, Problem
from agent.web.parts import WebParts

_LONGEST_KEY = 255
_REPLAYED = ("Location", "ETag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in, and its transaction."""

    conn: Connection
    parts: WebParts
    key: ApiKey
    now: datetime

    @property
    def who(self) -> str:
        """How the caller is named in journals."""
        return f"api key {self.key.name}"

    def may(self, scope: Scope) -> bool:
        """Whether the key has a scope."""
        return scope in self.key.scopes

    def require(self, scope: Scope) -> None:
        """Refuse a key without a scope.

        Raises:
            Problem: 403.
        """
        require_scope(self.key, scope)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an effect answers; with `shows_secret` it is not kept and not given again."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    shows_secret: bool = False
    due: bool = False  # something may be visited at once

    def response(self) -> Response:
        """The answer itself."""
        if self.body is None:
            return Response(status_code=self.status, headers=dict(self.headers))
        return JSONResponse(self.body, self.status, headers=dict(self.headers))


def parts_of(request: Request) -> WebParts:
    """The application's parts."""
    parts: WebParts = request.app.state.parts
    return parts


@contextmanager
def read(request: Request, *scopes: Scope) -> Iterator[Call]:
    """Let a reader in, and a transaction that only reads.

    The key needs all of these scopes; without any, those that the operation's description names.

    Raises:
        Problem: 401, 403, 429.
    """
    parts = parts_of(request)
    now = parts.clock.now()
    with reading(parts.engine) as conn:
        key = admit(request, parts, api_keys.find_presented(conn, parts.web_key, presented_by(request), now=now))
        call = Call(conn=conn, parts=parts, key=key, now=now)
        for scope in scopes or scopes_asked(request):
            call.require(scope)
        yield call
    if is_use_new(key, now):
        note_use(parts, key, now)


@contextmanager
def write(request: Request) -> Iterator[Call]:
    """Let a writer in, in one transaction.

    Any error undoes it.

    Raises:
        Problem: 401, 403, 429.
    """
    with read(request) as found:
        pass  # no call without a key gets as far as the write lock
    with writing(found.parts.engine) as conn:
        yield Call(conn=conn, parts=found.parts, key=found.key, now=found.now)


def change(request: Request, *, effect: Callable[[Call], Answer]) -> Response:
    """Do something; the daemon is told when something is due."""
    with write(request) as call:
        answer = effect(call)
    if answer.due:
        call.parts.wake()
    return answer.response()


_running: set[tuple[str, str]] = set()
_running_lock = threading.Lock()


def once(
    request: Request, *, effect: Callable[[Call], Answer], first: Callable[[WebParts], None] | None = None
) -> Response:
    """Do something once for its Idempotency-Key.

    The same request again gets the same answer.

    `first` is what takes long and writes nothing: it is done outside of the transaction. Only successes are kept: after
    an error the same key may be used again.

    Raises:
        Problem: 400 without a key, 409 while it runs or when the answer bore a secret, 422 for another request under
        it.
    """
    with read(request) as found:
        asked = _asked(request, found)
        before = idempotency.find(found.conn, asked, now=found.now)
    if before is not None:
        return _again(before, asked)
    with _alone(asked):
        if first is not None:
            first(found.parts)
        return _once(found, asked, effect)


def _once(found: Call, asked: idempotency.Request, effect: Callable[[Call], Answer]) -> Response:
    with writing(found.parts.engine) as conn:
        try:
            before = idempotency.begin(conn, asked, now=found.now)
        except idempotency.InProgressError as err:
            raise _in_progress() from err
        if before is not None:
            return _again(before, asked)
        call = Call(conn=conn, parts=found.parts, key=found.key, now=found.now)
        answer = effect(call)
        response = answer.response()
        stored = idempotency.Stored(
            request=asked,
            status=answer.status,
            headers={name: response.headers[name] for name in _REPLAYED if name in response.headers},
            body=None if answer.body is None else bytes(response.body).decode(),
            shows_secret=answer.shows_secret,
        )
        idempotency.keep(conn, stored, now=found.now)
    if answer.due:
        found.parts.wake()
    return response


def admit_malformed(request: Request) -> None:
    """Refuse what is refused before it matters that parts are not as described.

    Raises:
        Problem: 401, 403, 429; 400 or 428 without a header that the operation needs.
    """
    with read(request):
        needed = headers_asked(request)
    if "idempotency-key" in needed:
        _idempotency_key(request)
    if "if-match" in needed:
        require_some_match(request)


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise Problem(
            400, Code.IDEMPOTENCY_KEY_MISSING, f"This needs an Idempotency-Key of 1 to {_LONGEST_KEY} characters."
        )
    return key


def _asked(request: Request, call: Call) -> idempotency.Request:
    key = _idempotency_key(request)
    body = request.scope["state"]["body"]
    secret = call.parts.web_key.derive("fingerprint")
    return idempotency.Request(
        key_id=call.key.id,
        key=key,
        method=request.method,
        path=request.url.path,
        fingerprint=hmac.new(secret, _canonical(body), hashlib.sha256).hexdigest(),
    )


def _canonical(body: bytes) -> bytes:
    """The same for the same JSON, however it is written."""
    try:
        return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except ValueError:
        return body


@contextmanager
def _alone(asked: idempotency.Request) -> Iterator[None]:
    """One at a time in this process; between processes the database sees to it."""
    name = (asked.key_id, asked.key)
    with _running_lock:
        if name in _running:
            raise _in_progress()
        _running.add(name)
    try:
        yield
    finally:
        with _running_lock:
            _running.discard(name)


def _in_progress() -> Problem:
    return Problem(
        409,
        Code.IN_PROGRESS,
        "A request under this Idempotency-Key is still running; ask again with the same key.",
        headers={"Retry-After": "1"},
    )


def _again(before: idempotency.Stored, asked: idempotency.Request) -> Response:
    if before.request != asked:
        raise Problem(
            422, Code.IDEMPOTENCY_KEY_REUSED, "This Idempotency-Key was used for another request; take a new one."
        )
    if before.shows_secret:
        raise Problem(
            409,
            Code.SECRET_SHOWN_ONCE,
            "This was done, and its answer contained a secret that is shown only once; for another one take a new key.",
        )
    headers = {**before.headers, "Idempotent-Replayed": "true"}
    if before.body is None:
        return Response(status_code=before.status, headers=headers)
    return Response(before.body, before.status, headers=headers, media_type="application/json")
