"""The lines of a take-over at the door: tickets, roles, sessions and origins; and who may ask for a page at all."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store.console import people
from agent.store.console.people import Role
from agent.store.database.engine import writing
from agent.store.people import line_tickets, takeovers
from agent.store.people.line_tickets import LinePurpose
from agent.store.people.takeovers import Takeover
from agent.store.sign_in import acts
from agent.store.vault.keys import Vault
from flows.models import Act
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import add_account
from tests.support.web.console import signed_in, submit
from tests.support.web.web_server import WebServer, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def web(engine: Engine, tmp_path: Path) -> AsyncIterator[WebServer]:
    with writing(engine) as conn:
        add_account(conn, "A1")
        needy: dict[str, Any] = {"authorization": State.NEEDS_HUMAN, "failure_code": "challenge", "due": None}
        write_account(conn, "A1", **needy)
    key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
    settings = Settings(data_dir=tmp_path, web=WebSettings(address="127.0.0.1:0", key=key))
    async with serving(engine, settings, Vault(os.urandom(32))) as served:
        yield served


def offered(web: WebServer, *, claimed_by: str | None = None) -> Takeover:
    """A page that is offered, or claimed."""
    now = utc_now()
    with writing(web.engine) as conn:
        told: dict[str, Any] = {"visit_id": "v1", "worker": "w1", "screen": "captcha_cvf"}
        made = takeovers.offer(conn, "A1", deadline=now + timedelta(seconds=90), now=now, **told)
        if claimed_by is not None:
            assert takeovers.claim(conn, made.id, person=claimed_by, allows_unknown=False, now=now)
    return made


def line_ticket(web: WebServer, made: Takeover, *, now: datetime | None = None) -> str:
    with writing(web.engine) as conn:
        return line_tickets.make(conn, made.id, LinePurpose.LINE, now=now or utc_now())


async def is_let_in(web: WebServer, path: str, ticket: Any, **headers: str) -> bool:
    """Whether a socket that shows this ticket stays open."""
    url = web.url.replace("http", "ws", 1) + path
    try:
        async with connect(url, additional_headers=headers, proxy=None) as socket:
            await socket.send(json.dumps({"ticket": ticket}))
            if "view" not in path:
                return await joined(web, socket)
            return bool(json.loads(await socket.recv())["type"] == "away")
    except (ConnectionClosed, InvalidStatus):
        return False


async def joined(web: WebServer, socket: ClientConnection) -> bool:
    """Whether the relay has the line, as long as it is not closed."""
    while not web.role.parts.relay.takeovers:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await socket.recv()
    return True


async def view_ticket(client: httpx.AsyncClient) -> httpx.Response:
    return await submit(client, "/access", "/takeover/A1/ticket")


async def test_worker_is_let_in_once_by_its_ticket(web: WebServer) -> None:
    made = offered(web)
    ticket = line_ticket(web, made)
    assert await is_let_in(web, f"/takeover-line/{made.id}", ticket)
    assert not await is_let_in(web, f"/takeover-line/{made.id}", ticket)


@pytest.mark.parametrize("wrong", ["guess", "", None, 7, "old", "of another", "view"])
async def test_worker_with_a_bad_ticket_is_refused(web: WebServer, wrong: Any) -> None:
    made, now = offered(web), utc_now()
    ticket = wrong
    if wrong == "old":
        ticket = line_ticket(web, made, now=now - timedelta(seconds=31))
    elif wrong in ("of another", "view"):
        with writing(web.engine) as conn:
            other = "0" * 32 if wrong == "of another" else made.id
            purpose = LinePurpose.VIEW if wrong == "view" else LinePurpose.LINE
            ticket = line_tickets.make(conn, other, purpose, now=now)
    assert not await is_let_in(web, f"/takeover-line/{made.id}", ticket)


async def test_browser_is_no_worker_and_a_worker_line_of_an_ended_one_is_refused(web: WebServer) -> None:
    made = offered(web)
    assert not await is_let_in(web, f"/takeover-line/{made.id}", line_ticket(web, made), Origin=web.url)
    with writing(web.engine) as conn:
        assert takeovers.move(conn, made.id, TakeoverState.EXPIRED, now=utc_now())
    assert not await is_let_in(web, f"/takeover-line/{made.id}", line_ticket(web, made))


async def test_person_comes_in_by_ticket_session_and_own_origin_together(web: WebServer) -> None:
    made = offered(web, claimed_by="dora")
    async with signed_in(web, name="dora", role=Role.DRIVER) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        path = f"/takeover-view/{made.id}"

        async def ticket() -> str:
            return str((await view_ticket(client)).json()["ticket"])

        own = {"Origin": web.url, "Cookie": cookie}
        assert await is_let_in(web, path, await ticket(), **own)
        assert not await is_let_in(web, path, await ticket(), Origin="https://evil.example", Cookie=cookie)
        assert not await is_let_in(web, path, await ticket(), Cookie=cookie)
        assert not await is_let_in(web, path, await ticket(), Origin=web.url)
        async with signed_in(web, name="eve", role=Role.DRIVER) as other:
            hers = "; ".join(f"{name}={value}" for name, value in other.cookies.items())
            assert not await is_let_in(web, path, await ticket(), Origin=web.url, Cookie=hers)
            assert (await view_ticket(other)).status_code == 409
        last = await ticket()
        with writing(web.engine) as conn:
            people.save(conn, "dora", Role.OPERATOR, now=utc_now())
        assert not await is_let_in(web, path, last, **own)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_smaller_roles_can_neither_ask_nor_claim_nor_get_a_ticket(web: WebServer, role: Role) -> None:
    async with signed_in(web, name="vera", role=role) as client:
        assert (await submit(client, "/accounts/A1", "/takeover/A1/ask")).status_code == 403
        made = offered(web)
        page = await client.get("/takeover/A1")
        assert "Claim the page" not in page.text
        assert (await submit(client, "/access", "/takeover/A1/claim", takeover=made.id)).status_code == 403
        assert (await view_ticket(client)).status_code == 403


async def test_second_driver_cannot_claim_what_another_has(web: WebServer) -> None:
    made = offered(web, claimed_by="dora")
    async with signed_in(web, name="eve", role=Role.DRIVER) as client:
        assert "dora</bdi> has the page" in (await client.get("/takeover/A1")).text
        answer = await submit(client, "/access", "/takeover/A1/claim", takeover=made.id)
        assert answer.status_code == 409


async def test_only_an_admin_lets_an_unknown_page_be_used(web: WebServer) -> None:
    made = offered(web)
    async with signed_in(web, name="dora", role=Role.DRIVER) as client:
        answer = await submit(client, "/access", "/takeover/A1/claim", takeover=made.id, allow_unknown="yes")
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"failure_code": "password_rejected"}, "does not help"),
        ({"internal_reason": "the site asks for a person (account_locked): solve it"}, "account_locked"),
        ({"authorization": State.COMPLETE}, "does not wait for a person"),
    ],
)
async def test_page_is_not_asked_for_where_a_person_cannot_help(
    web: WebServer, change: dict[str, Any], words: str
) -> None:
    with writing(web.engine) as conn:
        write_account(conn, "A1", **change)
    async with signed_in(web, name="dora", role=Role.DRIVER) as client:
        answer = await submit(client, "/access", "/takeover/A1/ask")
        assert answer.status_code == 409
        assert words in answer.text


async def test_rejected_password_refuses_a_fresh_take_over_and_a_doubted_one_keeps_the_budget(web: WebServer) -> None:
    with writing(web.engine) as conn:
        acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id="v1", now=utc_now())
        acts.conclude_last(conn, "A1", Act.TYPE_PASSWORD, "doubted", visit_id="v1")
    async with signed_in(web, name="dora", role=Role.DRIVER) as client:
        assert (await submit(client, "/access", "/takeover/A1/ask")).status_code == 200
        with writing(web.engine) as conn:
            assert not acts.doubted_since_release(conn, "A1", Act.TYPE_PASSWORD)
            assert acts.not_taken_since(conn, "A1", Act.TYPE_PASSWORD, utc_now() - timedelta(hours=1)) == 1
            found = takeovers.newest_of(conn, "A1")
            assert found is not None
            takeovers.move(conn, found.id, TakeoverState.EXPIRED, now=utc_now())
            acts.conclude_last(conn, "A1", Act.TYPE_PASSWORD, "rejected", visit_id="v1")
        answer = await submit(client, "/access", "/takeover/A1/ask")
        assert answer.status_code == 409
        assert "never typed again" in answer.text


async def test_take_over_switched_off_is_refused_and_unknown_names_are_not_found(web: WebServer) -> None:
    async with signed_in(web, name="dora", role=Role.DRIVER) as client:
        for name in ("A9", "0" * 32, "%00"):
            assert (await client.get(f"/takeover/{name}")).status_code == 404
