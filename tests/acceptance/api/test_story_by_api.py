"""The whole story of one account by the API alone: the README's calls as printed, the example client beside them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from agent.domain.published.event_types import PREFIX
from agent.store.vault.keys import new_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from tests.acceptance.test_documents_as_printed import newcomer, printed
from tests.support.processes.daemon_process import ROOT, daemon_environment, running_daemon
from tests.support.servers.receiver import Receiver, receiving

STORY = [
    "account.registered",
    "invitation.received",
    "invitation.accepted",
    "audit.completed",
    "account.state_changed",
]


async def test_an_account_goes_from_registration_to_complete_as_the_readme_prints_it(tmp_path: Path) -> None:
    async with StandIn(one_account(3, invitations=[])) as stand_in, receiving() as receiver:
        user, seller = stand_in.realm.scenario.users[0], stand_in.realm.scenario.sellers[0]
        offer = await stand_in.act(stand_in.seller.invite(seller.merchant_id, user.email, deliver=False))
        env = daemon_environment(stand_in.description(), tmp_path, new_key(), WEBHOOKS__ALLOW_LOOPBACK="true")
        with running_daemon(env, tmp_path) as daemon:
            url = f"http://{daemon.wait_for('daemon.started')['web']}"
            known = {
                "URL": url + "/api/v1",
                "HOOK": receiver.url,
                "PASSWORD": user.password,
                "TOTP_SECRET": user.totp_secret,
                "MERCHANT": seller.merchant_id,
                "LINK": stand_in.realm.link_of(offer),
                **{name: value for name, value in env.items() if name.startswith("SC_AGENT_")},
            }
            async with asyncio.TaskGroup() as group:  # what is typed may fail: nobody waits for its events then
                typed = group.create_task(asyncio.to_thread(_type, tmp_path, known))
                await _told(receiver, "account.registered.v1")
                key = await asyncio.to_thread(_key, env)
                client = subprocess.Popen(  # noqa: ASYNC220 - started at once, waited for in a thread
                    [sys.executable, ROOT / "docs/example_client.py", url, "A1", user.email, seller.marketplaces[0],
                        seller.merchant_id],
                    env={**os.environ, "SC_AGENT_KEY": key, "PASSWORD": user.password, "TOTP_SECRET": user.totp_secret},
                    stdout=subprocess.PIPE,
                    text=True,
                )  # fmt: skip
                await _told(receiver, "invitation.accepted.v1")
                stand_in.seller.set_permissions(seller.merchant_id, user.email, Grant(preset="as_asked"))
            told = await asyncio.to_thread(client.communicate, timeout=30)
            code, _ = await asyncio.to_thread(daemon.stop)
    answers = typed.result()
    endpoint, registered, authorized, invited = answers[:4]
    assert registered["message"].startswith("API Authorization Status must be complete")
    assert (authorized["authorization"], invited["kind"]) == ("awaiting_invitation", "invitation")
    done, events = answers[-2:]
    assert (done["state"], done["outcome"], done["audit"]["verdict"]) == ("done", "pass", "pass")
    _the_story_is_told(events["events"])
    assert len([each for each in events["events"] if each["type"] == PREFIX + "audit.completed.v1"]) >= 2
    for each in receiver.received:
        assert Webhook(endpoint["secret"]).verify(each.body, dict(each.headers)) == each.event
    _the_story_is_told(receiver.taken)
    delivered, listed = (
        [each["id"] for each in told if "subject" in each] for told in (receiver.taken, events["events"])
    )
    assert delivered[: len(listed)] == listed[: len(delivered)]
    streamed = [line for line in (tmp_path / "story.txt").read_text().splitlines() if line.startswith("data: ")]
    _the_story_is_told([json.loads(line.removeprefix("data: ")) for line in streamed])
    lines = told[0].splitlines()
    assert lines[-1].startswith("complete | Seller Central Authorization is complete.")
    assert (client.returncode, code) == (0, 0)
    logged = daemon.log.read_text()
    assert not [secret for secret in (user.password, key, endpoint["secret"]) if secret in logged]


def _the_story_is_told(events: list[dict[str, Any]]) -> None:
    """Each step of the story is an event, and the last state is complete."""
    assert {PREFIX + name + ".v1" for name in STORY} <= {event["type"] for event in events}
    moved = [event["data"] for event in events if event["type"] == PREFIX + "account.state_changed.v1"]
    assert [data["to"] for data in moved][:2] == ["awaiting_invitation", "accepting"]
    assert moved[-1]["status"]["authorization"] == "complete"


def _type(home: Path, known: dict[str, str]) -> list[dict[str, Any]]:
    """Type what the README prints; its answers, those that only show a wait's end included."""
    env = newcomer(home, home / ".venv" / "bin" / "sc-agent") | known
    command = ["bash", "-eu", "-c", printed("README.md", "## The host platform's side")]
    ended = subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, timeout=150)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return [json.loads(line) for line in ended.stdout.splitlines() if line]


def _key(env: dict[str, str]) -> str:
    scopes = "status:read,accounts:read,accounts:write"
    command = [sys.executable, "-m", "agent", "api-keys", "create", "client", "--scopes", scopes]
    return subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


async def _told(receiver: Receiver, kind: str) -> None:
    """Wait until the platform's receiver was told of an event, as a platform learns of it."""
    async with asyncio.timeout(90):
        while not any(event["type"] == PREFIX + kind for event in receiver.taken):
            await receiver.wait_for(len(receiver.received) + 1)


def test_the_example_is_thirty_lines() -> None:
    text = (ROOT / "docs" / "example_client.py").read_text(encoding="utf-8")
    code = [line for line in text.split('"""', 2)[2].splitlines() if line.strip()]
    assert len(code) <= 32


pytestmark = pytest.mark.timeout(300)
