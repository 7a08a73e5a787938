"""Every gap comes with what a person may do about it."""

from __future__ import annotations

import pytest

from agent.domain.audit.gap_steps import step_for_gap, step_for_unread_row
from flows import PageGapKind


@pytest.mark.parametrize("kind", list(PageGapKind))
def test_each_kind_of_gap_has_a_step_in_whole_sentences(kind: PageGapKind) -> None:
    step = step_for_gap(kind, account="A1")
    assert step.endswith(".")
    assert "{" not in step


def test_what_may_be_adopted_names_the_command_and_what_may_not_says_why() -> None:
    adopted = step_for_gap(PageGapKind.BANNER, account="A1", draft="adopted_draft_1")
    assert "sc-agent selectors adopt adopted_draft_1 --reason TEXT" in adopted
    refused = step_for_gap(PageGapKind.BANNER, account="A1", why_not_adopted="it names an address")
    assert "It cannot be adopted: it names an address." in refused


def test_lost_rows_and_unread_rows_name_the_account_s_command() -> None:
    assert "sc-agent audit A7 --confirm --reason TEXT" in step_for_gap(PageGapKind.LOST_ROW, account="A7")
    assert "sc-agent record audit A7" in step_for_unread_row("A7")
