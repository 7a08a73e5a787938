"""A page of the platform with the panel in it, and a way into the console."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from agent.pages import page_text
from agent.rehearsal.demo.client import PATIENCE, TaleError
from agent.rehearsal.demo.processes import DemoProcesses
from agent.settings.web_address import NAME

PERSON = "demo"
_LOOK_EVERY = 0.1  # seconds
_PAGE = Path(__file__).with_suffix(".html")


@dataclass(slots=True, kw_only=True)
class HostPage:
    """What the page needs of the agent.

    Where it listens, tokens of the panel, and sign-in addresses.
    """

    agent: str
    accounts: Sequence[str]
    token: Callable[[str, str], Awaitable[str]]  # of an account, for an origin
    sign_in: Callable[[], Awaitable[str]]
    origin: str = field(default="", init=False)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve it on loopback; yields its address."""
        from aiohttp import web

        async def page(request: web.Request) -> web.Response:
            account = request.query.get("account", self.accounts[0])
            if account not in self.accounts:
                raise web.HTTPNotFound
            text = await self.render(account)
            return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

        async def token(request: web.Request) -> web.Response:
            account = request.query.get("account", "")
            if account not in self.accounts or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
                raise web.HTTPNotFound
            return web.Response(text=await self.token(account, self.origin))

        async def console(_request: web.Request) -> web.Response:
            raise web.HTTPSeeOther(await self.sign_in())

        app = web.Application()
        app.add_routes([web.get("/", page), web.get("/token", token), web.get("/console", console)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self.origin
        finally:
            await runner.cleanup()

    async def render(self, account: str) -> str:
        """The page of one customer."""
        current = ' aria-current="page"'
        links = "".join(
            f'<li><a href="/?account={page_text(each)}"{current if each == account else ""}>{page_text(each)}</a></li>'
            for each in self.accounts
        )
        values = {
            "agent": self.agent,
            "account": account,
            "token": await self.token(account, self.origin),
        }
        text = _PAGE.read_text(encoding="utf-8").replace("{links}", links)
        for name, value in values.items():
            text = text.replace("{" + name + "}", page_text(value))
        return text


async def address_of_agent(processes: DemoProcesses) -> str:
    """Where the daemon serves the web role, once it does.

    Raises:
        TaleError: it does not within the time a story has.
    """
    file, ends = processes.data_dir / NAME, time.monotonic() + PATIENCE
    while not (file.is_file() and (address := file.read_text(encoding="ascii"))):
        if time.monotonic() > ends:
            raise TaleError(f"the daemon serves no console: {processes.last_words()}")
        await asyncio.sleep(_LOOK_EVERY)
    return f"http://{address}"


async def host_page_of(processes: DemoProcesses, agent: str, accounts: Sequence[str]) -> HostPage:
    """The page of a running demo: a person and a key are made for it.

    Raises:
        TaleError: a command fails.
    """
    import httpx

    made = await _run(processes, "api-keys", "create", PERSON, "--scopes", "embed:write", "--json")
    key = json.loads(made)["key"]
    await _run(processes, "people", "add", PERSON, "--role", "admin")

    async def token(account: str, origin: str) -> str:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            body = {"account": account, "origin": origin}
            answer = await client.post(f"{agent}/api/v1/embed-tokens", json=body, headers=headers)
        return str(answer.raise_for_status().json()["token"])

    async def sign_in() -> str:
        return str(json.loads(await _run(processes, "console", "--as", PERSON, "--json"))["url"])

    return HostPage(agent=agent, accounts=accounts, token=token, sign_in=sign_in)


async def _run(processes: DemoProcesses, *arguments: str) -> str:
    code, out, err = await processes.command(*arguments)
    if code != 0:
        raise TaleError(f"sc-agent {arguments[0]} failed: {err.strip()}")
    return out
