"""What stands beside the user's address is a name, or it is told: a name says nothing of levels and permissions."""

from __future__ import annotations

import pytest

from flows.permissions.rows.subject import is_name, is_naming
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
OURS = "a1@users.example"
SAID = [
    f"{OURS} Payments None",
    f"Payments None {OURS}",
    f"{OURS} may not use Payments",
    f"{OURS} Payments Denied",
    f"{OURS} Payments Off",
    f"{OURS} Restricted",
    f"{OURS} Some Rows Hidden",
    f"{OURS} Zahlungen Bearbeiten",
]
WHERE = {
    "a text": "<p>SAID</p>",
    "a cell": "<table><tr><td>SAID</td></tr></table>",
    "a style sheet": "<style>.x::after{content:'SAID'}</style><p class='x'></p>",
    "a title": "<p title='SAID'>Orders</p>",
    "a name for those who hear the page": "<p aria-label='SAID'>Orders</p>",
    "a picture's name": "<div role='img' aria-label='SAID'></div>",
}


STATES = """Payments Unavailable, Cases Closed, Account Locked, Locked Rows, Six Rows, More Below, Partly Shown,
Other Rights, Read Only, Expired Yesterday, Session Over, Access Lost, Incomplete List, Next Page, See More, Show All,
Loading Rows, Orders None, View Orders, Payments Denied, Hidden Orders, Not Loaded, Load Failed"""


@pytest.mark.parametrize("said", [said.strip() for said in STATES.split(",")])
async def test_a_state_of_the_page_is_no_name(said: str) -> None:
    assert not is_name(said)
    assert not is_naming(f"{OURS} {said}")
    assert not is_naming(f"office-none.{OURS} {said}")


@pytest.mark.parametrize(
    "said",
    ["Jane Doe", "Grant Smith", "Larry Page", "Ana María Souza", "Nora Offerman", "Rolf Noll", "Channel Advisor"],
)
async def test_a_name_is_one(said: str) -> None:
    assert is_name(said)
    assert is_naming(f"{said} <{OURS}>")


@pytest.mark.parametrize("said", ["Seller Support Team", "API Access Account", "Account Health Group"])
async def test_what_a_user_may_be_called_beside_the_address_is_no_name_alone(said: str) -> None:
    assert is_naming(f"{said} <{OURS}>")
    assert not is_name(said)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("said", SAID)
async def test_words_about_rights_beside_the_users_address_are_no_name(stage: LyingRig, said: str, where: str) -> None:
    judged = await stage.judge(whole_page(WHERE[where].replace("SAID", said)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.parametrize("said", [f"Jane Doe ({OURS})", f"{OURS} Ana María Souza", f"User: {OURS}", OURS, f"A1 {OURS}"])
@pytest.mark.parametrize("where", ["a text", "a style sheet", "a name for those who hear the page"])
async def test_a_name_beside_the_users_address_is_one(stage: LyingRig, said: str, where: str) -> None:
    judged = await stage.judge(whole_page(WHERE[where].replace("SAID", said)))
    assert judged.verdict == "pass", str(judged)
