"""`accept` and `audit` as processes at a Seller Central written from the facts alone: exit code, state, what its
customer sees.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.store.vault.keys import new_key
from tests.second_site.seller_central.server import Running, second_seller_central
from tests.second_site.seller_central.sign_in import SEED
from tests.second_site.seller_central.world import Invitation, Person, Variant
from tests.second_site.seller_rig import NUMBER, OTHER, OURS, PASSWORD, SHOP
from tests.support.processes.command import Agent, Ended

LINK = f"https://sellercentral.amazon.com/invitation/accept?merchantId={SHOP.token}&invitationId={NUMBER}"
FAILED = "Error: Seller Central Authorization failed. Please update authorization."


@pytest.fixture
async def site() -> AsyncIterator[Running]:
    async with second_seller_central() as running:
        yield running


def begin(site: Running, variant: Variant, *, state: str = "offered", email: str = OURS, member: bool = False) -> None:
    world = site.world
    world.reset(variant)
    world.people[OURS] = Person(email=OURS, password=PASSWORD, merchants=[OTHER, SHOP] if member else [OTHER])
    world.invitations[NUMBER] = Invitation(number=NUMBER, merchant=SHOP, email=email, state=state)


async def run(agent: Agent, *arguments: str, stdin: str = "") -> Ended:
    return await asyncio.to_thread(lambda: agent(*arguments, stdin=stdin, timeout=120))


async def registered(site: Running, folder: Path) -> Agent:
    """An agent that knows our person as A1."""
    rules = f"MAP * 127.0.0.1:{site.port}"
    agent = Agent(
        folder,
        {
            "VAULT_KEY": new_key(),
            "FLOW__STEP_TIMEOUT": "10",  # an answer that is lost is waited for
            "BROWSER__HOST_RESOLVER_RULES": rules,
            "BROWSER__TRUSTED_SPKI": json.dumps([site.spki]),
        },
    )
    secrets = json.dumps({"password": PASSWORD, "totp_secret": base64.b32encode(SEED).decode()})
    options = ("--user-email", OURS, "--marketplace", "US", "--merchant-id", SHOP.token, "--merchant-name", SHOP.name)
    ended = await run(agent, "accounts", "add", "A1", *options, "--api-authorized", "--secrets-stdin", stdin=secrets)
    assert ended.code == 0, ended.err
    return agent


async def status(agent: Agent) -> dict[str, Any]:
    (account,) = (await run(agent, "status", "A1", "--json")).document["accounts"]
    return dict(account)


ACCEPTANCES: dict[str, tuple[dict[str, Any], dict[str, Any], int, str, int]] = {
    "accepted": ({"answer": "switcher"}, {}, 0, "awaiting_permissions", 1),
    "a code": ({"answer": "code"}, {}, 0, "awaiting_confirmation", 1),
    "an approval step": ({"answer": "approval_step"}, {}, 0, "awaiting_confirmation", 1),
    "welcome": ({}, {"state": "welcome"}, 0, "awaiting_permissions", 1),
    "accepted already": ({}, {"state": "accepted", "member": True}, 0, "awaiting_permissions", 0),
    "expired": ({}, {"state": "expired"}, 1, "failed", 0),
    "withdrawn": ({"message_widget": "a_alert"}, {"state": "withdrawn"}, 1, "failed", 0),
    "words nobody knows": ({}, {"state": "unknown_wording"}, 1, "failed", 0),
    "somebody else's": ({}, {"email": "b2@users.example"}, 1, "failed", 0),
    "a bare thank-you": ({"answer": "blank"}, {}, 3, "needs_human", 1),
}


@pytest.mark.sampled(1, of="a command ends as its page says")
@pytest.mark.parametrize("name", ACCEPTANCES)
async def test_an_acceptance_ends_with_its_code_and_state(site: Running, tmp_path: Path, name: str) -> None:
    look, start, code, state, pressed = ACCEPTANCES[name]
    begin(site, Variant(**look), **start)
    agent = await registered(site, tmp_path)
    ended = await run(agent, "accept", "A1", "--link", LINK, "--yes")
    now = await status(agent)
    assert (ended.code, now["authorization"], site.world.accepted(), site.world.forbidden) == (
        code,
        state,
        [NUMBER] * pressed,
        [],
    ), ended
    assert (now["message"] == FAILED) is (state == "failed")
    assert name != "a code" or "7QK4-ZM2P" in json.dumps(now)
    assert name != "words nobody knows" or "qx-1187" in ended.err.lower()


async def test_an_answer_that_was_lost_is_found_by_the_next_command(site: Running, tmp_path: Path) -> None:
    begin(site, Variant(answer="lost"))
    agent = await registered(site, tmp_path)
    first = await run(agent, "accept", "A1", "--link", LINK, "--yes")
    again = await run(agent, "accept", "A1", "--link", LINK, "--yes")
    assert (first.code, again.code, site.world.accepted()) == (3, 0, [NUMBER]), (first.err, again.err)
    assert site.world.failed_sign_ins == 0


AUDITS = {
    "led home": ("redirect_home", 3, "not_permitted", "awaiting_permissions"),
    "led to an address nobody listed": ("unlisted_path", 3, "not_permitted", "awaiting_permissions"),
    "access required in Chinese": ("access_required_zh", 3, "not_permitted", "awaiting_permissions"),
    "an empty shell": ("shell", 3, "incomplete", "awaiting_permissions"),
    "an editable grid": ("editable", 1, "fail", "failed"),
}


@pytest.mark.sampled(1, of="a command ends as its page says")
@pytest.mark.parametrize("name", AUDITS)
async def test_an_audit_ends_with_its_code_and_verdict_and_changes_nothing(
    site: Running, tmp_path: Path, name: str
) -> None:
    how, code, verdict, state = AUDITS[name]
    begin(
        site,
        Variant(refused=how, probes="redirect_home", may_open=frozenset({"/performance/dashboard"})),
        member=True,
        state="accepted",
    )
    agent = await registered(site, tmp_path)
    assert (await run(agent, "accept", "A1", "--link", LINK, "--yes")).code == 0
    before = len(site.world.posts)
    ended = await run(agent, "audit", "A1", "--format", "json")
    assert (ended.code, ended.document["audits"][0]["verdict"], (await status(agent))["authorization"]) == (
        code,
        verdict,
        state,
    ), ended
    later = [post.path for post in site.world.posts[before:] if post.path != "/ap/signin"]
    assert (later, site.world.forbidden) == ([], [])
