"""One account wanted many times at once, from three processes.

One browser context at a time, no code twice, no failed sign-in.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from tests.support.processes.audit_process import run_crowd
from tests.support.processes.daemon_process import daemon_environment
from tests.support.visits.rehearsal import Rehearsal, rehearsing


@pytest.mark.parametrize(
    "times",
    [
        pytest.param((2, 1, 1), id="4 at once", marks=pytest.mark.soak),
        pytest.param((7, 7, 6), id="20 at once", marks=[pytest.mark.soak, pytest.mark.timeout(900)]),
    ],
)
async def test_one_account_wanted_by_three_processes_signs_in_once_and_one_after_another(
    tmp_path: Path, times: tuple[int, ...]
) -> None:
    key = new_key()
    async with StandIn(
        one_account(5, seller={"members": ["a1@users.example"], "options": {"own_view": True}})
    ) as stand_in:
        with rehearsing(stand_in, tmp_path) as plain:
            vault = Vault(parse_key(key, source="the test's key"))
            ready = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
            ready.register()
            seller, user = ready.scenario.sellers[0], ready.scenario.users[0]
            stand_in.seller.set_permissions(seller.merchant_id, user.email, Grant(preset="as_asked"))
            env = daemon_environment(stand_in.description(), tmp_path, key, WORK__BUSY_WAIT="600")
            told = await asyncio.to_thread(run_crowd, env, times, timeout=600)
        journal = stand_in.realm.journal
    assert told.verdicts == ("pass",) * sum(times)
    assert (len(told.contexts), told.overlaps, told.processes) == (sum(times), 0, len(times))
    assert journal.of("code.reused", "code.wrong", "password.rejected", "danger.") == []
    assert (len(journal.of("sign_in.done")), len(journal.of("code.accepted"))) == (1, 1)
