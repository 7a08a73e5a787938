"""What an attempt means: for the delivery, for its line, and for the endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agent.outbox.outbound import Outbound
from agent.outbox.retries import DISABLED_AFTER, SET_ASIDE_AFTER, next_try
from agent.outbox.sender import Attempt
from agent.store.database.handles import Connection
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import DeliveryKind, DeliveryState
from agent.store.webhooks.endpoints import Endpoint, EndpointState, UnknownEndpointError

_GONE = 410
_BUSY = frozenset({429, 502, 503, 504})  # the receiver as a whole wants a rest, not this event
_REST_AT_MOST = timedelta(minutes=5)  # unless it says more itself


class News(StrEnum):
    """What people are told of."""

    NOTHING = "nothing"
    FAILED = "failed"
    SET_ASIDE = "set_aside"
    DISABLED = "disabled"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The delivery's state after the attempt, and what is new of the endpoint."""

    state: DeliveryState
    news: News = News.NOTHING
    reason: str = ""


def conclude(conn: Connection, outbound: Outbound, attempt: Attempt, *, now: datetime, chance: float) -> Concluded:
    """Write down what an attempt came to."""
    try:
        endpoint = endpoints.get(conn, outbound.endpoint.id, lock=True)
    except UnknownEndpointError:
        return Concluded(state=DeliveryState.FAILED)
    if attempt.is_success:
        return _succeeded(conn, endpoint, outbound, attempt, now)
    match outbound.delivery.kind:
        case DeliveryKind.EVENT:
            return _event_failed(conn, endpoint, outbound, attempt, now, chance)
        case DeliveryKind.PING if endpoint.state is EndpointState.PENDING and attempt.status != _GONE:
            return _try_again(conn, outbound, attempt, now, chance, news=News.FAILED)
        case DeliveryKind.PING | DeliveryKind.REPLAY:
            _record(conn, outbound, attempt, DeliveryState.FAILED, now)
            return Concluded(state=DeliveryState.FAILED, news=News.FAILED, reason=words_of(attempt))


def words_of(attempt: Attempt) -> str:
    """An attempt in a few words."""
    return attempt.error or f"answered {attempt.status}"


def _succeeded(conn: Connection, endpoint: Endpoint, outbound: Outbound, attempt: Attempt, now: datetime) -> Concluded:
    kind = outbound.delivery.kind
    _record(conn, outbound, attempt, DeliveryState.DELIVERED, now)
    if (
        kind is DeliveryKind.PING
        and endpoint.url == outbound.endpoint.url
        and endpoint.state is not EndpointState.ACTIVE
    ):
        endpoints.activate(conn, endpoint, now=now)
        return Concluded(state=DeliveryState.DELIVERED, news=News.VERIFIED)
    if kind is DeliveryKind.EVENT and endpoint.failing_since is not None:
        endpoints.note_working(conn, endpoint.id)
    return Concluded(state=DeliveryState.DELIVERED)


def _event_failed(
    conn: Connection, endpoint: Endpoint, outbound: Outbound, attempt: Attempt, now: datetime, chance: float
) -> Concluded:
    since = endpoint.failing_since or now
    if endpoint.failing_since is None:
        endpoints.note_failing(conn, endpoint.id, since=now)
    is_gone = attempt.status == _GONE
    if is_gone or now - since >= DISABLED_AFTER:
        reason = "the receiver answered 410" if is_gone else f"no delivery succeeded since {since:%Y-%m-%d %H:%M} UTC"
        _record(conn, outbound, attempt, DeliveryState.WAITING, now, next_try_at=now)  # sent when it is active again
        if endpoint.state is EndpointState.ACTIVE:
            endpoints.disable(conn, endpoint, reason=reason, now=now)
        return Concluded(state=DeliveryState.WAITING, news=News.DISABLED, reason=reason)
    concluded = _try_again(conn, outbound, attempt, now, chance, news=News.FAILED)
    if attempt.status in _BUSY or attempt.retry_after:
        endpoints.rest(conn, endpoint.id, until=now + _rest(outbound, attempt, now, chance))
    return concluded


def _try_again(
    conn: Connection, outbound: Outbound, attempt: Attempt, now: datetime, chance: float, *, news: News
) -> Concluded:
    if outbound.body is None or deliveries.tried_too_long(outbound.delivery, now=now, at_most=SET_ASIDE_AFTER):
        _record(conn, outbound, attempt, DeliveryState.SET_ASIDE, now)
        return Concluded(state=DeliveryState.SET_ASIDE, news=News.SET_ASIDE, reason=words_of(attempt))
    attempts = outbound.delivery.attempts + 1
    again = next_try(attempts, now=now, chance=chance, retry_after=attempt.retry_after)
    _record(conn, outbound, attempt, DeliveryState.WAITING, now, next_try_at=again)
    return Concluded(state=DeliveryState.WAITING, news=news, reason=words_of(attempt))


def _rest(outbound: Outbound, attempt: Attempt, now: datetime, chance: float) -> timedelta:
    again = next_try(outbound.delivery.attempts + 1, now=now, chance=chance) - now
    return attempt.retry_after or min(again, _REST_AT_MOST)


def _record(
    conn: Connection,
    outbound: Outbound,
    attempt: Attempt,
    state: DeliveryState,
    now: datetime,
    *,
    next_try_at: datetime | None = None,
) -> None:
    deliveries.record(
        conn,
        outbound.delivery,
        now=now,
        state=state,
        next_try_at=next_try_at,
        status=attempt.status,
        error=attempt.error,
        answer=attempt.answer,
    )
