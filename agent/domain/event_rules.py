"""The one table of the state machine.

For each event its targets, due time, counters and words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.states import Event, FixedText, State


class Due(StrEnum):
    """When the account is looked at next."""

    NOW = "now"  # urgent: a mail or a person
    WAITING = "waiting"  # the interval while the seller has still to act
    INTERVAL = "interval"  # the interval of a complete account
    BACK_OFF = "back_off"  # growing, capped
    NEVER = "never"  # only an event moves it
    KEPT = "kept"  # as it was


class Rule(StrEnum):
    """A target that depends on more than event and state."""

    STAY = "stay"  # the event's facts are recorded, the state is kept
    BACK = "back"  # to the state an audit was started from
    GO_ON = "go_on"  # where an account goes on when what stopped it is gone


class Counters(StrEnum):
    """What an event does to the counters of visits in a row that decided nothing."""

    RESET = "reset"
    KEEP = "keep"
    RETRY = "retry"  # one more retry
    INCOMPLETE = "incomplete"  # one more incomplete audit; retries start again


class Words(StrEnum):
    """What an event does to the reasons, the next step and the internal reason."""

    NEW = "new"  # the event's facts replace them
    KEEP = "keep"  # a failure's reasons stay for the customer; the internal reason is the event's, if it has one
    LET_GO = "let_go"  # as KEEP where the account goes on as failed, as NEW elsewhere; the internal reason goes
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the table needs to know of an account."""

    state: State
    resumes_to: State | None = None
    message: FixedText | None = None
    api_complete: bool = True
    invitation_open: bool = False  # one has arrived and is neither accepted nor closed
    accepted: bool = False  # one was accepted before


Target = State | Rule
DueRule = Callable[[State, Standing], Due]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """Everything that follows from one event.

    `due` is asked only where the target state is looked at by a timer.
    """

    targets: Mapping[State, Target]
    due: DueRule
    counters: Counters = Counters.RESET
    words: Words = Words.NEW
    is_repeatable: bool = False  # the same again in the same state says nothing new
    clears_attempts: bool = False  # crashes and typed attempts before it no longer count


S, E, R = State, Event, Rule
BLOCKED = (S.PAUSED, S.NEEDS_HUMAN)  # only a person, or an event of their own, moves these
STABLE = frozenset(S) - {S.AUDITING, *BLOCKED}  # what an account can go back to
WORKING = frozenset(
    {S.AWAITING_INVITATION, S.AWAITING_CONFIRMATION, S.AWAITING_PERMISSIONS, S.AUDITING, S.COMPLETE, S.FAILED}
)


def _row(targets: Mapping[State, Target], *, kept: tuple[State, ...] = ()) -> Mapping[State, Target]:
    return {**dict.fromkeys(kept, R.STAY), **targets}


def _all(states: frozenset[State] | tuple[State, ...], target: Target) -> dict[State, Target]:
    return dict.fromkeys(states, target)


_NOT_NOW = (S.API_AUTHORIZATION_REQUIRED, *BLOCKED)  # an outcome that arrives here is recorded and moves nothing
_QUIET = (S.COMPLETE, S.AWAITING_INVITATION, S.ACCEPTING)  # an audit of these does not show until it has an answer
_READ_KEPT = (*_NOT_NOW, S.ACCEPTING)


def _always(due: Due) -> DueRule:
    return lambda _to, _standing: due


def _after_reading(due: Due) -> DueRule:
    """Keep the due time where an invitation arrived during the audit."""
    return lambda to, _standing: Due.KEPT if to is State.ACCEPTING else due


def _again(to: State, standing: Standing) -> Due:
    """A failed acceptance waits for a new invitation.

    Everything else is looked at now.
    """
    if to is standing.state:
        return Due.KEPT
    return Due.NEVER if to is State.FAILED and not standing.accepted else Due.NOW


def _closed(to: State, standing: Standing) -> Due:
    if to is State.ACCEPTING:
        return Due.NOW
    return Due.WAITING if standing.accepted else Due.NEVER


def _asked(to: State, _standing: Standing) -> Due:
    return Due.NOW if to is State.ACCEPTING else Due.WAITING


_NOW, _KEPT = _always(Due.NOW), _always(Due.KEPT)
_IN_PLACE = _row(_all(WORKING | {S.ACCEPTING}, R.STAY) | {S.AUDITING: R.BACK}, kept=_NOT_NOW)

RULES: Mapping[Event, EventRule] = {
    E.API_PENDING: EventRule(
        targets=_row(_all(frozenset(S) - frozenset(BLOCKED), S.API_AUTHORIZATION_REQUIRED), kept=BLOCKED),
        due=_KEPT,
        counters=Counters.KEEP,
        is_repeatable=True,
    ),
    E.API_COMPLETE: EventRule(
        targets=_row(_all(frozenset(S), R.STAY) | {S.API_AUTHORIZATION_REQUIRED: R.GO_ON}),
        due=_again,
        counters=Counters.KEEP,
        is_repeatable=True,
    ),
    E.INVITATION_ARRIVED: EventRule(
        targets=_row(_all(WORKING | {S.ACCEPTING}, S.ACCEPTING), kept=_NOT_NOW),
        due=_NOW,
    ),
    E.ACCEPTED: EventRule(targets=_row({S.ACCEPTING: S.AWAITING_PERMISSIONS}, kept=_NOT_NOW), due=_NOW),
    E.CONFIRMATION_ASKED: EventRule(
        targets=_row({S.ACCEPTING: S.AWAITING_CONFIRMATION}, kept=_NOT_NOW),
        due=_asked,
    ),
    E.INVITATION_CLOSED: EventRule(targets=_row({S.ACCEPTING: S.FAILED}, kept=_NOT_NOW), due=_closed),
    E.AUDIT_STARTED: EventRule(
        targets=_row(_all(WORKING, S.AUDITING) | dict.fromkeys(_QUIET, R.STAY)),
        due=_KEPT,
        counters=Counters.KEEP,
        words=Words.UNTOUCHED,
    ),
    E.PASS: EventRule(targets=_row(_all(WORKING, S.COMPLETE), kept=_READ_KEPT), due=_after_reading(Due.INTERVAL)),
    E.FAIL: EventRule(targets=_row(_all(WORKING, S.FAILED), kept=_READ_KEPT), due=_after_reading(Due.WAITING)),
    E.INCOMPLETE: EventRule(
        targets=_row(_all(WORKING, R.STAY) | {S.AUDITING: R.BACK}, kept=_READ_KEPT),
        due=_after_reading(Due.WAITING),
        counters=Counters.INCOMPLETE,
        words=Words.KEEP,
    ),
    E.INCOMPLETE_TOO_OFTEN: EventRule(
        targets=_row(_all(WORKING, S.NEEDS_HUMAN), kept=_READ_KEPT),
        due=_after_reading(Due.WAITING),
        words=Words.KEEP,
    ),
    E.NOTHING_GRANTED: EventRule(
        targets=_row(_all(WORKING, S.AWAITING_PERMISSIONS), kept=_READ_KEPT),
        due=_after_reading(Due.WAITING),
    ),
    E.NOT_OFFERED: EventRule(
        targets=_row(_all(WORKING, R.STAY) | {S.AUDITING: R.BACK}, kept=_READ_KEPT),
        due=_after_reading(Due.WAITING),
        words=Words.KEEP,
    ),
    E.NOT_PERMITTED: EventRule(
        targets=_row(_all(WORKING, S.NEEDS_HUMAN), kept=_READ_KEPT),
        due=_after_reading(Due.WAITING),
        words=Words.KEEP,
    ),
    E.RETRY: EventRule(targets=_IN_PLACE, due=_always(Due.BACK_OFF), counters=Counters.RETRY, words=Words.KEEP),
    E.INTERRUPTED: EventRule(targets=_IN_PLACE, due=_KEPT, counters=Counters.KEEP, words=Words.UNTOUCHED),
    E.HUMAN_NEEDED: EventRule(
        targets=_row(_all(frozenset(S) - frozenset(_NOT_NOW), S.NEEDS_HUMAN), kept=_NOT_NOW),
        due=_KEPT,
        counters=Counters.KEEP,
        words=Words.KEEP,
    ),
    E.PAUSED: EventRule(
        targets=_row(_all(frozenset(S), S.PAUSED)),
        due=_KEPT,
        counters=Counters.KEEP,
        words=Words.KEEP,
    ),
    E.RESUMED: EventRule(
        targets=_row({S.PAUSED: R.GO_ON}, kept=tuple(frozenset(S) - {S.PAUSED})),
        due=_again,
        words=Words.LET_GO,
        is_repeatable=True,
    ),
    E.RELEASED: EventRule(
        targets=_row({S.NEEDS_HUMAN: R.GO_ON}, kept=tuple(frozenset(S) - {S.NEEDS_HUMAN})),
        due=_again,
        words=Words.LET_GO,
        is_repeatable=True,
        clears_attempts=True,
    ),
    E.REBOUND: EventRule(
        targets=_row(
            _all(frozenset(S) - {S.API_AUTHORIZATION_REQUIRED, S.PAUSED}, R.GO_ON),
            kept=(S.API_AUTHORIZATION_REQUIRED, S.PAUSED),
        ),
        due=_always(Due.NEVER),
    ),
}
