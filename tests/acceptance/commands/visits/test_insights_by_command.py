"""`sc-agent insights` as a process: exit codes, formats, and what a command that cannot read says."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.store.vault.keys import new_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from tests.support.processes.command import Agent, Ended

USER = "a1@users.example"


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    seller = {
        "members": [USER],
        "permissions": {USER: {"preset": "as_asked"}},
        "insights": {"answers": True, "tile": True, "faults": []},
    }
    async with StandIn(one_account(9, seller=seller, vary=False)) as running:
        yield running


async def run(agent: Agent, *arguments: str, stdin: str = "") -> Ended:
    return await asyncio.to_thread(agent, *arguments, stdin=stdin)


async def registered(stand_in: StandIn, folder: Path) -> Agent:
    """An agent pointed at the stand-in, which knows the user as A1."""
    told = stand_in.description()
    given = {
        "VAULT_KEY": new_key(),
        "BROWSER__HOST_RESOLVER_RULES": told["host_resolver_rules"],
        "BROWSER__TRUSTED_SPKI": json.dumps(list(told["spki"])),
    }
    agent = Agent(folder, given)
    scenario = stand_in.realm.scenario
    user, seller = scenario.users[0], scenario.sellers[0]
    secrets = json.dumps({"password": user.password, "totp_secret": user.totp_secret})
    options = ("--user-email", user.email, "--marketplace", "US", "--merchant-id", seller.merchant_id)
    added = await run(
        agent, "accounts", "add", "A1", *options, "--merchant-name", seller.name, "--api-authorized", "--secrets-stdin",
        stdin=secrets
    )  # fmt: skip
    assert added.code == 0, added.err
    return agent


async def test_a_reading_ends_with_its_code_and_is_printed_in_each_format(stand_in: StandIn, tmp_path: Path) -> None:
    agent = await registered(stand_in, tmp_path)
    read = await run(agent, "insights", "A1", "--format", "json")
    document = read.document
    assert (read.code, read.err) == (0, "")
    assert (document["schema"], document["account"], document["marketplaceId"]) == (1, "A1", "ATVPDKIKX0DER")
    assert {item["reason"] for item in document["missing"]} <= {"no_data"}
    table = await run(agent, "insights", "A1", "--stored", "--format", "csv")
    rows = {row["what"]: row["value"] for row in csv.DictReader(io.StringIO(table.out))}
    assert rows["accountStatus"] == document["accountStatus"]
    text = await run(agent, "insights", "A1", "--stored")
    assert (text.code, table.code) == (0, 0)
    assert "orderDefectRate.mfn" in text.out
    realm = stand_in.realm
    realm.change_seller(realm.scenario.sellers[0].merchant_id, {"insights": {"faults": ["signed_out_answer"]}})
    broken = await run(agent, "insights", "A1", "--format", "json")
    assert broken.code == 3
    assert broken.document["buyBox"]["byAsin"] is None


async def test_a_page_for_people_ends_it_with_one_line_and_no_document(stand_in: StandIn, tmp_path: Path) -> None:
    agent = await registered(stand_in, tmp_path)
    stand_in.realm.faults.add(Fault(on="app", kind="captcha", times=0))
    ended = await run(agent, "insights", "A1", "--format", "json")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("error: account A1: ")
    assert ended.err.count("\n") == 1


async def test_an_unknown_account_and_one_that_was_never_read_are_told_apart(agent: Agent) -> None:
    unknown = await run(agent, "insights", "NOBODY", "--stored")
    assert (unknown.code, unknown.out) == (2, "")
    secrets = json.dumps({"password": "p", "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
    options = ("--user-email", USER, "--marketplace", "US", "--secrets-stdin")
    assert (await run(agent, "accounts", "add", "A1", *options, stdin=secrets)).code == 0
    never = await run(agent, "insights", "A1", "--stored")
    assert (never.code, "no insights" in never.err) == (3, True)
