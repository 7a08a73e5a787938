"""Plans drawn by a seed: each can be walked by a careful person, with one form, one login and no wrong code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.stand_in.generate import Draw, one_registration
from fixtures.stand_in.scenario import parse_scenario
from fixtures.stand_in.six_accounts import REGISTERING, six_accounts, with_a_registration
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import Registrant
from tests.support.sites.site_visitor import Visitor


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seed", range(1, 101))
async def test_a_drawn_plan_ends_with_one_login_and_two_step_on(stand_in: StandIn, visitor: Visitor, seed: int) -> None:
    plan = Draw(seed).registration("a1@users.example").model_dump()
    plan["steps"] = [step for step in plan["steps"] if step != "waf_challenge"]  # wants a browser's scripts
    stand_in.load(one_registration(seed, **plan))
    person = Registrant(stand_in, visitor, email="a1@users.example")
    await person.open_form()
    await person.walk()
    counted = person.tally()
    assert (counted["forms"], counted["logins"], counted["turned_on"]) == (1, 1, 1)
    assert (counted["mail_codes_wrong"], counted["enrol_codes_wrong"]) == (0, 0)
    assert [kind for kind in person.kinds("danger.") if kind != "danger.browser_trusted"] == []


def test_a_scenario_file_may_plan_registrations() -> None:
    world = with_a_registration(six_accounts(3))
    assert world.registrations[0].email == f"{REGISTERING.lower()}@users.example"
    assert parse_scenario(world.model_dump(mode="json")) == world


def test_the_scenario_of_the_rehearsal_page_can_be_played() -> None:
    text = (Path(__file__).parents[3] / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    world = parse_scenario(json.loads(text.split("```json\n")[1].split("```")[0]))
    assert world.registrations[0].steps[0] == "register_puzzle"


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ({"steps": ["fax"]}, "unknown step 'fax'"),
        ({"steps": ["phone:maybe"]}, "unknown variant 'maybe'"),
        ({"between_mails": ["pigeon"]}, "unknown mail 'pigeon'"),
        ({"sign_in": ["nothing"]}, "unknown screen 'nothing'"),
    ],
)
def test_a_plan_that_cannot_be_played_is_refused_with_its_place(plan: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_scenario({"registrations": [{"email": "new@users.example", **plan}]})
