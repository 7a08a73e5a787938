"""A signed-in browser or client of the console."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import writing
from tests.support.web.web_server import WebServer


def address(web: WebServer, *, name: str = "ops", role: Role = Role.ADMIN) -> str:
    """A sign-in address of one use for a person of this role."""
    parts = web.role.parts
    with writing(web.engine) as conn:
        people.save(conn, name, role, now=parts.clock.now())
        ticket = sessions.make_ticket(conn, parts.web_key, name, now=parts.clock.now())
    return f"{web.url}/sign-in?ticket={ticket}"


@asynccontextmanager
async def signed_in(web: WebServer, *, name: str = "ops", role: Role = Role.ADMIN) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a session, which follows redirects as a browser does."""
    async with web.bare(headers={"Sec-Fetch-Site": "same-origin"}) as client:
        client.follow_redirects = True
        answer = await client.get(address(web, name=name, role=role))
        assert answer.status_code == 200, answer.text
        yield client


def shown_by(answer: httpx.Response) -> str:
    """A page's source with white space as a browser shows it: lines of a template are of no account."""
    return " ".join(answer.text.split())


async def submit(client: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    """Send a form with the token that a page of this session carries."""
    token = re.search(r'name="form_token" value="(\w+)"', (await client.get(page)).text)
    data = {"form_token": token[1] if token else "", "reason": "because", **fields}
    return await client.post(to, data=data)
