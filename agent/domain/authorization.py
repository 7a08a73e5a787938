"""Where one account stands, and what an event makes of it.

`on` is the only door: it takes an event and where the account stands and says what follows. An event that the table
(`agent.domain.event_rules`) does not list for a state is an error, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.domain.event_rules import BLOCKED, RULES, STABLE, Counters, Due, Rule, Standing, Target, Words
from agent.domain.states import CUSTOMER_TEXT, FIXED_TEXT, Event, FixedText, State, customer_text

__all__ = [
    "BLOCKED",
    "CUSTOMER_TEXT",
    "FIXED_TEXT",
    "Counters",
    "Due",
    "Event",
    "FixedText",
    "Rule",
    "Standing",
    "State",
    "Transition",
    "TransitionError",
    "Words",
    "customer_text",
    "on",
]

_ACCEPTANCE_ENDS = (Event.ACCEPTED, Event.CONFIRMATION_ASKED, Event.INVITATION_CLOSED)
_NO_TIMER = (State.API_AUTHORIZATION_REQUIRED, State.AWAITING_INVITATION, *BLOCKED)


class TransitionError(Exception):
    """An event met a state that the table does not list for it."""

    def __init__(self, event: Event, state: State) -> None:
        super().__init__(f"no transition is listed for {event} in {state}")
        self.event = event
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """What follows from an event."""

    event: Event
    to: State
    resumes_to: State | None
    message: FixedText | None
    due: Due
    counters: Counters
    words: Words
    clears_attempts: bool


def on(event: Event, standing: Standing) -> Transition:
    """Say what follows from an event; pure.

    Raises:
        TransitionError: the table does not list the event for this state.
    """
    rule = RULES[event]
    target = rule.targets.get(standing.state)
    if target is None:
        raise TransitionError(event, standing.state)
    to = _resolve(event, target, standing)
    is_repeated = rule.is_repeatable and to is standing.state
    return Transition(
        event=event,
        to=to,
        resumes_to=None if event is Event.REBOUND else _resumes_to(to, standing),
        message=_message(event, to, standing),
        due=Due.NEVER if to in _NO_TIMER else rule.due(to, standing),
        counters=rule.counters,
        words=Words.UNTOUCHED if is_repeated else _words(rule.words, to),
        clears_attempts=rule.clears_attempts and not is_repeated,
    )


def _words(words: Words, to: State) -> Words:
    if words is Words.LET_GO and to is not State.FAILED:
        return Words.NEW
    return words


def _resolve(event: Event, target: Target, standing: Standing) -> State:
    if standing.state is State.ACCEPTING and standing.invitation_open and event in _ACCEPTANCE_ENDS:
        return State.ACCEPTING  # a newer invitation came while this one was being accepted
    if isinstance(target, State):
        return target
    match target:
        case Rule.STAY:
            return standing.state
        case Rule.BACK:
            return standing.resumes_to or State.AWAITING_PERMISSIONS
        case Rule.GO_ON:
            return _go_on(event, standing)


def _go_on(event: Event, standing: Standing) -> State:
    """Where an account goes on.

    API first, then an open invitation, then where it stood.
    """
    if not standing.api_complete:
        return State.API_AUTHORIZATION_REQUIRED
    if event is Event.REBOUND:
        return State.AWAITING_INVITATION
    if standing.invitation_open:
        return State.ACCEPTING
    before = standing.resumes_to
    if before is State.NEEDS_HUMAN:
        return before  # it was paused while it needed people; only a release ends that
    if before is State.FAILED and event is Event.API_COMPLETE:
        before = None  # what failed before the API was pending is looked at afresh
    if before in (State.AWAITING_CONFIRMATION, State.AWAITING_PERMISSIONS, State.COMPLETE, State.FAILED):
        return before
    return State.AWAITING_PERMISSIONS if standing.accepted else State.AWAITING_INVITATION


def _resumes_to(to: State, standing: Standing) -> State | None:
    """Remember the last state that can be gone back to.

    It is kept through audits, pauses, people and the API.
    """
    if to not in (State.AUDITING, State.API_AUTHORIZATION_REQUIRED, *BLOCKED):
        return None
    if standing.state in STABLE - {State.API_AUTHORIZATION_REQUIRED}:
        return standing.state
    if to is State.PAUSED and standing.state is State.NEEDS_HUMAN:
        return State.NEEDS_HUMAN
    return standing.resumes_to


def _message(event: Event, to: State, standing: Standing) -> FixedText | None:
    """Which fixed text stands behind the state; it outlives audits, pauses and people."""
    match to:
        case State.API_AUTHORIZATION_REQUIRED:
            return FixedText.API
        case State.FAILED:
            return FixedText.FAILED
        case State.AUDITING | State.NEEDS_HUMAN | State.PAUSED:
            if event is Event.API_PENDING:
                return FixedText.API
            if event is Event.REBOUND:
                return None if standing.api_complete else FixedText.API
            if event is Event.API_COMPLETE and standing.message is FixedText.API:
                return FixedText.FAILED if standing.resumes_to is State.FAILED else None
            return standing.message
        case _:
            return None
