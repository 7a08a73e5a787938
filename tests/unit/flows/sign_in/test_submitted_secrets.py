"""What becomes of a password that was sent off, whatever the visit ends by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from flows.catalogue.recognise import Recognition
from flows.models import Act, FlowHooks
from flows.sign_in.submitted_secrets import NOT_SENT, SubmittedSecrets


@dataclass
class Told:
    """Hooks that remember outcomes."""

    outcomes: list[tuple[Act, str]] = field(default_factory=list)

    async def before_act(self, act: Act) -> None:
        """Allow everything."""

    async def outcome(self, act: Act, word: str) -> None:
        self.outcomes.append((act, word))


@dataclass
class Page:
    """As much of a screen as counts before anything is answered."""

    failed_sign_ins: int = 0
    document: str = "first"


async def typed(told: Told, *, until: str) -> SubmittedSecrets:
    submitted = SubmittedSecrets(cast(FlowHooks, cast(Any, told)))
    await submitted.before_password(cast(Recognition, cast(Any, Page())))
    if until in ("filled", "pressed"):
        submitted.filled()
    if until == "pressed":
        submitted.pressing()
    return submitted


@pytest.mark.parametrize(
    "code", ["step_timeout", "stuck", "browser_lost", "site_refused", "foreign_host", "unknown_screen"]
)
async def test_a_password_that_was_sent_off_without_a_yes_is_doubted_whatever_ended_the_visit(code: str) -> None:
    told = Told()
    await (await typed(told, until="pressed")).fail(code, was_stopped=False)
    assert told.outcomes == [(Act.TYPE_PASSWORD, "doubted")]


@pytest.mark.parametrize(("until", "was_stopped"), [("asked", False), ("filled", False), ("pressed", True)])
async def test_a_password_that_provably_never_left_is_not_doubted(until: str, was_stopped: bool) -> None:
    told = Told()
    await (await typed(told, until=until)).fail("step_timeout", was_stopped=was_stopped)
    assert told.outcomes == [(Act.TYPE_PASSWORD, NOT_SENT)]


async def test_what_stood_in_the_field_when_the_page_moved_may_have_been_sent() -> None:
    told = Told()
    submitted = await typed(told, until="filled")
    await submitted.page_moved()
    await submitted.fail("step_timeout", was_stopped=False)
    assert told.outcomes == [(Act.TYPE_PASSWORD, "doubted")]
