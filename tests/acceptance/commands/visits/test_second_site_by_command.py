"""The commands on the second site.

A page for people ends them within thirty seconds, and what was doubted is not typed again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from agent.store.vault.keys import new_key
from tests.second_site.markup import Look
from tests.second_site.script import Person
from tests.second_site.site import SecondSite, second_site
from tests.support.processes.command import Agent, Ended

SLOW = Look(hangs=True, late_ms=600, latency=0.4, chain=2)
MERCHANT = "A2EXAMPLEMERCH"
LINK = f"https://sellercentral.amazon.com/invitation/accept?merchantId={MERCHANT}&invitationId=0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture
async def site() -> AsyncIterator[SecondSite]:
    async with second_site() as running:
        yield running


async def ready(site: SecondSite, tmp_path: Path) -> Agent:
    """An agent that knows the second site's person as A1."""
    rules = f"MAP * 127.0.0.1:{site.port}"
    agent = Agent(
        tmp_path,
        {
            "VAULT_KEY": new_key(),
            "BROWSER__HOST_RESOLVER_RULES": rules,
            "BROWSER__TRUSTED_SPKI": json.dumps([site.spki]),
        },
    )
    secrets = json.dumps({"password": Person().password, "totp_secret": Person().secret})
    options = (
        "--user-email",
        Person().email,
        "--marketplace",
        "US",
        "--merchant-id",
        MERCHANT,
        "--api-authorized",
        "--secrets-stdin",
    )
    ended = await run(agent, "accounts", "add", "A1", *options, stdin=secrets)
    assert ended.code == 0, ended.err
    return agent


async def run(agent: Agent, *arguments: str, stdin: str = "") -> Ended:
    return await asyncio.to_thread(lambda: agent(*arguments, stdin=stdin, timeout=60))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "command", [("audit", "A1"), ("accept", "A1", "--link", LINK, "--yes")], ids=["audit", "accept"]
)
@pytest.mark.parametrize(
    "end", ["approval", "puzzle", "robot_check", "waf_stuck", "unknown", "password_captcha", "framed", "blank"]
)
async def test_a_page_for_people_ends_a_command_in_time(
    site: SecondSite, tmp_path: Path, end: str, command: tuple[str, ...]
) -> None:
    agent = await ready(site, tmp_path)
    visit = site.begin(["continue_wall", "email_classic", "password", "otp", end], look=SLOW)
    ended = await run(agent, *command)
    took = monotonic() - visit.met[end]
    assert (ended.code, took < 30, visit.dangers) == (3, True, []), (took, ended.err)
    assert list((tmp_path / "data").rglob("*.html"))


async def test_a_doubted_password_is_typed_by_no_later_command_before_a_release(
    site: SecondSite, tmp_path: Path
) -> None:
    agent = await ready(site, tmp_path)
    site.begin(["email_classic", "password", "otp", "home"], person=Person(refuses="unlisted"))
    assert (await run(agent, "audit", "A1")).code == 3
    again = site.begin(["email_classic", "password", "otp", "home"])
    ended = await run(agent, "audit", "A1")
    assert (ended.code, again.passwords) == (3, []), ended.err


async def test_the_pause_of_everything_stops_a_sign_in_within_seconds_and_outlives_its_process(
    site: SecondSite, tmp_path: Path
) -> None:
    agent = await ready(site, tmp_path)
    visit = site.begin(["email_classic", "password", "otp", "home"], look=Look(latency=6))
    running = asyncio.create_task(run(agent, "audit", "A1"))
    async with asyncio.timeout(90):
        await visit.is_begun.wait()
    assert (await run(agent, "pause", "--all")).code == 0
    paused_at = monotonic()
    ended = await running
    assert (ended.code, monotonic() - paused_at < 30) == (3, True), ended.err
    assert visit.passwords == []
    later = site.begin(["home"])
    refused = await run(agent, "audit", "A1")
    assert (refused.code, later.shown) == (3, []), refused.err
    assert "paused" in refused.err
