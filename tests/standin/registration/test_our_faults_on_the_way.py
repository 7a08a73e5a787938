"""Every trouble of our own at every step of a registration: in the end one login and one seed, by one form an order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
import pytest_asyncio

from agent.actions.registration import order_anew
from agent.clock import utc_now
from agent.domain.account import Account
from agent.domain.login_order import OrderState
from agent.store.database.engine import reading, writing
from agent.store.sign_in import login_orders
from agent.store.vault import sign_in_secrets
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.processes.fault_injection import OURS, Step, Trouble, faulted
from tests.support.servers.small_disk import can_mount
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW
from tests.support.visits.rehearsal import Rehearsal, rehearsal_settings

SENT = {
    "form": "/ap/register",
    "code": "/a/settings/approval/appbackup",
    "last_page": "/a/settings/approval/setup/enable",
}
STEPS = (
    *(Step(name=name, on=name) for name in ("register_claim", "register_form", "two_step_enrol", "two_step_settings")),
    *(
        Step(name=f"{name}_{moment}", on=path, method="POST", moment=moment)
        for name, path in SENT.items()
        for moment in ("before", "after")
    ),
)
AT_MOST_WRONG = 2  # codes of a visit that the site refused
CASES = list(product(STEPS, (*sorted(OURS), Trouble.HANG)))
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.soak, pytest.mark.timeout(600)]


def scenario(form: str = "classic") -> Scenario:
    """No step wants a mail: what is cut off here is our own side."""
    plan = {"email": NEW, "form": form, "steps": [], "login_made": "form"}
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    two_step = {"step_up": ["password"], "between": []}
    registrations = [{**plan, "two_step": two_step}]
    return one_account(3, seller={"merchant_id": MERCHANT}, registrations=registrations, invitations=[offered])


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stand_in() -> AsyncIterator[StandIn]:
    async with StandIn(scenario()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def pool(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BrowserPool]:
    settings = rehearsal_settings(stand_in.description(), tmp_path_factory.mktemp("pool"))
    shared = BrowserPool(options=browser_options(settings), replace_after=1000)
    yield shared
    await shared.close()


@pytest.mark.optional  # a full disk has to be mounted
@pytest.mark.parametrize(("step", "trouble"), CASES, ids=[f"{step.name}-{trouble}" for step, trouble in CASES])
async def test_a_trouble_of_ours_ends_with_one_login(
    stand_in: StandIn, pool: BrowserPool, tmp_path: Path, step: Step, trouble: Trouble
) -> None:
    if trouble is Trouble.DISK_FULL and not can_mount():
        pytest.skip("only root can mount a small disk")
    stand_in.load(scenario("unified" if step.name == "register_claim" else "classic"))
    async with faulted(stand_in, tmp_path, pool, trouble, register=Rehearsal.order) as one:
        orders = 1

        def look(account: Account) -> None:
            nonlocal orders
            if account.failure_code == "registration_unanswered":
                orders += 1
                with writing(one.context.engine) as conn:
                    order_anew(conn, "A1", agreed_by="Berta", now=utc_now())

        told = [await one.suffer(step, trouble)]
        assert one.was_reached, told
        if told[-1] != "accepted":
            told += await one.recover(look=look)
        assert told[-1] in ("accepted", "already_accepted"), (told, one.account.internal_reason)
        with reading(one.context.engine) as conn:
            order = login_orders.get(conn, "A1")
            secrets = sign_in_secrets.load(conn, one.context.vault, "A1").secrets
        assert order is not None
        assert order.state is OrderState.DONE, told
        log = stand_in.realm.journal.summary()
        counted = log["registrations"][NEW]
        assert (counted["logins"], counted["forms"] <= orders, counted["turned_on"]) == (1, True, 1), (told, counted)
        # a clock that is put back within a visit makes its codes wrong; the next visit corrects it by the site's
        wrong = AT_MOST_WRONG if trouble is Trouble.CLOCK_BACK else 0
        assert counted["enrol_codes_wrong"] <= wrong, (told, counted)
        assert counted["mail_codes_wrong"] == 0, (told, counted)
        [user] = stand_in.realm.users_of(NEW)
        assert user.password == secrets.password.get_secret_value(), told
        assert one.held_against_us() == [], told
