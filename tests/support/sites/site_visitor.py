"""Visits the stand-in's site without a browser.

Cookies, redirects and forms, no scripts.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from selectolax.lexbor import LexborHTMLParser, LexborNode
from yarl import URL

from fixtures.stand_in.scenario import User
from fixtures.stand_in.sign_in.one_time_codes import Seed
from fixtures.stand_in.world import StandIn

HOST = "sellercentral.amazon.com"


class _Here(AbstractResolver):
    """Every name leads to one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Seen:
    """The page at the end of the redirects."""

    url: str
    status: int
    text: str
    headers: dict[str, str]
    hops: list[str] = field(default_factory=list)

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    def has(self, selector: str) -> bool:
        return self.tree.css_first(selector) is not None

    def text_of(self, selector: str) -> str:
        node = self.tree.css_first(selector)
        assert node is not None, f"no {selector} on {self.url}"
        return node.text(strip=True)


class Visitor:
    """One browser without scripts."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.seen = Seen(url=f"https://{HOST}/", status=0, text="", headers={})

    async def get(self, url: str) -> Seen:
        return await self._ask("GET", urljoin(self.seen.url, url), None)

    async def post(self, url: str, fields: dict[str, str], *, json: Any = None) -> Seen:
        return await self._ask("POST", urljoin(self.seen.url, url), fields, json=json)

    async def submit(self, selector: str = "form", **fields: str) -> Seen:
        """Send a form of the page with its hidden fields and these.

        A field's value None-like "" is sent too.
        """
        form = self.seen.tree.css_first(selector)
        assert form is not None, f"no {selector} on {self.seen.url}:\n{self.seen.text[:2000]}"
        given = {**_fields_of(form), **fields}
        url = urljoin(self.seen.url, form.attributes.get("action") or self.seen.url)
        if (form.attributes.get("method") or "get").lower() == "post":
            return await self._ask("POST", url, given)
        return await self.get(str(URL(url).with_query(given)))

    async def _ask(self, method: str, url: str, fields: dict[str, str] | None, *, json: Any = None) -> Seen:
        hops = []
        for _ in range(12):
            async with self.session.request(method, url, data=fields, json=json, allow_redirects=False) as answer:
                text = await answer.text()
                hops.append(f"{method} {answer.url.path} {answer.status}")
                self.seen = Seen(
                    url=str(answer.url), status=answer.status, text=text, headers=dict(answer.headers), hops=hops
                )
                if answer.status != 302:
                    return self.seen
                method, url, fields, json = "GET", urljoin(url, answer.headers["Location"]), None, None
        raise AssertionError(f"too many redirects: {hops}")


def _fields_of(form: LexborNode) -> dict[str, str]:
    fields: dict[str, str] = {}
    for node in form.css("input, select"):
        name, kind = node.attributes.get("name"), node.attributes.get("type") or "text"
        if not name or kind in ("submit", "checkbox") or (kind == "radio" and "checked" not in node.attributes):
            continue
        fields.setdefault(name, node.attributes.get("value") or "")
    return fields


@asynccontextmanager
async def visiting(stand_in: StandIn) -> AsyncIterator[Visitor]:
    """Open a fresh visitor."""
    connector = aiohttp.TCPConnector(ssl=False, resolver=_Here(stand_in.port), use_dns_cache=False, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Visitor(session)


def code_now(stand_in: StandIn, user: User, *, steps: int = 0) -> str:
    """Return the user's code at the site's present, or some steps from it."""
    seed: Seed = user.seed()
    return seed.code(seed.step(stand_in.realm.now()) + steps)


async def sign_in(visitor: Visitor, stand_in: StandIn, user: User, url: str = f"https://{HOST}/home") -> Seen:
    """Sign in by email, password and code, in whatever order these three are asked for."""
    seen = await visitor.get(url)
    for _ in range(6):
        if seen.has("#auth-mfa-form"):
            seen = await visitor.submit("#auth-mfa-form", otpCode=code_now(stand_in, user))
        elif seen.has("form[name=signIn] #ap_password") and seen.has("#auth-email-claim"):
            seen = await visitor.submit("form[name=signIn]", password=user.password)
        elif seen.has("form[name=signIn] #ap_password"):
            seen = await visitor.submit("form[name=signIn]", email=user.email, password=user.password)
        elif seen.has("form[name=signIn]"):
            seen = await visitor.submit("form[name=signIn]", email=user.email, password="")
        else:
            break
    return seen
