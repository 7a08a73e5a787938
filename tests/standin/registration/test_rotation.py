"""A new authenticator comes into force only after it has signed in; the old one goes only where it can be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from agent.actions.rotations import confirm_removed
from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import writing
from agent.store.people import tasks
from agent.store.sign_in import old_authenticators
from agent.store.vault import sign_in_secrets
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.plan import VisitKind
from agent.visits.run import Ended, make_visit
from tests.second_site.login_pages import LoginPlan
from tests.second_site.login_site import Login
from tests.support.stored.registry import add_account
from tests.support.visits.ordered_world import EMAIL, OrderedWorld, ordered_world

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "Right-Horse & 100%"


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[OrderedWorld]:
    async with ordered_world(tmp_path) as ready:
        yield ready


def enrolled(world: OrderedWorld, *apps: str, plan: LoginPlan | None = None) -> str:
    """An account that signs in with the first of its authenticators."""
    old = pyotp.random_base32(52)
    world.site.plan = plan or LoginPlan()
    others = [(name, pyotp.random_base32(52)) for name in apps]
    world.site.logins[EMAIL] = Login(
        email=EMAIL, password=PASSWORD, is_proven=True, is_on=True, apps=[("old", old), *others]
    )
    with writing(world.engine) as conn:
        add_account(conn, now=utc_now())
        given = SignInSecrets(password=SecretStr(PASSWORD), totp_secret=SecretStr(old))
        sign_in_secrets.save(conn, world.context.vault, "A1", given, now=utc_now())
    return old


async def rotated(world: OrderedWorld) -> Ended:
    return await make_visit(world.context, "A1", kind=VisitKind.ROTATION)


def in_force(world: OrderedWorld) -> str:
    secrets = world.secrets()
    assert secrets is not None
    return secrets.totp_secret.get_secret_value()


@pytest.mark.sampled(1, of="a rotation that goes well")
async def test_a_rotation_proves_the_new_authenticator_and_removes_the_old(world: OrderedWorld) -> None:
    old = enrolled(world, plan=LoginPlan(settings_code=True))
    ended = await rotated(world)
    assert (ended.conclusion.outcome, ended.conclusion.error) == ("rotated", None), ended.conclusion.why
    [(_, left)] = world.site.logins[EMAIL].apps
    assert left == in_force(world) != old
    assert (world.site.dangers, world.site.refused) == ([], [])
    assert world.account().authorization is State.AWAITING_INVITATION


@pytest.mark.sampled(1, of="a rotation that goes well")
async def test_an_old_authenticator_among_others_is_left(world: OrderedWorld) -> None:
    enrolled(world, "phone of somebody")
    ended = await rotated(world)
    assert ended.conclusion.outcome == "rotated_old_left", ended.conclusion.why
    assert len(world.site.logins[EMAIL].apps) == 3
    assert in_force(world) == world.site.logins[EMAIL].apps[-1][1]
    with writing(world.engine) as conn:
        [task] = tasks.list_all(conn, now=utc_now(), limit=9)
        assert (task.kind, task.account_id, task.reason) == ("authenticator", "A1", "old_authenticator_left")
        assert "a person removes it" in str(task.note)
        confirm_removed(conn, "A1", who="Anna", now=utc_now())
        assert tasks.list_all(conn, now=utc_now(), limit=9) == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("path", ["/a/settings/approval/appbackup", "/ap/mfa", "/a/settings/approval/delete/confirm"])
async def test_a_rotation_that_is_cut_off_signs_in_and_is_gone_on_with(world: OrderedWorld, path: str) -> None:
    old = enrolled(world)
    world.site.cut_at = path
    visit = asyncio.create_task(rotated(world))
    await world.site.was_cut.wait()
    visit.cancel()
    await asyncio.wait({visit})
    assert in_force(world) in [secret for _, secret in world.site.logins[EMAIL].apps]
    world.site.cut_at = ""
    ended = await rotated(world)
    assert (ended.conclusion.outcome, ended.conclusion.error) == ("rotated", None), ended.conclusion.why
    [(_, left)] = world.site.logins[EMAIL].apps
    assert left == in_force(world) != old
    assert (world.site.dangers, world.site.refused) == ([], [])
    with writing(world.engine) as conn:
        assert old_authenticators.get(conn, "A1") is None
