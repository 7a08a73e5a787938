"""The short way of an audit: the permissions page at once, believed only where it proves user and account itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from flows.models import AuditReading
from flows.permissions.audit import audit_at_once, audit_permissions
from tests.support.sites.flow_rig import QUICK, Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one stand-in a module

USER = "a1@users.example"
BOUNDS = replace(QUICK, second_look=timedelta(seconds=1))

# Each plays on the page as soon as it is drawn; `ours` is the shop's name as the header shows it.
_EVERY_TEXT = """
const each = (change) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { if (walk.currentNode.data.includes(ours)) change(walk.currentNode); }
};
"""
_OTHER = f'{_EVERY_TEXT} each((text) => {{ text.data = text.data.replaceAll(ours, "Somebody Else\'s Store") }});'
LIES = {
    "another shop": _OTHER,
    "another shop, told late": f"setTimeout(() => {{ {_OTHER} }}, 900);",
    "another shop, told as soon as the page was read": (
        f"window.addEventListener('scroll', () => {{ {_OTHER} }}, {{once: true}}); setTimeout(() => {{ "
        f"{_OTHER} }}, 700);"
    ),
    "another user's address": """
const note = document.createElement('span');
note.id = 'auth-email-claim';
note.textContent = 'other@users.example';
document.body.prepend(note);
""",
    "the account only in a frame": f"""{_EVERY_TEXT}
const copy = document.documentElement.outerHTML;
each((text) => {{ text.data = '' }});
const frame = document.createElement('iframe');
frame.srcdoc = copy.replace(/<script[^]*?<\\/script>/g, '');
document.body.append(frame);
""",
    "no account at all": f"{_EVERY_TEXT} each((text) => {{ text.data = '' }});",
    "a name kept from an earlier visit, corrected late": f"""{_EVERY_TEXT}
setTimeout(() => each((text) => {{ text.data = text.data.replaceAll(ours, 'The Shop Before') }}), 600);
""",
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[Rig]:
    async with rig() as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def session(stage: Rig) -> dict[str, Any]:
    """A stored session of a user who may see the own rights, with the account chosen."""
    seller = {"layout": "classic", "members": [USER], "permissions": {USER: {"preset": "as_asked"}}}
    helpers = stage.play(one_account(3, user={"identity_shown": "claim"}, seller=seller, invitations=[]))
    async with stage.visit() as visit:
        await audit_permissions(
            visit,
            account=stage.account,
            credentials=helpers.credentials(),
            hooks=helpers.hooks(),
            subject=USER,
            own=True,
            bounds=BOUNDS,
        )
        return await visit.storage_state()


async def at_once(stage: Rig, session: dict[str, Any] | None, lie: str = "", **other: Any) -> AuditReading | None:
    async with stage.visit(session=session) as visit:
        if lie:
            ours = json.dumps(stage.account.merchant_name)
            play = f"const ours = {ours}; if (window === top) {{ {lie} }}"
            await visit.page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {play} }})")
        asked: dict[str, Any] = {"account": stage.account, "viewer": USER, "subject": USER, "own": True} | other
        return await audit_at_once(visit, bounds=BOUNDS, **asked)


async def test_a_page_that_proves_user_and_account_is_read_and_no_other_is_opened(
    stage: Rig, session: dict[str, Any]
) -> None:
    before = len(stage.stand_in.realm.journal.of("request"))
    reading = await at_once(stage, session)
    asked = stage.stand_in.realm.journal.of("request")[before:]
    assert reading is not None
    assert reading.grid is not None
    assert reading.grid.complete
    assert [one for one in asked if one.fields["path"].startswith(("/home", "/account-switcher", "/ap/"))] == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("lie", LIES)
async def test_a_page_that_lies_or_proves_too_little_is_not_believed(
    stage: Rig, session: dict[str, Any], lie: str
) -> None:
    assert await at_once(stage, session, LIES[lie]) is None


@pytest.mark.parametrize(
    "other",
    [
        {"viewer": "b2@users.example", "subject": "b2@users.example"},
        {"viewer": "b2@users.example"},
    ],
    ids=["another user's audit", "as another user"],
)
async def test_the_session_of_another_user_is_not_believed(
    stage: Rig, session: dict[str, Any], other: dict[str, Any]
) -> None:
    assert await at_once(stage, session, **other) is None


async def test_another_account_than_the_one_that_is_active_is_not_believed(stage: Rig, session: dict[str, Any]) -> None:
    other = replace(stage.account, merchant_name="Another Shop", merchant_id="A2EXAMPLE0000")
    assert await at_once(stage, session, account=other) is None


async def test_without_a_session_nothing_is_believed_and_nobody_signs_in(stage: Rig, session: dict[str, Any]) -> None:
    before = len(stage.journal("sign_in.done"))
    assert await at_once(stage, None) is None
    assert len(stage.journal("sign_in.done")) == before
