"""The panel's token: one account, one origin, 15 minutes.

And what is served for it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.settings.model import Settings
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault
from tests.support.web.web_server import API, WebServer, once, serving
from tests.unit.web.api.test_accounts import registered
from tests.unit.web.test_door import code_of

TOKENS = API + "/embed-tokens"
ORIGIN = "https://platform.example"
STATUS = "/embed/A1/status"


async def token_of(web: WebServer, account: str = "A1", origin: str = ORIGIN) -> str:
    """A fresh token; the account is registered first."""
    async with web.client() as client:
        if (await client.get(f"{API}/accounts/{account}")).status_code == 404:
            await registered(client, id=account, user_email=f"{account}@users.example")
        answer = await client.post(TOKENS, json={"account": account, "origin": origin}, headers=once())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def bearing(token: str, **more: str) -> dict[str, str]:
    """Headers with the token."""
    return {"Authorization": f"Bearer {token}", **more}


async def test_the_panel_gets_the_status_document_for_its_origin(web: WebServer) -> None:
    token = await token_of(web)
    async with web.bare() as page, web.client() as client:
        answer = await page.get(STATUS, headers=bearing(token, Origin=ORIGIN))
        known = await page.get(STATUS, headers=bearing(token, **{"If-None-Match": answer.headers["etag"]}))
        asked = await client.get(API + "/accounts/A1/status")
    assert answer.json() == asked.json()
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert 0 < int(answer.headers["embed-expires"]) - datetime.now(UTC).timestamp() <= 900
    assert known.status_code == 304


async def test_a_token_opens_nothing_else(web: WebServer) -> None:
    token = await token_of(web)
    await token_of(web, "A2")
    async with web.bare() as page:
        assert code_of(await page.get("/embed/A2/status", headers=bearing(token))) == (401, "token_refused")
        foreign = await page.get(STATUS, headers=bearing(token, Origin="https://attacker.example"))
        assert code_of(foreign) == (401, "token_refused")
        assert "access-control-allow-origin" not in foreign.headers
        for path in ("/accounts/A1/status", "/accounts", "/events"):
            assert (await page.get(API + path, headers=bearing(token))).status_code in (401, 404)
        for wrong in ("", "x", token[:-1], token + "A", "sce_", "sce_é", token.replace("sce_", "sca_")):
            refused = await page.get(STATUS, headers=[(b"Authorization", f"Bearer {wrong}".encode())])
            assert code_of(refused) == (401, "token_refused")


async def test_a_token_ends_after_15_minutes(engine: Engine, web_settings: Settings, vault: Vault) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    clock = Clock(now=lambda: moment)
    async with serving(engine, web_settings, vault, clock=clock, network=False) as web, web.bare() as page:
        token = await token_of(web)
        moment += timedelta(minutes=14, seconds=59)
        assert (await page.get(STATUS, headers=bearing(token))).status_code == 200
        moment += timedelta(seconds=1)
        assert code_of(await page.get(STATUS, headers=bearing(token))) == (401, "token_refused")


async def test_a_token_ends_with_the_key_that_made_it(web: WebServer) -> None:
    token = await token_of(web)
    with writing(web.engine) as conn:
        for key in api_keys.list_all(conn):
            api_keys.revoke(conn, key.id, now=datetime.now(UTC))
    async with web.bare() as page:
        assert code_of(await page.get(STATUS, headers=bearing(token))) == (401, "token_refused")


async def test_a_token_is_not_shown_twice_and_not_kept(web: WebServer) -> None:
    await token_of(web)
    key = once()
    async with web.client() as client:
        body = {"account": "A1", "origin": ORIGIN}
        first = await client.post(TOKENS, json=body, headers=key)
        assert first.status_code == 201
        assert code_of(await client.post(TOKENS, json=body, headers=key)) == (409, "secret_shown_once")
    with writing(web.engine) as conn:
        rows = str(conn.exec_driver_sql("SELECT * FROM idempotency").all())
    assert first.json()["token"] not in rows


@pytest.mark.parametrize(
    "origin", ["http://platform.example", "https://platform.example/", "https://*", "null", "", "https://a.example;x", "https://A.example"]
)  # fmt: skip
async def test_an_origin_that_is_none_gets_no_token(web: WebServer, origin: str) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.post(TOKENS, json={"account": "A1", "origin": origin}, headers=once())
    assert code_of(answer) == (422, "invalid")


async def test_only_the_origins_of_the_settings_get_tokens(
    engine: Engine, web_settings: Settings, vault: Vault
) -> None:
    web_settings.web.embed_origins = [ORIGIN]
    async with serving(engine, web_settings, vault, network=False) as web, web.client() as client, web.bare() as page:
        await token_of(web)
        other = await client.post(TOKENS, json={"account": "A1", "origin": "https://b.example"}, headers=once())
        assert code_of(other) == (422, "invalid")
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        good = await page.options(STATUS, headers={"Origin": ORIGIN, **asked})
        bad = await page.options(STATUS, headers={"Origin": "https://b.example", **asked})
    assert good.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in bad.headers


async def test_a_frame_whose_token_has_ended_says_so_in_words_and_nothing_of_an_account(web: WebServer) -> None:
    token = await token_of(web)
    async with web.bare(headers={"Accept": "text/html,*/*;q=0.8"}) as page:
        answers = [await page.get(f"/embed/{name}", params={"token": token + "x"}) for name in ("A1", "A2", "nobody")]
    assert {answer.status_code for answer in answers} == {401}
    assert "Load the page again" in answers[0].text
    assert len({answer.text for answer in answers}) == 1
    assert "script" not in answers[0].text
    assert answers[0].headers["content-security-policy"] == "default-src 'none'"


async def test_the_page_may_be_framed_by_its_origin_alone_and_does_not_hold_the_token(web: WebServer) -> None:
    token = await token_of(web)
    async with web.bare() as page:
        answer = await page.get("/embed/A1", params={"token": token})
        assert code_of(await page.get("/embed/A1")) == (401, "token_refused")
        assert code_of(await page.get("/embed/A2", params={"token": token})) == (401, "token_refused")
    policy = answer.headers["content-security-policy"]
    assert f"frame-ancestors {ORIGIN}" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert token not in answer.text
    assert 'account="A1"' in answer.text


async def test_the_element_is_small_and_needs_nothing(web: WebServer) -> None:
    async with web.bare() as page:
        answer = await page.get("/embed/panel.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) < 5000
    assert "import" not in answer.text
    assert "innerHTML" not in answer.text


async def test_the_panel_needs_the_scope(web: WebServer) -> None:
    async with web.client(*(set(Scope) - {Scope.EMBED_WRITE})) as client:
        answer = await client.post(TOKENS, json={"account": "A1", "origin": ORIGIN}, headers=once())
    assert code_of(answer) == (403, "scope_missing")
