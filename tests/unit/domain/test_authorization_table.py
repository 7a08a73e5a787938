"""The state machine: its table, its texts, and what must hold whatever happens."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.domain.authorization import (
    BLOCKED,
    CUSTOMER_TEXT,
    FIXED_TEXT,
    Due,
    Event,
    FixedText,
    Standing,
    State,
    TransitionError,
    customer_text,
    on,
)
from agent.domain.event_rules import RULES

API_TEXT = "API Authorization Status must be complete before Seller Central Authorization may be started"
FAILED_TEXT = "Error: Seller Central Authorization failed. Please update authorization."


def test_the_two_fixed_texts_are_to_the_letter() -> None:
    assert (FIXED_TEXT[FixedText.API], FIXED_TEXT[FixedText.FAILED]) == (API_TEXT, FAILED_TEXT)


def test_every_state_has_a_customer_text_and_every_event_a_row() -> None:
    assert set(CUSTOMER_TEXT) == set(State)
    assert set(RULES) == set(Event)


def test_an_unlisted_transition_is_an_error() -> None:
    with pytest.raises(TransitionError):
        on(Event.ACCEPTED, Standing(state=State.AWAITING_INVITATION))


@pytest.mark.parametrize("state", [state for state in State if state not in BLOCKED])
def test_a_pending_api_stops_every_state(state: State) -> None:
    step = on(Event.API_PENDING, Standing(state=state, api_complete=False))
    assert (step.to, step.due) == (State.API_AUTHORIZATION_REQUIRED, Due.NEVER)


def test_an_invitation_waits_while_the_api_is_pending_and_proceeds_when_it_is_complete() -> None:
    waits = on(
        Event.INVITATION_ARRIVED,
        Standing(state=State.API_AUTHORIZATION_REQUIRED, api_complete=False, invitation_open=True),
    )
    assert (waits.to, waits.due) == (State.API_AUTHORIZATION_REQUIRED, Due.NEVER)
    goes_on = on(Event.API_COMPLETE, Standing(state=waits.to, resumes_to=waits.resumes_to, invitation_open=True))
    assert (goes_on.to, goes_on.due) == (State.ACCEPTING, Due.NOW)


@pytest.mark.parametrize(
    ("event", "to", "due"),
    [
        (Event.ACCEPTED, State.AWAITING_PERMISSIONS, Due.NOW),
        (Event.CONFIRMATION_ASKED, State.AWAITING_CONFIRMATION, Due.WAITING),
        (Event.INVITATION_CLOSED, State.FAILED, Due.NEVER),
        (Event.HUMAN_NEEDED, State.NEEDS_HUMAN, Due.NEVER),
        (Event.RETRY, State.ACCEPTING, Due.BACK_OFF),
    ],
)
def test_how_an_acceptance_can_end(event: Event, to: State, due: Due) -> None:
    step = on(event, Standing(state=State.ACCEPTING))
    assert (step.to, step.due) == (to, due)


@pytest.mark.parametrize(
    ("event", "to", "due"),
    [
        (Event.PASS, State.COMPLETE, Due.INTERVAL),
        (Event.FAIL, State.FAILED, Due.WAITING),
        (Event.INCOMPLETE, State.FAILED, Due.WAITING),
        (Event.INCOMPLETE_TOO_OFTEN, State.NEEDS_HUMAN, Due.NEVER),
        (Event.NOT_PERMITTED, State.NEEDS_HUMAN, Due.NEVER),
        (Event.NOTHING_GRANTED, State.AWAITING_PERMISSIONS, Due.WAITING),
    ],
)
def test_how_an_audit_that_started_from_failed_can_end(event: Event, to: State, due: Due) -> None:
    started = on(Event.AUDIT_STARTED, Standing(state=State.FAILED, message=FixedText.FAILED, accepted=True))
    assert (started.to, started.resumes_to) == (State.AUDITING, State.FAILED)
    step = on(event, Standing(state=started.to, resumes_to=started.resumes_to, message=started.message, accepted=True))
    assert (step.to, step.due) == (to, due)


def test_the_failure_stays_visible_while_it_is_checked_again() -> None:
    started = on(Event.AUDIT_STARTED, Standing(state=State.FAILED, message=FixedText.FAILED, accepted=True))
    assert customer_text(started.to, started.message) == FAILED_TEXT


def test_a_complete_account_stays_complete_while_it_is_read_again() -> None:
    assert on(Event.AUDIT_STARTED, Standing(state=State.COMPLETE)).to is State.COMPLETE


def test_drift_makes_a_complete_account_failed() -> None:
    assert on(Event.FAIL, Standing(state=State.COMPLETE, accepted=True)).to is State.FAILED


def test_a_failed_acceptance_waits_for_a_new_invitation_even_after_a_pause() -> None:
    paused = on(Event.PAUSED, Standing(state=State.FAILED, message=FixedText.FAILED))
    resumed = on(Event.RESUMED, Standing(state=State.PAUSED, resumes_to=paused.resumes_to, message=paused.message))
    assert (resumed.to, resumed.due, resumed.message) == (State.FAILED, Due.NEVER, FixedText.FAILED)
    assert on(Event.INVITATION_ARRIVED, Standing(state=State.FAILED, invitation_open=True)).to is State.ACCEPTING


def test_a_pause_does_not_release_what_needs_a_human() -> None:
    paused = on(Event.PAUSED, Standing(state=State.NEEDS_HUMAN, resumes_to=State.ACCEPTING))
    resumed = on(Event.RESUMED, Standing(state=State.PAUSED, resumes_to=paused.resumes_to, invitation_open=False))
    assert resumed.to is State.NEEDS_HUMAN


def test_a_newer_invitation_is_accepted_after_the_one_under_way() -> None:
    step = on(Event.INVITATION_CLOSED, Standing(state=State.ACCEPTING, invitation_open=True))
    assert (step.to, step.due) == (State.ACCEPTING, Due.NOW)


@pytest.mark.parametrize(
    "state", [each for each in State if each not in (State.API_AUTHORIZATION_REQUIRED, State.PAUSED)]
)
def test_another_seller_lets_everything_begin_again(state: State) -> None:
    step = on(Event.REBOUND, Standing(state=state, resumes_to=State.COMPLETE, message=FixedText.FAILED))
    assert (step.to, step.resumes_to, step.message, step.due) == (State.AWAITING_INVITATION, None, None, Due.NEVER)


def test_another_seller_starts_nothing_that_is_paused_or_waits_for_the_api() -> None:
    paused = on(Event.REBOUND, Standing(state=State.PAUSED, resumes_to=State.COMPLETE))
    resumed = on(Event.RESUMED, Standing(state=State.PAUSED, resumes_to=paused.resumes_to))
    assert (paused.to, resumed.to) == (State.PAUSED, State.AWAITING_INVITATION)
    pending = on(Event.REBOUND, Standing(state=State.API_AUTHORIZATION_REQUIRED, api_complete=False))
    assert pending.to is State.API_AUTHORIZATION_REQUIRED


@given(
    event=st.sampled_from(list(Event)), state=st.sampled_from(list(State)), resumes_to=st.sampled_from([None, *State])
)
def test_only_a_release_leaves_needs_human_for_work(event: Event, state: State, resumes_to: State | None) -> None:
    if state is State.NEEDS_HUMAN and event not in (Event.RELEASED, Event.PAUSED, Event.REBOUND):
        with suppress(TransitionError):
            assert on(event, Standing(state=state, resumes_to=resumes_to)).to is State.NEEDS_HUMAN


class Lives(RuleBasedStateMachine):
    """Any account, any order of events, as the store would apply them."""

    @initialize(api=st.booleans())
    def register(self, api: bool) -> None:
        self.api = api
        self.open = self.accepted = False
        self.state = State.AWAITING_INVITATION if api else State.API_AUTHORIZATION_REQUIRED
        self.resumes_to: State | None = None
        self.message: FixedText | None = None if api else FixedText.API
        self.due = Due.NEVER
        self.was_released = True

    @rule(event=st.sampled_from(list(Event)))
    def happen(self, event: Event) -> None:
        before = self.state
        if event in (Event.API_PENDING, Event.API_COMPLETE):
            self.api = event is Event.API_COMPLETE
        if event is Event.INVITATION_ARRIVED:
            self.open = True
        if event in (Event.ACCEPTED, Event.CONFIRMATION_ASKED, Event.INVITATION_CLOSED) and before is State.ACCEPTING:
            self.open = False
            self.accepted = self.accepted or event is not Event.INVITATION_CLOSED
        if event is Event.REBOUND:
            self.open = self.accepted = False
        standing = Standing(
            state=before,
            resumes_to=self.resumes_to,
            message=self.message,
            api_complete=self.api,
            invitation_open=self.open,
            accepted=self.accepted,
        )
        try:
            step = on(event, standing)
        except TransitionError:
            return
        self.state, self.resumes_to, self.message = step.to, step.resumes_to, step.message
        self.due = self.due if step.due is Due.KEPT else step.due
        if before is State.NEEDS_HUMAN and self.state not in BLOCKED:
            assert event in (Event.RELEASED, Event.REBOUND)

    @invariant()
    def nothing_starts_while_the_api_is_pending(self) -> None:
        if not self.api:
            assert self.state in (State.API_AUTHORIZATION_REQUIRED, *BLOCKED)
            assert customer_text(self.state, self.message, api_complete=False) == API_TEXT

    @invariant()
    def what_is_held_is_never_due(self) -> None:
        if self.state in (*BLOCKED, State.API_AUTHORIZATION_REQUIRED, State.AWAITING_INVITATION):
            assert self.due is Due.NEVER

    @invariant()
    def failed_says_so(self) -> None:
        if self.state is State.FAILED and self.api:
            assert customer_text(self.state, self.message) == FAILED_TEXT

    @invariant()
    def accepting_has_an_invitation_and_a_due_time(self) -> None:
        if self.state is State.ACCEPTING:
            assert self.open
            assert self.due is not Due.NEVER

    @invariant()
    def an_audit_knows_where_to_go_back(self) -> None:
        if self.state is State.AUDITING:
            assert self.resumes_to not in (None, State.AUDITING, *BLOCKED)


TestLives = Lives.TestCase
