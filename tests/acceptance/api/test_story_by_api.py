"""The whole story of one account, driven through the API alone, with the example client of the documentation."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.store.vault.keys import new_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from tests.support.processes.daemon_process import ROOT, daemon_environment, running_daemon

SCOPES = "status:read,accounts:read,accounts:write,audits:write,operator:read,operator:write,events:read,embed:write"


async def test_an_account_goes_from_registration_to_complete_by_the_api(tmp_path: Path) -> None:
    async with StandIn(one_account(3, invitations=[])) as stand_in:
        user, seller = stand_in.realm.scenario.users[0], stand_in.realm.scenario.sellers[0]
        env = daemon_environment(stand_in.description(), tmp_path, new_key())
        key = await asyncio.to_thread(_key, env)
        with running_daemon(env, tmp_path) as daemon:
            url = f"http://{daemon.wait_for('daemon.started')['web']}"
            client = subprocess.Popen(  # noqa: ASYNC220 - started at once, waited for in a thread
                [sys.executable, ROOT / "docs/example_client.py", url, "A1", user.email, seller.marketplaces[0], seller.merchant_id],
                env={**os.environ, "SC_AGENT_KEY": key, "PASSWORD": user.password, "TOTP_SECRET": user.totp_secret},
                stdout=subprocess.PIPE,
                text=True,
            )  # fmt: skip
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(base_url=url + "/api/v1", headers=headers, trust_env=False, timeout=40) as api:
                await _until(api, "awaiting_invitation")
                offer = await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email, deliver=False))
                link = {"link": stand_in.realm.link_of(offer)}
                given = await api.post("/accounts/A1/invitations", json=link, headers={"Idempotency-Key": "invite"})
                assert given.status_code == 202, given.text
                await _until(api, "awaiting_permissions")
                stand_in.seller.set_permissions(seller.merchant_id, user.email, Grant(preset="as_asked"))
                await _until(api, "complete")
                accepted = (await api.get(f"/operations/{given.json()['id']}")).json()
                asked = await api.post("/accounts/A1/audits", headers={"Idempotency-Key": "audit"})
                audit = await _done(api, asked.json()["id"])
                events = (await api.get("/events", params={"types": "account.state_changed.v1"})).json()["events"]
            told = await asyncio.to_thread(client.communicate, timeout=30)
            code, _ = await asyncio.to_thread(daemon.stop)
    assert (accepted["state"], accepted["outcome"]) == ("done", "accepted")
    assert (audit["outcome"], audit["audit"]["verdict"]) == ("pass", "pass")
    assert [event["data"]["to"] for event in events][:2] == ["awaiting_invitation", "accepting"]
    assert events[-1]["data"]["status"]["authorization"] == "complete"
    lines = told[0].splitlines()
    assert lines[-1].startswith("complete | Seller Central Authorization is complete.")
    assert any(line.startswith("awaiting_invitation | ") for line in lines)
    assert (client.returncode, code) == (0, 0)
    assert user.password not in daemon.log.read_text()
    assert key not in daemon.log.read_text()


def _key(env: dict[str, str]) -> str:
    command = [sys.executable, "-m", "agent", "api-keys", "create", "platform", "--scopes", SCOPES]
    return subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


async def _until(api: httpx.AsyncClient, state: str) -> None:
    """Wait for a state as the platform would."""
    known: dict[str, str] = {}
    async with asyncio.timeout(90):
        while True:
            answer = await api.get("/accounts/A1/status", headers=known)
            if answer.status_code == 200 and answer.json()["authorization"] == state:
                return
            if answer.status_code == 404:
                await asyncio.sleep(0.1)
                continue
            known = {"If-None-Match": answer.headers["etag"], "Prefer": "wait=25"}


async def _done(api: httpx.AsyncClient, operation: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := (await api.get(f"/operations/{operation}")).json())["state"] != "done":  # noqa: ASYNC110 - as a platform asks
            await asyncio.sleep(0.2)
    return dict(found)


def test_the_example_is_thirty_lines() -> None:
    text = (ROOT / "docs" / "example_client.py").read_text(encoding="utf-8")
    code = [line for line in text.split('"""', 2)[2].splitlines() if line.strip()]
    assert len(code) <= 32


pytestmark = pytest.mark.timeout(300)
