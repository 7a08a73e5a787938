"""Keys: which opens what, and when none does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.errors import UsageError
from agent.settings.model import Settings
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope, parse_scopes
from agent.store.database.engine import reading, writing
from agent.store.vault.keys import Vault
from agent.web.http.rates import Rates
from tests.support.web.web_server import WebServer, serving
from tests.unit.web.test_door import code_of


async def test_only_the_whole_key_opens(web: WebServer) -> None:
    made, key = web.key()
    tail = key.rpartition("_")[2]
    wrong = ["", "Bearer", "Bearer x", f"Bearer {key}x", f"Bearer {key[:-1]}", f"Basic {key}", f"Bearer sca_{made.id}_",
        f"Bearer sca__{tail}",
             f"Bearer {key}" + "x" * 500, "Bearer sca_0_0"]  # fmt: skip
    async with web.bare() as client:
        for header in wrong:
            assert code_of(await client.get("/metrics", headers={"Authorization": header})) == (401, "key_refused")
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})).status_code == 200


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(any_web: WebServer) -> None:
    made, key = any_web.key()
    other = any_web.key()[1]
    async with any_web.bare() as client:
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})).status_code == 200
        with writing(any_web.engine) as conn:
            assert api_keys.get(conn, made.id).last_used_at is not None
            api_keys.revoke(conn, made.id, now=datetime.now(UTC))
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {other}"})).status_code == 200


async def test_a_key_ends_when_it_was_to_end(engine: Engine, web_settings: Settings, vault: Vault) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    async with (
        serving(engine, web_settings, vault, clock=Clock(now=lambda: moment), network=False) as web,
        web.bare() as client,
    ):
        key = web.key(days=1)[1]
        headers = {"Authorization": f"Bearer {key}"}
        assert (await client.get("/metrics", headers=headers)).status_code == 200
        moment += timedelta(days=1)
        assert (await client.get("/metrics", headers=headers)).status_code == 401


async def test_the_database_holds_no_key_and_another_web_key_opens_nothing(web: WebServer, vault: Vault) -> None:
    key = web.key()[1]
    with reading(web.engine) as conn:
        kept = json.dumps([list(map(str, row)) for row in conn.execute(text("SELECT * FROM api_keys"))])
    assert key.rpartition("_")[2] not in kept
    other = web.role.parts.settings.model_copy(
        update={"web": web.role.parts.settings.web.model_copy(update={"key": None})}
    )
    settings = other.model_copy(update={"vault_key": web.role.parts.settings.web.key})
    async with serving(web.engine, settings, vault, network=False) as second, second.bare() as client:
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})).status_code == 401


def test_a_bucket_empties_and_fills_at_its_rate() -> None:
    now = 0.0
    rates = Rates(per_second=2, burst=3, elapsed=lambda: now)
    assert [rates.take("a") for _ in range(4)] == [None, None, None, 1]
    assert rates.take("b") is None
    now = 0.5
    assert [rates.take("a"), rates.take("a")] == [None, 1]


async def test_a_storm_of_one_key_is_told_when_to_come_again(web: WebServer) -> None:
    stormy, calm = web.key()[1], web.key()[1]
    web.role.parts.rates.per_second, web.role.parts.rates.burst = 0.1, 3
    async with web.bare() as client:
        answers = [await client.get("/metrics", headers={"Authorization": f"Bearer {stormy}"}) for _ in range(4)]
        other = await client.get("/metrics", headers={"Authorization": f"Bearer {calm}"})
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert code_of(answers[-1]) == (429, "too_many")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert other.status_code == 200


async def test_who_guesses_keys_is_slowed_down(web: WebServer) -> None:
    web.role.parts.rates.per_second, web.role.parts.rates.burst = 0.1, 25
    async with web.bare() as client:
        codes = [(await client.get("/metrics", headers={"Authorization": "Bearer x"})).status_code for _ in range(3)]
    assert codes == [401, 401, 429]


@pytest.mark.parametrize("names", [[], [""], ["status:read", "everything"], ["STATUS:READ"]])
def test_a_scope_that_is_none_is_refused(names: list[str]) -> None:
    with pytest.raises(UsageError, match="scope"):
        parse_scopes(names)


def test_scopes_are_those_of_the_contract() -> None:
    assert parse_scopes(["status:read", " accounts:write"]) == {Scope.STATUS_READ, Scope.ACCOUNTS_WRITE}
    assert len(Scope) == 11
