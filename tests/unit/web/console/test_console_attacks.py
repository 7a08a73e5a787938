"""Every page, act and socket of the console under attack, read from its routes: a new one is attacked, too."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.routing import Route, WebSocketRoute

from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.database.schema import console_sessions, metadata
from agent.web.console.routes import routes
from tests.support.web.console import signed_in
from tests.support.web.filled_console import VISIT, fill
from tests.support.web.poisoned import poison
from tests.support.web.web_server import WebServer

HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>\x1b[31m\u202egnp</title></textarea>{{ 7*7 }}"
GIVEN = {
    "account": "A1",
    "visit": VISIT,
    "id": "A1",
    "number": "1",
    "takeover": VISIT,
    "request": VISIT,
    "name": "1.json",
}
OPEN = {
    "/sign-in",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/changes",
}  # nobody is signed in there yet; it has its own tests


def place(route: Route | WebSocketRoute) -> str:
    """An address of the route, with things that exist."""
    return re.sub(r"{(\w+)(:path)?}", lambda found: GIVEN[found[1]], route.path)


ALL = [route for route in routes() if isinstance(route, Route)]
ACTS = sorted(place(route) for route in ALL if "POST" in (route.methods or ()))
PAGES = sorted(place(route) for route in ALL if "GET" in (route.methods or ()) and route.path not in OPEN)
SOCKETS = sorted(place(route) for route in routes() if isinstance(route, WebSocketRoute))
VIEWERS_MAY = {"/access/end"}  # their own session


@pytest.fixture
def filled(engine: Engine, web: WebServer, tmp_path: Path) -> None:
    """Something on every page, the visit's evidence included."""
    fill(engine, web.role.parts.web_key.vault(), tmp_path)


def content(engine: Engine) -> dict[str, Any]:
    """All that is stored, but when a session was seen."""
    with reading(engine) as conn:
        tables = [table for table in metadata.sorted_tables if table.name != "console_sessions"]
        return {table.name: conn.execute(table.select()).all() for table in tables}


def fields(token: str) -> dict[str, str]:
    """A form with every field any act asks for."""
    named = {"task": "release:A1", "endpoint": "x", "delivery": "1", "session": "x", "audit": "2", "answer": "471182"}
    return {"form_token": token, "reason": "because", "name": "webinar", "takeover": VISIT, **named}


async def test_no_act_is_done_for_who_may_not(engine: Engine, web: WebServer, filled: None) -> None:
    async with signed_in(web, name="eve", role=Role.VIEWER) as viewer:
        token = sessions.form_token(web.role.parts.web_key, viewer.cookies["console"])
        before = content(engine)
        for act in ACTS:
            answer = await viewer.post(act, data=fields(token))
            assert answer.status_code == 403 or act in VIEWERS_MAY, act
    assert content(engine) == before


async def test_no_act_is_done_for_a_page_of_another_site(engine: Engine, web: WebServer, filled: None) -> None:
    foreign: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Host": "attacker.example"},
    ]
    async with signed_in(web) as admin:
        token = sessions.form_token(web.role.parts.web_key, admin.cookies["console"])
        before = content(engine)
        for act in ACTS:
            for headers in foreign:
                answer = await admin.post(act, data=fields(token), headers=headers)
                assert answer.status_code == (400 if "Host" in headers else 403), (act, headers)
            for wrong in ("", "0" * 64, "é"):
                assert (await admin.post(act, data=fields(wrong))).status_code == 403, (act, wrong)
            assert (await admin.get(act)).status_code in (200, 404, 405), act  # a page of that name, or nothing
    assert content(engine) == before


async def test_no_act_is_done_without_a_session_or_a_reason(engine: Engine, web: WebServer, filled: None) -> None:
    async with signed_in(web) as admin, web.bare(headers={"Sec-Fetch-Site": "same-origin"}) as nobody:
        token = sessions.form_token(web.role.parts.web_key, admin.cookies["console"])
        before = content(engine)
        for act in ACTS:
            assert (await nobody.post(act, data=fields(token))).status_code == 401, act
            if act.endswith("/ticket"):
                continue  # it changes nothing; the claim before it has asked why
            for reason in ("", " ", "x" * 501):
                answer = await admin.post(act, data=fields(token) | {"reason": reason})
                assert answer.status_code == 422, (act, reason)
    assert content(engine) == before


async def test_a_session_of_somebody_else_s_choice_opens_nothing(web: WebServer, filled: None) -> None:
    async with web.bare(headers={"Sec-Fetch-Site": "same-origin"}) as client:
        client.cookies.set("console", "chosen-by-somebody-else")
        token = sessions.form_token(web.role.parts.web_key, "chosen-by-somebody-else")
        for page in PAGES:
            answer = await client.get(page)
            assert (answer.status_code, "A1" in answer.text) == (401, False), page
        for act in ACTS:
            assert (await client.post(act, data=fields(token))).status_code == 401, act


async def test_no_page_is_shown_under_another_name_or_to_nobody(web: WebServer, filled: None) -> None:
    async with signed_in(web) as admin, web.bare() as nobody:
        for page in PAGES:
            assert (await nobody.get(page)).status_code == 401, page
            rebound = await admin.get(page, headers={"Host": "attacker.example"})
            assert (rebound.status_code, "A1" in rebound.text) == (400, False), page


async def test_an_act_that_cannot_be_undone_asks_for_a_fresh_sign_in(
    engine: Engine, web: WebServer, filled: None
) -> None:
    lasting = (
        "/mails/1/approve",
        "/takeover/A1/ask",
        "/takeover/A1/claim",
        "/survey/A1/ask",
        "/accounts/A1/findings/gone",
    )
    async with signed_in(web) as admin:
        token = sessions.form_token(web.role.parts.web_key, admin.cookies["console"])
        with writing(engine) as conn:
            then = web.role.parts.clock.now() - timedelta(minutes=5, seconds=1)
            conn.execute(console_sessions.update().values(proven_at=then))
        before = content(engine)
        for act in lasting:
            answer = await admin.post(act, data=fields(token))
            assert (answer.status_code, "five minutes" in answer.text) == (403, True), act
    assert content(engine) == before


async def test_no_text_anybody_can_write_becomes_markup_on_any_page(
    engine: Engine, web: WebServer, filled: None
) -> None:
    with writing(engine) as conn:
        people.save(conn, HOSTILE[:60], Role.VIEWER, now=web.role.parts.clock.now())
        poisoned = poison(conn, HOSTILE)
    assert poisoned >= 30  # columns that hold something
    async with signed_in(web) as admin:
        for page in [
            *PAGES,
            "/search?q=A1",
            f"/search?q={VISIT}",
            "/accounts/A1/findings?audit=2&against=1",
            "/accounts/A2",
        ]:
            answer = await admin.get(page)
            assert answer.status_code in (200, 404), page
            if "text/html" not in answer.headers["content-type"]:  # a file: no page of ours shows it
                kept = [answer.headers.get(name, "") for name in ("content-disposition", "content-security-policy")]
                assert kept[0].startswith("attachment") or kept[1].startswith("sandbox"), page
                continue
            assert not re.search(r"<img src=x|<script>alert|</textarea>|>49<", answer.text), page
            assert not {"\x1b", "\u202e"} & set(answer.text), page
            policy = answer.headers["content-security-policy"]
            assert ("default-src 'none'" in policy, "unsafe" in policy) == (True, False), page
            for attribute in re.findall(r'(?:href|src|action|formaction)="([^"]*)"', answer.text):
                assert re.match(r"[/?#]|$", attribute), (page, attribute)


@pytest.mark.parametrize(
    "headers", [{"origin": "https://attacker.example"}, {"origin": "null"}, {"host": "attacker.example"}]
)
async def test_no_socket_opens_for_a_page_of_another_site(web: WebServer, headers: dict[str, str]) -> None:
    given = {"host": web.url.removeprefix("http://"), "origin": web.url} | headers
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    assert web.transport is not None
    for path in SOCKETS:
        scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw}
        more = {"root_path": "", "scheme": "ws", "subprotocols": [], "client": ("127.0.0.1", 1), "state": {}}
        told: list[str] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any, told: list[str] = told) -> None:
            told.append(message["type"])

        await web.transport.app(scope | more, receive, send)
        assert told == ["websocket.close"], path
