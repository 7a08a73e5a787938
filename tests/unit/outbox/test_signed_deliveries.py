"""What a receiver gets: a CloudEvent under Standard Webhooks headers, checked by the field's own verifiers."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cloudevents.v1.http import from_http
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.engine import Engine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from agent.store.database.engine import reading, writing
from agent.store.vault.keys import Vault
from agent.store.webhooks import endpoints
from tests.support.servers.receiver import Received, receiving
from tests.support.stored.registry import add_account
from tests.support.web.webhooks import Outlet


def is_signed_by(public_key: bytes, received: Received) -> bool:
    """Whether one of the `v1a` signatures is this key's."""
    message = f"{received.id}.{received.headers['webhook-timestamp']}.".encode() + received.body
    signatures = [each.split(",") for each in received.headers["webhook-signature"].split(" ")]
    for version, signature in signatures:
        if version == "v1a":
            try:
                Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(signature), message)
            except InvalidSignature:
                continue
            return True
    return False


async def test_an_event_is_taken_by_both_verifiers_of_the_field(any_engine: Engine) -> None:
    outlet = Outlet(engine=any_engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        with writing(any_engine) as conn:
            add_account(conn, now=datetime.now(UTC))
        await outlet.drain()
    received = receiver.received[-1]
    assert Webhook(made.keys.secret).verify(received.body, dict(received.headers)) == received.event
    event = from_http(dict(received.headers), received.body)
    assert (event["id"], event["type"], event["subject"]) == (
        received.id,
        "com.channeladvisor.secondary_user.account.registered.v1",
        "A1",
    )
    assert (event.get_data() or {})["status"]["account"] == "A1"
    assert is_signed_by(made.keys.public_bytes, received)


async def test_another_secret_and_another_body_are_not_taken(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
    (received,) = receiver.received
    other = Webhook("whsec_" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(WebhookVerificationError):
        other.verify(received.body, dict(received.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(made.keys.secret).verify(received.body + b" ", dict(received.headers))


async def test_for_a_day_after_a_rotation_both_secrets_sign_and_then_the_new_one_alone(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        with writing(engine) as conn:
            new = endpoints.rotate(conn, made.endpoint.id, sealing=outlet.sealing, now=outlet.clock.now())
            published = list(endpoints.public_keys(conn, sealing=outlet.sealing, now=outlet.clock.now()))
        outlet.happen("A1", 1)
        await outlet.drain()
        outlet.clock.move(hours=25)
        outlet.happen("A1", 2)
        await outlet.drain()
    both, alone = receiver.received[-2:]
    for secret in (made.keys.secret, new.secret):
        Webhook(secret).verify(both.body, dict(both.headers))
    assert is_signed_by(made.keys.public_bytes, both)
    assert is_signed_by(new.public_bytes, both)
    assert len(alone.headers["webhook-signature"].split(" ")) == 2
    assert is_signed_by(new.public_bytes, alone)
    assert not is_signed_by(made.keys.public_bytes, alone)
    assert {key["public_key"] for key in published} == {made.keys.public_key, new.public_key}


async def test_no_stored_byte_is_the_secret(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    made = outlet.add("http://127.0.0.1:1/")
    with reading(engine) as conn:
        endpoint = endpoints.get(conn, made.endpoint.id)
    assert made.keys.shared not in endpoint.sealed
    assert base64.b64encode(made.keys.shared) not in endpoint.sealed
    assert made.keys.secret not in json.dumps(str(endpoint) + repr(made.keys))


async def test_under_another_web_key_nothing_is_sent_and_the_log_says_why(engine: Engine) -> None:
    outlet = Outlet(engine=engine)
    async with receiving() as receiver:
        made = await outlet.active(receiver.url)
        changed = Outlet(engine=engine, clock=outlet.clock, sealing=Vault(b"y" * 32))
        changed.happen("A1", 1)
        await changed.drain()
        assert receiver.taken == []
    assert "SC_AGENT_WEB__KEY" in (changed.deliveries(made.endpoint.id)[-1].error or "")
