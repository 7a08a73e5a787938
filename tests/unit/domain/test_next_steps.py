"""What the customer is told to do says exactly what to set."""

from __future__ import annotations

import pytest

from agent.domain.audit.next_steps import next_step
from agent.domain.authorization import State

EMAIL = "a1@users.example"


def test_while_permissions_are_awaited_every_level_is_spelt_out() -> None:
    text = next_step(State.AWAITING_PERMISSIONS, user_email=EMAIL)
    for words in (
        EMAIL,
        "every permission to View & Edit, or to View where View & Edit is not offered",
        "Settings > Agreements/Amendments and Settings > User Permissions stay None",
        "save",
    ):
        assert words in text


def test_a_confirmation_code_is_part_of_the_step() -> None:
    assert "172285" in next_step(State.AWAITING_CONFIRMATION, user_email=EMAIL, confirmation_code="172285")


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence_for_the_customer(state: State) -> None:
    text = next_step(state, user_email=EMAIL)
    assert text.endswith(".")
    assert "\n" not in text
