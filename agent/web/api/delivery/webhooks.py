"""/webhook-endpoints and /deliveries.

Where events are sent, and what became of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import JSONResponse, Response

from agent.domain.published.event_types import EventType, UnknownEventTypeError, parse_type
from agent.outbox.address_guard import AddressRefusedError
from agent.outbox.endpoint_actions import (
    add_endpoint,
    change_endpoint,
    describe_delivery,
    describe_endpoint,
    require_receiver,
)
from agent.store.api.api_keys import Scope
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import UnknownDeliveryError
from agent.store.webhooks.endpoints import Endpoint, UnknownEndpointError
from agent.web.api.documents import Given
from agent.web.api.headers import needs
from agent.web.http import cursors
from agent.web.http.calls import Answer, Call, change, parts_of, read
from agent.web.http.problems import Code, Problem, not_found, unknown_type

router = APIRouter()

Url = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[\x21-\x7e]+$")]
Type = Annotated[str, StringConstraints(max_length=100)]
_LONGEST_NUMBER = 15


class NewEndpoint(Given):
    """Where events are sent, and which; every type when none is named."""

    url: Url
    events: tuple[Type, ...] = ()


class EndpointChanges(Given):
    """What is to be changed; another address has to answer a ping first."""

    url: Url | None = None
    events: list[Type] | None = None


class EndpointDocument(BaseModel):
    """An endpoint; its secret is never shown again."""

    id: str
    url: str
    events: list[str]
    state: str
    reason: str | None
    waiting: int
    created_at: str
    verified_at: str | None
    failing_since: str | None
    disabled_at: str | None


class MadeEndpoint(EndpointDocument):
    """The first answer: with the secret, shown once."""

    secret: str
    public_key: str


class Endpoints(BaseModel):
    """Every endpoint, the oldest first."""

    endpoints: list[EndpointDocument]


class Keys(BaseModel):
    """New keys; the old ones sign beside them for 24 hours."""

    secret: str
    public_key: str


class DeliveryDocument(BaseModel):
    """One line of the delivery log; the answer's first kilobyte, redacted."""

    id: int
    endpoint: str
    kind: str
    state: str
    event: str
    type: str
    sequence: int | None
    attempts: int
    status: int | None
    error: str | None
    answer: str | None
    at: str
    next_try_at: str | None
    ended_at: str | None


class Deliveries(BaseModel):
    """An endpoint's deliveries, the newest first."""

    deliveries: list[DeliveryDocument]
    next_cursor: str | None


@router.post(
    "/webhook-endpoints", status_code=201, response_model=MadeEndpoint, openapi_extra=needs(Scope.WEBHOOKS_WRITE)
)
def add_webhook_endpoint(request: Request, body: NewEndpoint) -> Response:
    """Register an endpoint. It is active once it has answered a signed ping with 2xx."""
    with read(request) as call:
        settings = call.parts.settings
    wanted = _types(body.events)
    with _refusals():
        require_receiver(body.url, settings)

    def effect(call: Call) -> Answer:
        sealing = call.parts.web_key.vault()
        made = add_endpoint(call.conn, url=body.url, types=wanted, sealing=sealing, now=call.now)
        document = {**_described(call, made.endpoint), "secret": made.keys.secret, "public_key": made.keys.public_key}
        return Answer(201, document, {"Location": f"/api/v1/webhook-endpoints/{made.endpoint.id}"})

    return change(request, effect=effect)


@router.get("/webhook-endpoints", response_model=Endpoints, openapi_extra=needs(Scope.WEBHOOKS_WRITE))
def list_webhook_endpoints(request: Request) -> Response:
    """List the endpoints."""
    with read(request) as call:
        return JSONResponse({"endpoints": [_described(call, each) for each in endpoints.list_all(call.conn)]})


@router.get(
    "/webhook-endpoints/{endpoint_id}", response_model=EndpointDocument, openapi_extra=needs(Scope.WEBHOOKS_WRITE)
)
def get_webhook_endpoint(request: Request, endpoint_id: str) -> Response:
    """Read one endpoint."""
    with read(request) as call, _refusals():
        return JSONResponse(_described(call, endpoints.get(call.conn, _named(endpoint_id))))


@router.patch(
    "/webhook-endpoints/{endpoint_id}", response_model=EndpointDocument, openapi_extra=needs(Scope.WEBHOOKS_WRITE)
)
def change_webhook_endpoint(request: Request, endpoint_id: str, body: EndpointChanges) -> Response:
    """Change where and what."""
    with read(request):
        settings = parts_of(request).settings
    wanted = None if body.events is None else _types(body.events)
    with _refusals():
        if body.url is not None:
            require_receiver(body.url, settings)

    def effect(call: Call) -> Answer:
        with _refusals():
            changed = change_endpoint(call.conn, _named(endpoint_id), url=body.url, types=wanted, now=call.now)
        return Answer(200, _described(call, changed))

    return change(request, effect=effect)


@router.delete(
    "/webhook-endpoints/{endpoint_id}",
    status_code=204,
    response_class=Response,
    openapi_extra=needs(Scope.WEBHOOKS_WRITE),
)
def remove_webhook_endpoint(request: Request, endpoint_id: str) -> Response:
    """Forget an endpoint and what waits for it."""

    def effect(call: Call) -> Answer:
        with _refusals():
            endpoints.remove(call.conn, _named(endpoint_id))
        return Answer(204)

    return change(request, effect=effect)


@router.post(
    "/webhook-endpoints/{endpoint_id}/test",
    status_code=202,
    response_model=DeliveryDocument,
    openapi_extra=needs(Scope.WEBHOOKS_WRITE),
)
def test_webhook_endpoint(request: Request, endpoint_id: str) -> Response:
    """Have a signed ping sent; a 2xx answer makes the endpoint active."""

    def effect(call: Call) -> Answer:
        with _refusals():
            endpoints.get(call.conn, _named(endpoint_id), lock=True)
        row_id = deliveries.ping(call.conn, endpoint_id, now=call.now)
        return Answer(202, describe_delivery(deliveries.get(call.conn, row_id)))

    return change(request, effect=effect)


@router.post(
    "/webhook-endpoints/{endpoint_id}/rotate-secret", response_model=Keys, openapi_extra=needs(Scope.WEBHOOKS_WRITE)
)
def rotate_webhook_secret(request: Request, endpoint_id: str) -> Response:
    """Draw a new secret, shown once; both sign for 24 hours."""

    def effect(call: Call) -> Answer:
        with _refusals():
            keys = endpoints.rotate(call.conn, _named(endpoint_id), sealing=call.parts.web_key.vault(), now=call.now)
        return Answer(200, {"secret": keys.secret, "public_key": keys.public_key})

    return change(request, effect=effect)


@router.get(
    "/webhook-endpoints/{endpoint_id}/deliveries", response_model=Deliveries, openapi_extra=needs(Scope.WEBHOOKS_WRITE)
)
def list_deliveries(
    request: Request,
    endpoint_id: str,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """List what was sent, and what came of it."""
    with read(request) as call, _refusals():
        endpoints.get(call.conn, _named(endpoint_id))
        kind = f"deliveries {endpoint_id}"
        place = cursors.decode(call.parts.web_key, kind, cursor)
        below = None if place is None else int(place)
        found = deliveries.list_of(call.conn, endpoint_id, limit=limit, below=below)
        more = cursors.encode(call.parts.web_key, kind, str(found[-1].id)) if len(found) == limit else None
    return JSONResponse({"deliveries": [describe_delivery(each) for each in found], "next_cursor": more})


@router.post(
    "/deliveries/{delivery_id}/replay",
    status_code=202,
    response_model=DeliveryDocument,
    openapi_extra=needs(Scope.WEBHOOKS_WRITE),
)
def replay_delivery(request: Request, delivery_id: str) -> Response:
    """Have an event sent once more under its own id, signed with today's secret."""
    if not (delivery_id.isascii() and delivery_id.isdigit() and len(delivery_id) <= _LONGEST_NUMBER):
        with read(request):
            raise not_found("delivery")

    def effect(call: Call) -> Answer:
        with _refusals():
            row_id = deliveries.replay(call.conn, int(delivery_id), now=call.now)
        return Answer(202, describe_delivery(deliveries.get(call.conn, row_id)))

    return change(request, effect=effect)


def _described(call: Call, endpoint: Endpoint) -> dict[str, Any]:
    return describe_endpoint(endpoint, waiting=deliveries.count_waiting(call.conn, endpoint.id))


def _named(endpoint_id: str) -> str:
    if "\x00" in endpoint_id:
        raise not_found("webhook endpoint")
    return endpoint_id


def _types(names: Collection[str]) -> tuple[EventType, ...]:
    try:
        return tuple(sorted({parse_type(name) for name in names}))
    except UnknownEventTypeError as err:
        raise unknown_type("/body/events") from err


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AddressRefusedError as err:
        detail = "Events are not sent to this address: it is no https URL of a receiver that may be reached."
        errors = [{"pointer": "/body/url", "detail": "see address_refused in docs/operations.md"}]
        raise Problem(422, Code.ADDRESS_REFUSED, detail, errors=errors) from err
    except UnknownEndpointError as err:
        raise not_found("webhook endpoint") from err
    except UnknownDeliveryError as err:
        raise not_found("delivery") from err
