"""Status documents that are asked for at once: read together, and each by its own key only."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account
from agent.store import accounts
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.database.engine import writing
from agent.web.api import direct
from tests.support.stored.accounts import write_account
from tests.support.web.web_server import API, WebServer
from tests.unit.web.api.test_accounts import ACCOUNTS, registered
from tests.unit.web.test_door import code_of

STATUS = ACCOUNTS + "/A1/status"


async def test_many_at_once_are_read_by_few_looks_and_each_key_opens_what_it_may(
    any_web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[set[str]] = []
    find_all = accounts.find_all

    def counted(conn: Connection, ids: Collection[str]) -> dict[str, Account]:
        looks.append(set(ids))
        return find_all(conn, ids)

    monkeypatch.setattr(accounts, "find_all", counted)
    good, small = any_web.key()[1], any_web.key(Scope.EVENTS_READ)[1]
    async with any_web.client() as client:
        await registered(client)
        wanted = [(STATUS, good), (STATUS, small), (STATUS, good + "x"), (ACCOUNTS + "/A2/status", good)] * 10
        wanted.append((ACCOUNTS + "/%00/status", good))
        asked = (client.get(path, headers={"Authorization": f"Bearer {key}"}) for path, key in wanted)
        answers = await asyncio.gather(*asked)
    assert [answer.status_code for answer in answers] == [200, 403, 401, 404] * 10 + [404]
    assert code_of(answers[3]) == (404, "not_found")
    assert {answer.json()["account"] for answer in answers[::4][:10]} == {"A1"}
    assert len(looks) < 10
    assert set().union(*looks) == {"A1", "A2"}


async def test_a_revoked_key_and_a_changed_account_are_seen_by_the_next_request(any_web: WebServer) -> None:
    made, key = any_web.key()
    headers = {"Authorization": f"Bearer {key}"}
    async with any_web.client() as client:
        await registered(client)
        before = await client.get(STATUS, headers=headers)
        again = await client.get(STATUS, headers={**headers, "If-None-Match": before.headers["etag"]})
        with writing(any_web.engine) as conn:
            write_account(conn, "A1", merchant_name="Another")
            assert api_keys.get(conn, made.id).last_used_at is not None
        after = await client.get(STATUS, headers={**headers, "If-None-Match": before.headers["etag"]})
        with writing(any_web.engine) as conn:
            api_keys.revoke(conn, made.id, now=datetime.now(UTC))
        refused = await client.get(STATUS, headers=headers)
    assert [before.status_code, again.status_code, after.status_code] == [200, 304, 200]
    assert code_of(refused) == (401, "key_refused")


async def test_a_lost_connection_is_opened_anew_and_a_database_that_is_away_is_told(any_web: WebServer) -> None:
    async with any_web.client() as client:
        await registered(client)
        assert (await client.get(STATUS)).status_code == 200
        if (kept := any_web.role.parts.looks._conn) is not None:
            lost = kept.connection.dbapi_connection
            assert lost is not None
            lost.close()
            assert (await client.get(STATUS)).status_code == 200
        with writing(any_web.engine) as conn:
            conn.execute(sa.text("ALTER TABLE api_keys RENAME TO gone"))
        answer = await client.get(STATUS)
        with writing(any_web.engine) as conn:
            conn.execute(sa.text("ALTER TABLE gone RENAME TO api_keys"))
    assert code_of(answer) == (503, "database_away")


async def test_the_short_way_answers_as_the_api_does(any_web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with any_web.client() as client:
        await registered(client)
        paths = ["/A1/status", "/A2/status", "/a%20b/status", "/A1/x/status", "/A1/status/", "//status"]
        short = [await client.get(ACCOUNTS + path) for path in paths]
        monkeypatch.setattr(direct.Direct, "__call__", lambda self, *given: self.app(*given))
        long = [await client.get(ACCOUNTS + path) for path in paths]
        assert (await client.post(API + "/accounts/A1/status")).status_code == 405
    for one, other in zip(short, long, strict=True):
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert {**one.headers, "request-id": ""} == {**other.headers, "request-id": ""}
