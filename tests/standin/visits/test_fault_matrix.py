"""Every trouble at every step of accepting and auditing, and at the page of an audit by the short way.

Each ends in its one right outcome, and afterwards all ends well.

An ordinary run plays some of them by the seed, `make soak` all of it; what was seen is written to
build/fault-matrix.md, printed by soak.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pytest
import pytest_asyncio

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.processes.fault_injection import OURS, Step, Trouble, faulted
from tests.support.servers.small_disk import can_mount
from tests.support.visits.rehearsal import rehearsal_settings

SEED = int(os.environ.get("SC_TEST_SEED", "3"))
TABLE = Path(__file__).parents[3] / "build" / "fault-matrix.md"
SIGN_IN = tuple(Step(name=name, on=name) for name in ("email", "password", "otp"))
ACCEPT = (
    *SIGN_IN,
    Step(name="no_account", on="no_account"),
    Step(name="offer", on="invitation_offered"),
    Step(name="before_act", on="/invitation/accept", method="POST"),
    Step(name="after_click", on="/invitation/accept", method="POST", moment="after"),
)
AUDIT = (*SIGN_IN, Step(name="inside", on="app"), Step(name="grid", on="permissions_classic"))
AT_ONCE = (Step(name="page", on="permissions_classic"),)  # on a stored session the page is opened at once
_SAMPLES = {"accept": "sign-in and grid", "audit": "sign-in and grid", "audit at once": "the short way"}
FLOWS = (("accept", ACCEPT), ("audit", AUDIT), ("audit at once", AT_ONCE))
CASES = [(flow, step, trouble) for flow, steps in FLOWS for step in steps for trouble in Trouble]


class Fate(StrEnum):
    """What a visit with a trouble in it means for the account."""

    WELL = "well"  # it ended as if nothing had been
    AGAIN = "again"  # nothing was decided: tried again later, and counted
    PERSON = "person"  # only a person may go on; evidence was kept
    NOTHING = "nothing"  # we stopped it ourselves: nothing counts
    CUT = "cut"  # it could not be written off: counted as a death, tried again when the lease has ended


FATES = {
    Trouble.UNAVAILABLE: Fate.AGAIN,
    Trouble.TOO_MANY: Fate.AGAIN,
    Trouble.RESET: Fate.AGAIN,
    Trouble.BLANK: Fate.AGAIN,
    Trouble.HALF_PAGE: Fate.AGAIN,
    Trouble.SLOW: Fate.WELL,
    Trouble.HANG: Fate.AGAIN,
    Trouble.SIGNED_OUT: Fate.WELL,
    Trouble.CAPTCHA: Fate.PERSON,
    Trouble.UNKNOWN_PAGE: Fate.AGAIN,
    Trouble.BROWSER_KILLED: Fate.AGAIN,
    Trouble.BROWSER_HUNG: Fate.AGAIN,
    Trouble.WORKER_KILLED: Fate.CUT,
    Trouble.TOLD_TO_STOP: Fate.NOTHING,
    Trouble.LEASE_LOST: Fate.NOTHING,
    Trouble.PAUSED: Fate.NOTHING,
    Trouble.DATABASE_LOCKED: Fate.NOTHING,
    Trouble.DISK_FULL: Fate.CUT,
    Trouble.CLOCK_AHEAD: Fate.NOTHING,
    Trouble.CLOCK_BACK: Fate.WELL,
}
NO_ANSWER = (
    Trouble.UNAVAILABLE,
    Trouble.TOO_MANY,
    Trouble.RESET,
    Trouble.BLANK,
    Trouble.HALF_PAGE,
    Trouble.HANG,
    Trouble.SIGNED_OUT,
    Trouble.UNKNOWN_PAGE,
    Trouble.BROWSER_KILLED,
    Trouble.BROWSER_HUNG,
)
EXCEPTIONS = {
    # The first page behind the sign-in only has to prove who is signed in; where it cannot, it is looked at once more.
    ("no_account", Trouble.BLANK): Fate.WELL,
    ("no_account", Trouble.HALF_PAGE): Fate.WELL,
    ("no_account", Trouble.UNKNOWN_PAGE): Fate.WELL,
    # What came of the page proves who is signed in.
    ("inside", Trouble.HALF_PAGE): Fate.WELL,
    # The part that came is no screen that is known: it was saved, nothing on it was touched.
    ("offer", Trouble.HALF_PAGE): Fate.PERSON,
    # Clicked, but signed out before it counted: it is still on offer afterwards, and nothing is clicked twice.
    ("before_act", Trouble.SIGNED_OUT): Fate.PERSON,
    # The redirect after the click was cut: the page that it led to is opened by address.
    ("after_click", Trouble.HALF_PAGE): Fate.WELL,
    # Signed out at the grid: what the site shows to a stranger there is no sign-in page; the next visit signs in.
    ("grid", Trouble.SIGNED_OUT): Fate.AGAIN,
    # The password is on its way, and what comes is no yes: a person looks before it is typed again.
    **{("otp", trouble): Fate.PERSON for trouble in NO_ANSWER},
    # No one-time code is made of a clock that differs from the site's.
    ("email", Trouble.CLOCK_BACK): Fate.AGAIN,
    ("password", Trouble.CLOCK_BACK): Fate.AGAIN,
    ("otp", Trouble.CLOCK_BACK): Fate.AGAIN,
    # The short way is believed or left: whatever the site or the browser does on it, the long way ends the same
    # visit well, where it
    # has to in another browser.
    **{("page", trouble): Fate.WELL for trouble in Trouble if trouble not in OURS},
    ("page", Trouble.BROWSER_KILLED): Fate.WELL,
    ("page", Trouble.BROWSER_HUNG): Fate.WELL,
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


def scenario(flow: str) -> Scenario:
    options = {"own_view": True}
    if flow == "accept":
        return one_account(SEED, seller={"options": options})
    email = "a1@users.example"
    return one_account(
        SEED, seller={"options": options, "members": [email], "permissions": {email: {"preset": "as_asked"}}}
    )


def fate_of(said: str, account: Account) -> Fate:
    """What a visit that ended so means for its account."""
    if said in ("accepted", "already_accepted", "pass"):
        return Fate.WELL
    if account.authorization is State.NEEDS_HUMAN:
        return Fate.PERSON
    if account.crashes:
        return Fate.CUT
    return Fate.AGAIN if account.retries or account.incompletes else Fate.NOTHING


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(scenario("accept")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def pool(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BrowserPool]:
    settings = rehearsal_settings(stand_in.description(), tmp_path_factory.mktemp("pool"))
    shared = BrowserPool(options=browser_options(settings), replace_after=1000)
    yield shared
    await shared.close()


@pytest.fixture(scope="module")
def table() -> Iterator[dict[tuple[str, str, Trouble], str]]:
    """What was seen, written down at the end."""
    seen: dict[tuple[str, str, Trouble], str] = {}
    yield seen
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(drawn(seen))


def drawn(seen: dict[tuple[str, str, Trouble], str]) -> str:
    """One table a flow, a row a trouble, a column a step."""
    lines = []
    for flow, steps in FLOWS:
        lines += [
            "",
            "| " + " | ".join([flow, *(step.name for step in steps)]) + " |",
            "| --- |" + " --- |" * len(steps),
        ]
        lines += [
            "| " + " | ".join([trouble, *(seen.get((flow, step.name, trouble), "") for step in steps)]) + " |"
            for trouble in Trouble
        ]
    return "\n".join([*lines[1:], ""])


@pytest.mark.optional  # a full disk has to be mounted
@pytest.mark.parametrize(
    ("flow", "step", "trouble"),
    [
        pytest.param(
            *case, id=f"{case[0]}-{case[1].name}-{case[2]}", marks=pytest.mark.sampled(1, of=_SAMPLES[case[0]])
        )
        for case in CASES
    ],
)
async def test_a_trouble_ends_as_it_must_and_then_all_ends_well(
    stand_in: StandIn,
    pool: BrowserPool,
    table: dict[tuple[str, str, Trouble], str],
    tmp_path: Path,
    flow: str,
    step: Step,
    trouble: Trouble,
) -> None:
    if trouble is Trouble.DISK_FULL and not can_mount():
        pytest.skip("only root can mount a small disk")
    stand_in.load(scenario(flow))
    async with faulted(stand_in, tmp_path, pool, trouble) as one:
        if flow == "accept":
            one.rehearsal.admit()
        if flow == "audit at once":
            assert await one.visit() == "pass"  # signs in: the session is stored
        said = await one.suffer(step, trouble)
        account = one.account
        table[flow, step.name, trouble] = f"{fate_of(said, account)}: {said}"
        assert one.was_reached
        assert fate_of(said, account) is EXCEPTIONS.get((step.name, trouble), FATES[trouble]), (
            said,
            account.internal_reason,
        )
        assert (fate_of(said, account) is Fate.PERSON) <= bool(list((tmp_path / "evidence").glob("*/*/*")))
        after = [said] if fate_of(said, account) is Fate.WELL else await one.recover()
        assert after[-1] in (("accepted", "already_accepted") if flow == "accept" else ("pass",)), after
        assert one.account.crashes == 0
        assert one.held_against_us() == []
        assert list(stand_in.realm.journal.summary()["acceptances"].values()) == ([1] if flow == "accept" else [])


async def test_with_all_names_gone_nothing_is_decided_and_later_all_ends_well(
    stand_in: StandIn, pool: BrowserPool, tmp_path: Path
) -> None:
    stand_in.load(scenario("accept"))
    nowhere = BrowserPool(options=replace(pool.options, host_resolver_rules="MAP * ~NOTFOUND"), replace_after=10)
    async with faulted(stand_in, tmp_path, nowhere) as one:
        one.rehearsal.admit()
        assert await one.visit() == "site_refused"
        assert fate_of("site_refused", one.account) is Fate.AGAIN
        assert "ERR_NAME_NOT_RESOLVED" in (one.account.internal_reason or "")
        assert stand_in.realm.journal.of("request") == []
        await nowhere.close()
        one.context = replace(one.context, pool=pool)
        assert (await one.recover())[-1] == "accepted"
